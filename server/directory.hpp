#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "server/member.hpp"
#include "server/thread_annotations.hpp"

namespace parley {

/// Who holds which name: one namespace for everyone, unique ignoring ASCII case (R1). A name is held from the
/// first REGISTER on and found from the sign-on on. Every call is safe from any thread and does no I/O.
class Directory {
 public:
  using Members = std::vector<std::shared_ptr<Member>>;

  /// Holds the newcomer's name. Returns who holds it afterwards: the newcomer, or the one that was first.
  std::shared_ptr<Member> hold(const std::shared_ptr<Member>& newcomer) EXCLUDES(mutex_);

  /// From now on find() and everyone_but() see the member. Does nothing when it holds no name any more.
  void sign_on(const Member& member) EXCLUDES(mutex_);

  /// Frees the name, if it is this member that holds it.
  void release(const Member& member) EXCLUDES(mutex_);

  /// Who is signed on under the name; null when nobody is.
  std::shared_ptr<Member> find(std::string_view name) const EXCLUDES(mutex_);

  /// Everyone signed on but one, for a broadcast (D4).
  Members everyone_but(const Member& one) const EXCLUDES(mutex_);

 private:
  struct Entry {
    std::shared_ptr<Member> member;
    bool signed_on = false;
  };

  mutable Mutex mutex_;  // taken alone: nothing is called while it is held
  std::unordered_map<std::string, Entry> entries_ GUARDED_BY(mutex_);  // by folded name
};

}  // namespace parley
