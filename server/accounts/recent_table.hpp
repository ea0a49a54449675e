#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <utility>

namespace parley::accounts {

/// What is known of so many keys; a new one takes the place of the one that nobody has asked for longest.
/// Belongs to one thread at a time.
template <typename Key, typename Value>
class RecentTable {
 public:
  explicit RecentTable(std::size_t most) : most_(most) {}

  /// Null when nothing is known of the key.
  Value* find(const Key& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, found->second);
    return &found->second->second;
  }

  /// What is known of the key; `usual`, and from now on, when that is nothing. Throws std::bad_alloc.
  Value& find_or_add(const Key& key, const Value& usual) {
    if (Value* const found = find(key)) return *found;
    if (entries_.size() >= most_) remove(Key(entries_.back().first));
    entries_.emplace_front(key, usual);
    try {
      places_.emplace(key, entries_.begin());
    } catch (...) {
      entries_.pop_front();
      throw;
    }
    return entries_.front().second;
  }

  void remove(const Key& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return;
    entries_.erase(found->second);
    places_.erase(found);
  }

  std::size_t size() const { return entries_.size(); }

 private:
  using Entries = std::list<std::pair<Key, Value>>;  // the one that was asked for last is first

  const std::size_t most_;
  Entries entries_;
  std::map<Key, typename Entries::iterator> places_;
};

}  // namespace parley::accounts
