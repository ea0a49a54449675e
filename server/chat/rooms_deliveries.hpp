#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/thread_annotations.hpp"
#include "server/chat/outbox.hpp"
#include "server/chat/rooms_wire.hpp"
#include "server/counters.hpp"
#include "server/directory/receipt.hpp"

namespace parley {

/// What one client of the rooms is still to be told of its messages with an id: one delivery for each (RM10),
/// as soon as it is known. Whichever thread makes it known writes it. They are also the client's window, and
/// a server that stops waits for them as for the answers to SENDs.
class RoomsDeliveries final : public Answerer, public std::enable_shared_from_this<RoomsDeliveries> {
 public:
  using Clock = Outbox::Clock;

  /// `wire` and `counters` outlive all receipts; `most`: that may be owed at once.
  RoomsDeliveries(std::shared_ptr<Outbox> outbox, const RoomsWire& wire, std::size_t most, Counters& counters)
      : outbox_(std::move(outbox)), wire_(wire), most_(most), counters_(counters) {}
  ~RoomsDeliveries() override { close(); }

  // The session's own thread.

  /// False when as many are owed as may be; the connection is woken then as soon as there is room.
  bool has_room_or_wake() EXCLUDES(mutex_);

  /// A message that goes to `recipients` users, of whom so many receipts tell: a receipt() must be made for
  /// each, and has_been_said() be called. Unless all have reported by `answer_by`, which never goes back, the
  /// connection's `send` deadline passes: see give_up(). Returns the token of all its receipts.
  std::uint64_t expect(std::string id, std::size_t recipients, std::size_t receipts, std::size_t body_bytes,
                       Clock::time_point answer_by) EXCLUDES(mutex_);
  Receipt receipt(std::uint64_t token) { return {shared_from_this(), token}; }
  /// What comes back to the client of the message has been written: the delivery may be.
  void has_been_said(std::uint64_t token) noexcept EXCLUDES(mutex_);

  /// Tells of every message whose time is up at `now` that it failed, whatever becomes of it.
  void give_up(Clock::time_point now) EXCLUDES(mutex_);

  /// Nothing is told from here on.
  void close() noexcept EXCLUDES(mutex_);

  // Any thread.

  /// One receipt's outcome. One that comes after the message was given up counts for nothing.
  void settle(std::uint64_t token, Outcome outcome) noexcept override EXCLUDES(mutex_);

 private:
  struct Owed {
    std::string id;
    std::size_t recipients;
    std::size_t body_bytes;
    Clock::time_point answer_by;
    std::size_t missing;  // receipts that have not reported yet, and one until it has been said
    bool has_failed = false;
  };
  using OwedMap = std::map<std::uint64_t, Owed>;  // in the order of the messages, and so of their times

  OwedMap::node_type take_if_known(OwedMap::iterator owed) noexcept REQUIRES(mutex_);
  void await_oldest() noexcept REQUIRES(mutex_);
  void tell(const OwedMap::node_type& known) noexcept EXCLUDES(mutex_);

  const std::shared_ptr<Outbox> outbox_;
  const RoomsWire& wire_;
  const std::size_t most_;
  Counters& counters_;

  Mutex mutex_;  // taken alone: what is told is written after it is let go
  OwedMap owed_ GUARDED_BY(mutex_);
  std::uint64_t next_token_ GUARDED_BY(mutex_) = 0;
  bool sender_waits_ GUARDED_BY(mutex_) = false;  // for room
};

}  // namespace parley
