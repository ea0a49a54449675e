#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <map>

#include "server/budget.hpp"
#include "server/directory/receipt.hpp"
#include "server/frame.hpp"

namespace parley {

/// A message that waits for its recipient.
struct WaitingForward {
  SharedFrame frame;
  const void* source;  ///< see Message
  std::size_t bytes;
  Receipt receipt;
  std::chrono::steady_clock::time_point answer_by;
  Budget::Charge charge;  ///< for all of this but the frame
};

/// What waits for one recipient: each source's messages in their order, and the sources take turns. Moves and
/// removals take no memory and destroy no receipt. Not safe from several threads.
class WaitingForwards {
 public:
  /// A list: an empty one, and moves from one to another, take no memory.
  using List = std::list<WaitingForward>;

  bool is_empty() const { return shares_.empty(); }
  std::size_t bytes() const { return bytes_; }

  /// Adds the one message that is in `one`. Throws std::bad_alloc, and has changed nothing then.
  void add(List& one);

  /// Moves the message whose turn it is to the end of `taken`. There must be one.
  void take(List& taken) noexcept;

  /// Makes room for `bytes` from a source by moving the newest messages of whoever has most to `removed`.
  /// Only sources that have more than this one would have give way. False, and nothing has moved, when they
  /// do not have enough beyond that.
  bool make_room(const void* source, std::size_t bytes, std::size_t max_bytes, List& removed) noexcept;

  void take_all(List& taken) noexcept;

 private:
  struct Share {
    const void* source;
    List messages;  // never empty
    std::size_t bytes;
  };
  using Shares = std::list<Share>;

  void move(Shares::iterator share, List::iterator message, List& to) noexcept;

  Shares shares_;  // in the order of their turns
  std::map<const void*, Shares::iterator> by_source_;
  std::size_t bytes_ = 0;
};

}  // namespace parley
