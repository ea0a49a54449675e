#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/thread_annotations.hpp"
#include "server/cluster/bus_format.hpp"
#include "server/directory/message.hpp"
#include "server/directory/receipt.hpp"

namespace parley::cluster {

class Link;

/// Where what is added to a Link is told. Any thread.
class Outlet {
 public:
  virtual ~Outlet() = default;
  /// Something is to be published; waits for nobody.
  virtual void ring() = 0;
  /// The same, by a thread that holds no lock and may do it itself.
  virtual void publish_soon(Link& link) noexcept = 0;
  /// An item was dropped: the node cannot be reached, or takes too little. Under the link's lock.
  virtual void has_dropped() noexcept {}
  /// A packet came to nobody.
  virtual void has_lost() noexcept {}
};

/// What leaves for one other node, in the order in which it was added, and the receipts of the lines among it
/// until that node has answered them. Bounded; every call is safe from any thread and waits for nobody.
class Link {
 public:
  using Clock = std::chrono::steady_clock;

  /// `line_time`: how long a line is waited for whose sender sets no time.
  /// `last_number`: of all lines of this node to whomever, in whatever link, so that no old answer fits a new
  /// line.
  Link(Outlet& outlet, std::atomic<std::uint64_t>& last_number, std::string node,
       std::chrono::milliseconds line_time)
      : outlet_(outlet),
        last_number_(last_number),
        node_(std::move(node)),
        token_(to_token(node_)),
        line_time_(line_time) {}

  const std::string& node() const { return node_; }
  /// The node's name in subjects.
  const std::string& token() const { return token_; }

  using Receipts = std::vector<Receipt>;

  /// A new row of packets, for this incarnation of the node, which begins with these items. What waited is
  /// dropped. Returns what its lines owe, to fail when the caller holds no lock.
  [[nodiscard]] Receipts begin(std::uint64_t incarnation, std::vector<std::string> items) EXCLUDES(mutex_);

  /// False: there is no room. Of presence: the node is behind then, and must be told of all users anew.
  bool add(std::string item) EXCLUDES(mutex_);
  /// The answer to one of the node's lines. The caller holds no lock. False: there is no room.
  bool answer(std::string item) EXCLUDES(mutex_);
  /// Whether something of presence was lost since the last call.
  bool take_is_behind() EXCLUDES(mutex_);
  void fall_behind() EXCLUDES(mutex_);

  /// A line to one user of the node, or, with an empty recipient, to all in the message's room. Without room,
  /// or while the node cannot be reached, the receipt reports a failure at once.
  void send(const Message& message, std::string_view recipient, Receipt receipt) EXCLUDES(mutex_);

  /// Asks the node to say that it has done all that was added before. Reported at once when it cannot be
  /// reached, or has not answered the last such question in time.
  void fence(Receipt receipt, Clock::time_point until) EXCLUDES(mutex_);

  /// The node has answered the line, or the fence, of that number.
  void settle(std::uint64_t number, Outcome outcome) EXCLUDES(mutex_);

  /// Whether lines may be sent: false while the broker is away.
  void set_reachable(bool is_reachable) EXCLUDES(mutex_);

  /// That packet has not come to the node: its lines fail.
  void lose(std::uint64_t incarnation, std::uint64_t sequence) EXCLUDES(mutex_);
  /// Lines whose time is up fail.
  void expire(Clock::time_point now) EXCLUDES(mutex_);
  /// The node is gone: everything fails, and what comes later, too, until begin().
  void fail_all() EXCLUDES(mutex_);

  struct Load {
    std::size_t items = 0;
    std::size_t bytes = 0;
    std::size_t unanswered_lines = 0;
  };
  /// What waits here, and for the node's answers.
  Load load() const EXCLUDES(mutex_);

  struct Batch {
    std::uint64_t incarnation = 0;  // of the node that it is for
    std::uint64_t sequence = 0;
    std::vector<std::string> items;
  };
  /// The next packet. Nothing: nothing waits, or another thread publishes one, and will look for the next.
  std::optional<Batch> take() EXCLUDES(mutex_);
  /// It is published, or lost: whoever took it says so, and looks for the next.
  void end_turn() EXCLUDES(mutex_);

 private:
  struct Waiting {
    std::string item;
    std::uint64_t number = 0;  // of a line
  };
  struct Sent {
    Receipt receipt;
    Clock::time_point until;
    std::uint64_t incarnation = 0;  // of the packet that it went in; 0: it waits
    std::uint64_t sequence = 0;
    bool is_fence = false;
  };

  std::uint64_t next_number() { return last_number_.fetch_add(1, std::memory_order_relaxed) + 1; }
  bool put_in(std::string item) EXCLUDES(mutex_);
  void put_out(std::string item, std::uint64_t number, Sent sent) EXCLUDES(mutex_);
  static std::string encode_line(const Message& message, std::string_view recipient, std::uint64_t number);
  template <typename Fails>
  Receipts take_out(Fails fails) REQUIRES(mutex_);

  Outlet& outlet_;
  std::atomic<std::uint64_t>& last_number_;
  const std::string node_;
  const std::string token_;
  const std::chrono::milliseconds line_time_;

  mutable Mutex mutex_;  // under it nothing is taken; receipts are reported after it is let go
  std::deque<Waiting> waiting_ GUARDED_BY(mutex_);
  std::size_t waiting_bytes_ GUARDED_BY(mutex_) = 0;
  std::unordered_map<std::uint64_t, Sent> sent_ GUARDED_BY(mutex_);
  std::uint64_t incarnation_ GUARDED_BY(mutex_) = 0;
  std::uint64_t sequence_ GUARDED_BY(mutex_) = 0;
  bool is_reachable_ GUARDED_BY(mutex_) = true;
  bool is_gone_ GUARDED_BY(mutex_) = true;
  bool is_behind_ GUARDED_BY(mutex_) = false;
  bool is_publishing_ GUARDED_BY(mutex_) = false;
  bool is_slow_ GUARDED_BY(mutex_) = false;  // has not answered a fence in time
};

}  // namespace parley::cluster
