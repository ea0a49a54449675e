#pragma once

#include <array>
#include <asio/ip/tcp.hpp>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

#include "base/function_ref.hpp"
#include "base/thread_annotations.hpp"
#include "base/tls_stream.hpp"
#include "server/address_range.hpp"
#include "server/frame.hpp"
#include "server/limits.hpp"
#include "server/logger.hpp"
#include "server/net/deadlines.hpp"
#include "server/net/endpoints.hpp"
#include "server/net/lookout.hpp"
#include "server/net/traffic.hpp"
#include "server/net/waker.hpp"
#include "server/peer_log.hpp"
#include "server/sentence.hpp"

namespace parley {

class Writer;

/// Hears what became of a frame that had to wait; destroyed without has_left() when it never left. Both come
/// from any thread, with no lock held.
class Departure {
 public:
  Departure() = default;
  virtual ~Departure() = default;
  Departure(const Departure&) = delete;
  Departure& operator=(const Departure&) = delete;

  /// The last byte is in the socket.
  virtual void has_left() noexcept = 0;
};
using MakeDeparture = FunctionRef<std::unique_ptr<Departure>()>;

/// What became of a frame that was handed to a connection.
enum class Sent {
  now,    ///< the socket has it
  later,  ///< it waits; its Departure tells the rest
  never   ///< the connection is over
};

/// One accepted socket, with TLS over it or without. Its session's thread owns it: that thread alone reads,
/// finishes and closes it. Any thread may send to it, abort it, or leave the wish that it ends. No call but
/// shake_hands(), read_some(), wait_until() and wait_for_end() blocks. What does not fit into the socket
/// waits here, bounded in bytes and in time without progress, and is sent by the Writer. With TLS a frame
/// that waits is encrypted when its turn comes.
///
///   state      reading                 sending                                 entered by
///   open       requests                yes                                     the constructor
///   finishing  thrown away             what waits, then the end of the stream  finish(), the owner
///   aborted    returns at once         no                                      abort(), anybody
///   closed     no                      no                                      close(), the owner
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Clock = std::chrono::steady_clock;

  /// The reason to abort() one that has waited too long, or for too much.
  static constexpr const char* does_not_read = "does not read what it is sent";
  /// The reasons to abort() one for memory: it holds the most of all, or there is none for it.
  static constexpr const char* takes_most_memory = "takes most of the server's memory";
  static constexpr const char* no_memory = "there is no memory for what it is sent";
  /// The reasons to abort() it within shake_hands().
  static constexpr const char* handshake_took_too_long = "it was not complete in time";
  static constexpr const char* ended_in_handshake = "the connection ended within it";

  /// What all connections of a server share; outlives them.
  struct Shared {
    const Limits& limits;
    Writer& writer;
    Lookout& lookout;
    Budget& budget;
    PeerLog& peer_log;
    spdlog::logger& log;
  };

  /// Takes over a connected socket and sets its options: no delay, keepalive, a time for what is not
  /// acknowledged. Never fails for a peer that has gone already. `tls`: null to speak in clear. Throws
  /// std::bad_alloc.
  Connection(asio::ip::tcp::socket socket, const Shared& shared, std::unique_ptr<TlsStream> tls = nullptr);

  /// Constant; any thread.
  bool is_tls() const { return tls_ != nullptr; }

  /// Whether a dialect lets the peer take its leave before our end of the stream.
  enum class End : std::uint8_t { free, held };

  // The owning thread only.

  /// From here on wake() reaches this thread.
  void attach_owner() { waker_.attach(); }

  /// With TLS, before anything is read or sent. False when there is none to be had in this time, or somebody
  /// wishes the end: it is aborted then. May throw std::bad_alloc.
  bool shake_hands(std::chrono::milliseconds within) EXCLUDES(write_mutex_);

  /// Waits for bytes, for which there is room; `error` is none before. Nothing, and no error: somebody called
  /// wake(). An error of asio::error::eof is the peer's end of stream, or somebody's abort(). With TLS that
  /// is its own end of the stream: without it the connection is aborted.
  std::size_t read_some(std::span<char> room, std::error_code& error) EXCLUDES(write_mutex_);

  /// Whether anybody called wake() since the last time.
  bool take_wake() { return waker_.take(); }

  /// Waits until somebody calls wake(), or the time has come.
  void wait_until(Clock::time_point until) { waker_.wait(-1, 0, until); }

  /// has_room(most_bytes), or wake() is called once it is so.
  bool has_room_or_wake(std::size_t most_bytes) EXCLUDES(write_mutex_);

  /// Waits until somebody calls wake(), or the time has come: false. True when the peer's end of stream, or a
  /// reset, has arrived first, even behind bytes that are still unread.
  bool wait_for_end(Clock::time_point until = Clock::time_point::max());

  /// Ends the stream so that the peer can still read what was sent, `last_words` included: what it sends from
  /// now on is to be read and thrown away. Our end comes when all that waits has left, and the linger time
  /// begins with it. Until then the owner is woken whenever some has left. Only the first call counts.
  /// `end`: when it is held, our end waits for let_end(), at most for the linger time.
  void finish(std::string_view last_words, End end = End::free) EXCLUDES(write_mutex_);
  /// The peer has taken its leave, too: our end is held no longer.
  void let_end() EXCLUDES(write_mutex_);

  /// Gives the descriptor back; what waits is lost. Later calls from anywhere do nothing.
  void close() noexcept EXCLUDES(write_mutex_);

  // Any thread.

  /// Sends header and body as one frame, in one system call when nothing waits and the socket takes it. What
  /// has to wait is copied, and `when_waiting` asked for its Departure. It is lost when it has not begun to
  /// leave at `expires`. Throws nothing: short of memory the connection is aborted.
  Sent send(std::string_view header, std::string_view body, MakeDeparture when_waiting,
            Clock::time_point expires = Clock::time_point::max()) noexcept EXCLUDES(write_mutex_);
  Sent send(std::string_view bytes) noexcept EXCLUDES(write_mutex_);  // nobody asks what became of it
  Sent send(const SharedFrame& frame, MakeDeparture when_waiting,
            Clock::time_point expires = Clock::time_point::max()) noexcept EXCLUDES(write_mutex_);

  /// From now on at least so much time passes between two frames.
  void pace(std::chrono::milliseconds pause) EXCLUDES(write_mutex_);

  /// Ends both directions at once. `reason`: a literal. The memory of what waits is free; its Departures
  /// are destroyed by the owner.
  void abort(const char* reason) noexcept EXCLUDES(write_mutex_);

  /// Leaves the wish that the owner ends the conversation in good order, and wakes it. `reason`: a literal.
  /// `farewell`: what the peer is to be told, if anything. The first of each stays: who ends because the
  /// other half of its user has ended is still told why that was.
  void ask_to_end(const char* reason, const Sentence& farewell = {}) noexcept EXCLUDES(write_mutex_);
  /// Null while nobody wishes that.
  const char* end_wish() const { return end_wish_.load(std::memory_order_acquire); }
  /// Of whoever had one first.
  Sentence farewell() const EXCLUDES(write_mutex_);

  const Limits& limits() const { return shared_.limits; }

  /// The owner's next take_wake() is true; the watchdog wakes it again until it has asked.
  void wake();
  bool is_woken() const { return waker_.is_woken(); }

  /// Requests still mean something.
  bool is_open() const { return state_.load(std::memory_order_acquire) == State::open; }
  bool is_aborted() const { return state_.load(std::memory_order_acquire) == State::aborted; }
  bool is_finishing() const { return state_.load(std::memory_order_acquire) == State::finishing; }

  /// Why it was aborted; null when it was not.
  const char* failure() const { return failure_.load(std::memory_order_acquire); }

  /// What waits here.
  std::size_t waiting_bytes() const { return waiting_bytes_.load(std::memory_order_relaxed); }
  std::size_t waiting_frames() const { return waiting_frames_.load(std::memory_order_relaxed); }
  /// Memory that this peer takes elsewhere, as in a mailbox or for an unfinished request, counts with what
  /// waits here when the server holds too much.
  void hold(std::size_t bytes) noexcept { held_bytes_.fetch_add(bytes, std::memory_order_relaxed); }
  void let_go(std::size_t bytes) noexcept { held_bytes_.fetch_sub(bytes, std::memory_order_relaxed); }
  std::size_t held_bytes() const { return held_bytes_.load(std::memory_order_relaxed); }

  /// Of all that waits in the server, and of unfinished requests.
  Budget& budget() const { return shared_.budget; }
  /// Somebody gives way when that is exceeded. With no lock held.
  void relieve_server() noexcept;

  /// No more than this waits here, so that the peer may cause more.
  bool has_room(std::size_t most_bytes) const { return waiting_bytes() <= most_bytes; }

  /// Sets or replaces one deadline.
  void set_deadline(Deadline kind, Clock::time_point at);
  void set_deadline(Deadline kind, std::chrono::milliseconds from_now) {
    set_deadline(kind, Clock::now() + from_now);
  }
  void clear_deadline(Deadline kind) { deadlines_.clear(kind); }
  Clock::time_point deadline(Deadline kind) const { return deadlines_.get(kind); }

  /// A kind that has passed at `now`, if any. Once not open, only those of progress and linger count.
  std::optional<Deadline> passed_deadline(Clock::time_point now) const;

  /// How the log names the peer: its address, later its user name.
  std::string label() const EXCLUDES(write_mutex_);
  void set_label(std::string label) EXCLUDES(write_mutex_);

  /// A line in the log that the peer has caused: so many in a second, and a count of the rest.
  template <typename... Arguments>
  void log(spdlog::level::level_enum level, spdlog::format_string_t<Arguments...> format,
           Arguments&&... arguments) const EXCLUDES(write_mutex_) {
    if (shared_.log.should_log(level) && take_line())
      shared_.log.log(level, format, std::forward<Arguments>(arguments)...);
  }
  bool is_somebody() const { return is_somebody_.load(std::memory_order_relaxed); }
  /// The peer is a user: its lines no longer count among those of all newcomers.
  void become_somebody() { is_somebody_.store(true, std::memory_order_relaxed); }

  /// Where the peer is; IPv4 as such also when it came to an IPv6 socket. Constant.
  const asio::ip::tcp::endpoint& peer() const { return peer_; }

  /// The same in 16 bytes, IPv4 mapped.
  AddressBytes address_bytes() const;

  /// What has gone through the socket so far.
  Traffic traffic() EXCLUDES(write_mutex_);

  /// Whose connection it is as far as an address can tell: this host is 127.0.0.1, by whatever family.
  /// Constant.
  asio::ip::address origin() const;

  /// Whether nobody on the way can read what goes over it, a password for example. Constant.
  bool is_confidential() const { return is_tls() || origin().is_loopback(); }

 private:
  friend Writer;
  friend Lookout;

  enum class State : std::uint8_t { open, finishing, aborted, closed };

  struct Waiting {
    SharedFrame frame;  // null: lost
    std::size_t sent_bytes = 0;
    Clock::time_point expires;
    std::unique_ptr<Departure> departure;
    Budget::Charge charge;  // for all of this but the frame
  };
  /// A list: an empty one, and moves from one to another, take no memory.
  using Queue = std::list<Waiting>;

  /// What is to be done about what waits, once the lock is gone.
  struct Next {
    bool is_over_budget = false;
    std::optional<Clock::time_point> resume_at;  // a pause ends then
  };

  struct Outgoing {
    std::string_view header;
    std::string_view body;
    const SharedFrame* frame;  // whose bytes header is; null when they are somebody else's
    MakeDeparture when_waiting;
    Clock::time_point expires;
    std::size_t size() const { return header.size() + body.size(); }
  };

  Sent send(const Outgoing& outgoing) noexcept EXCLUDES(write_mutex_);
  Sent send_or_keep(const Outgoing& outgoing, Next& next) REQUIRES(write_mutex_);
  Sent keep_rest(const Outgoing& outgoing, std::size_t sent_bytes, bool is_paused, Next& next)
      REQUIRES(write_mutex_);
  std::optional<std::size_t> send_now(std::string_view header, std::string_view body) REQUIRES(write_mutex_);
  std::optional<std::size_t> put(std::string_view header, std::string_view body) REQUIRES(write_mutex_);
  std::optional<std::size_t> put_nothing(int reason) REQUIRES(write_mutex_);
  void keep(const Outgoing& outgoing, std::size_t sent_bytes, Next& next) REQUIRES(write_mutex_);

  /// The Writer's thread: sends what the socket takes of what waits. Returns when to be called again, if it
  /// is for a pause.
  std::optional<Clock::time_point> send_waiting() noexcept EXCLUDES(write_mutex_);
  bool send_front(Queue& done, Clock::time_point now) REQUIRES(write_mutex_);
  void take_out(Queue::iterator waiting, Queue& done) REQUIRES(write_mutex_);
  void await_room() REQUIRES(write_mutex_);
  void end_if_drained() REQUIRES(write_mutex_);

  // With TLS (connection_tls.cpp).
  std::size_t read_tls(std::span<char> room, std::error_code& error) EXCLUDES(write_mutex_);
  std::size_t receive(std::span<char> room, std::error_code& error);
  bool take_record_bytes(std::size_t received, std::size_t count);
  std::optional<std::size_t> send_tls(std::string_view header, std::string_view body) REQUIRES(write_mutex_);
  bool answer_tls(TlsStream::State state) REQUIRES(write_mutex_);
  bool put_ciphertext() REQUIRES(write_mutex_);
  bool has_ciphertext() const REQUIRES(write_mutex_) { return tls_ != nullptr && !tls_->outgoing().empty(); }
  bool end_tls() REQUIRES(write_mutex_);

  Deadlines::Kinds kinds_that_count() const;
  /// When the watchdog has to look at it next; Clock::time_point::max(): not as things are. The Lookout's.
  Clock::time_point to_be_looked_at() const;
  bool takes_frames() const { return is_open() || is_finishing(); }
  /// What comes is read, if only for the peer's leave.
  bool is_read() const { return is_open() || (is_finishing() && is_end_held_); }
  void shut_down(const char* reason) noexcept REQUIRES(write_mutex_);
  void drop_counts() noexcept REQUIRES(write_mutex_);
  void log_frame(std::string_view header, std::string_view body) const REQUIRES(write_mutex_);
  bool take_line() const EXCLUDES(write_mutex_);

  const asio::ip::tcp::endpoint peer_;
  const Shared shared_;
  asio::ip::tcp::socket socket_;  // read by the owner; written, shut down and closed under write_mutex_
  const std::uint64_t id_;        // the Writer's

  std::atomic<State> state_{State::open};  // changed under write_mutex_
  std::atomic<const char*> failure_{nullptr};
  std::atomic<const char*> end_wish_{nullptr};
  std::atomic<std::size_t> waiting_bytes_{0};  // these two are changed under write_mutex_
  std::atomic<std::size_t> waiting_frames_{0};
  std::atomic<std::size_t> held_bytes_{0};
  Deadlines deadlines_;
  Lookout::Place place_;
  std::atomic<bool> is_somebody_{false};
  std::atomic<bool> is_end_held_{false};  // by the owner
  mutable LogLimit lines_{PeerLog::rate_of_one};
  Waker waker_;
  bool tls_has_input_ = false;      // the owner's: no need to read the socket
  std::size_t overhead_bytes_ = 0;  // the owner's: what came of TLS without a word in it

  mutable Mutex write_mutex_;  // under it only those of the log are taken; the socket is written under it
  const std::unique_ptr<TlsStream> tls_ PT_GUARDED_BY(write_mutex_);
  std::size_t counted_ciphertext_bytes_ GUARDED_BY(write_mutex_) = 0;  // among those that wait
  Budget::Charge ciphertext_charge_ GUARDED_BY(write_mutex_);
  Queue queue_ GUARDED_BY(write_mutex_);
  std::optional<std::size_t> awaited_room_ GUARDED_BY(write_mutex_);  // by the owner: has_room() of this
  bool is_ended_ GUARDED_BY(write_mutex_) = false;                    // our end has left
  bool is_watched_ GUARDED_BY(write_mutex_) = false;  // the Writer waits for room in the socket
  std::chrono::milliseconds pause_ GUARDED_BY(write_mutex_){0};
  Clock::time_point next_frame_at_ GUARDED_BY(write_mutex_){};
  std::string label_ GUARDED_BY(write_mutex_);
  Sentence farewell_ GUARDED_BY(write_mutex_);  // set before the wish
};

}  // namespace parley
