#pragma once

#include <cstdint>

namespace parley {

class Member;

/// What came of asking for a name.
enum class NameClaim {
  granted,
  taken,
  banned,    ///< by the operator
  unchecked  ///< whether another node has it cannot be found out now
};

/// The other servers of one conversation, as the directory of this one sees them. Any thread.
class OtherNodes {
 public:
  struct Claimed {
    NameClaim claim = NameClaim::unchecked;
    std::uint64_t arrival = 0;  ///< the order of arrival on all nodes
  };

  OtherNodes() = default;
  virtual ~OtherNodes() = default;
  OtherNodes(const OtherNodes&) = delete;
  OtherNodes& operator=(const OtherNodes&) = delete;

  /// Claims for all nodes a name that is reserved here. Waits for the answer, a bounded time. Throws
  /// std::bad_alloc, and nothing is claimed then.
  virtual Claimed claim(Member& member) = 0;

  // Those that are noexcept never wait. The others wait until the other nodes know, a tenth of a second at
  // most, and may throw std::bad_alloc; of one whose arrived() did so or was not called, left() only frees
  // the name.

  /// A claim is given up whose member has not signed on, or not under this name.
  virtual void give_up(const Member& member) noexcept = 0;
  /// The member has signed on, and is in the room that Directory::listing() tells; nowhere when it has been
  /// displaced meanwhile.
  virtual void arrived(const Member& member) = 0;
  virtual void moved(const Member& member) = 0;
  /// The member is called by another name now, which is claimed already; the former one is free.
  virtual void renamed(const Member& former, const Member& member) = 0;
  /// Once for each that has signed on and was not displaced.
  virtual void left(const Member& member) noexcept = 0;
};

}  // namespace parley
