#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_annotations.hpp"

namespace parley {

/// A connection that was not let in, or that the server has ended by itself.
struct RefusedPeer {
  std::int64_t at_s;         ///< of 1970, in UTC
  std::string_view what;     ///< "refused" or "dropped"
  std::string_view why;      ///< one of turned_away_words or drop_words
  std::string_view dialect;  ///< its name in the table of dialects
  std::string peer;          ///< its address and port
  std::string name;          ///< of the user that it was; empty: it was nobody
};

/// The last of them, whoever causes them and however many, for an operator who looks. Any thread.
class RecentRefusals {
 public:
  /// A screenful.
  static constexpr std::size_t most = 30;

  /// Now. Nothing when there is no memory.
  void add(std::string_view what, std::string_view why, std::string_view dialect, std::string_view peer,
           std::string_view name) noexcept EXCLUDES(mutex_);

  /// The latest first.
  std::vector<RefusedPeer> list() const EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;  // taken alone
  std::deque<RefusedPeer> peers_ GUARDED_BY(mutex_);
};

}  // namespace parley
