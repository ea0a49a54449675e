#include "server/net/session.hpp"

#include <algorithm>
#include <array>
#include <asio/error.hpp>
#include <cstring>

namespace parley {
namespace {

// Until a look whether the server still holds too much.
constexpr std::chrono::milliseconds relief_pause{20};

// What a read that completes no request counts besides its bytes: a byte at a time must not keep a processor
// busy.
constexpr std::size_t noise_of_read = 64;
// What a read behind the last words counts at least, for the same reason; of TLS many bytes may come to none.
constexpr std::size_t least_counted_bytes = 1024;

std::string_view to_reason(const Connection& connection, std::error_code error) {
  if (const char* const failure = connection.failure()) return failure;
  if (!error || error == asio::error::eof) return "closed the connection";
  const char* const text = ::strerrordesc_np(error.value());
  return text != nullptr ? text : "the connection failed";
}

/// Of a peer that has let such a deadline pass and was ended for it.
std::optional<Drop> to_drop(Deadline kind) {
  switch (kind) {
    case Deadline::sign_on:
      return Drop::sign_on_time;
    case Deadline::frame:
      return Drop::frame_time;
    case Deadline::answer:
      return Drop::receipt_time;
    default:
      return std::nullopt;
  }
}

/// Of a handshake that has failed. The server's own wish that it ends is none.
std::optional<HandshakeFault> to_handshake_fault(const Connection& connection) {
  const std::string_view failure = connection.failure();
  if (failure == TlsStream::speaks_in_clear) return HandshakeFault::in_clear;
  if (failure == Connection::handshake_took_too_long) return HandshakeFault::time;
  if (failure == Connection::ended_in_handshake) return HandshakeFault::cut_off;
  if (const char* const wish = connection.end_wish(); wish != nullptr && failure == wish) return std::nullopt;
  return TlsStream::is_no_of_peer(failure) ? HandshakeFault::declined : HandshakeFault::protocol;
}

}  // namespace

void Session::run() noexcept {
  std::string_view reason = "there was no memory for it";
  std::error_code error;
  try {
    connection_->attach_owner();
    if (enter()) {
      begin();
      converse(error);
    }
    if (connection_->is_finishing())
      discard_input(error);
    else if (error == asio::error::eof && connection_->failure() == nullptr)
      finish_input();
    reason = to_reason(*connection_, error);
  } catch (const std::exception&) {  // nothing here throws anything but std::bad_alloc
    if (connection_->failure() == nullptr) note_drop(Drop::no_memory);
  }
  try {
    end(reason);
    if (error == asio::error::eof) finish_output();
  } catch (const std::exception&) {
  }
  charge_input_memory(0);
  connection_->close();
}

/// False when TLS did not come about; that is told here.
bool Session::enter() {
  if (!connection_->is_tls() || connection_->shake_hands(handshake_timeout())) return true;
  handshake_fault_ = to_handshake_fault(*connection_);
  connection_->log(spdlog::level::info, "{} failed the TLS handshake: {}", connection_->label(),
                   connection_->failure());
  return false;
}

void Session::converse(std::error_code& error) {
  bool is_read_free = true;  // something was done since the last one
  while (!error && connection_->is_open()) {
    if (connection_->take_wake()) {
      attend();
      is_read_free = true;
    } else if ((flood_.has_debt() || connection_->waiting_bytes() > 0) && wait_to_read()) {
      continue;
    } else if (act()) {
      is_read_free = true;
    } else {
      if (!std::exchange(is_read_free, false)) charge_noise(noise_of_read);
      read_more(error);
    }
  }
}

void Session::read_more(std::error_code& error) {
  const NextRead next = prepare();
  // A frame has its time once, from its first byte: a byte a second must not put the end off for ever. What
  // is no request, as a ping, may end without one.
  if (!next.is_in_request)
    end_frame();
  else if (!std::exchange(frame_is_timed_, true))
    connection_->set_deadline(Deadline::frame, frame_timeout_);
  charge_input_memory(next.charged_bytes);
  const std::size_t count = connection_->read_some(next.space, error);
  if (error || count == 0 || !connection_->is_open()) return;
  now_ = Clock::now();
  charge_bytes(count);
  const std::string_view read(next.space.data(), count);
  log_input(read);
  commit(gate_ ? gate_->feed(read) : count);
}

/// Of a peer that has asked too much, or has not read what it was sent: waits until it may be read. False
/// when that is at once.
bool Session::wait_to_read() {
  const bool may_wait = may_be_read_later();
  const auto most = most_waiting_bytes();
  if (const auto at = may_wait ? flood_.next_at(now_) : flood_.noise_paid_at(now_); at > now_)
    read_later(at);
  else if (may_wait && !connection_->has_room(most) && !connection_->has_room_or_wake(most))
    read_later(Clock::time_point::max());
  else if (may_wait && makes_server_hold_too_much())
    read_later(now_ + relief_pause);
  else
    return false;
  return true;
}

/// Somebody gives way then, and must not be outrun by all who go on asking and do not read the answers.
bool Session::makes_server_hold_too_much() const {
  return connection_->waiting_bytes() > 0 && connection_->budget().is_exceeded();
}

/// On the next request, or on what the gate lets through. False when more must be read.
bool Session::act() {
  if (!handle_next()) return gate_ && pass_gate();
  end_frame();
  return true;
}

/// What the gate has held back and does no longer. False when there is nothing to act on.
bool Session::pass_gate() {
  if (const auto piece = gate_->take()) {
    feed(*piece);
    return true;
  }
  const auto verdict = gate_->verdict();
  if (verdict == Gate::Verdict::undecided) return false;
  const std::string sentence = verdict == Gate::Verdict::foreign ? gate_->sentence() : std::string();
  gate_.reset();
  if (!sentence.empty()) {
    note_drop(Drop::foreign);
    refuse(sentence);
  }
  return !sentence.empty();
}

void Session::finish_input() {
  if (gate_) gate_->release();
  while (connection_->is_open() && act()) {
  }
  if (connection_->is_open()) input_ended();
}

/// The memory for a large request counts with what waits for the peer: both are what it makes the server
/// take.
void Session::charge_input_memory_anew(std::size_t bytes) {
  const std::size_t before = std::exchange(charged_input_bytes_, bytes);
  connection_->hold(bytes);
  input_charge_ = {connection_->budget(), bytes};
  connection_->let_go(before);
  if (bytes > before) connection_->relieve_server();
}

void Session::attend() {
  now_ = Clock::now();
  if (const char* const reason = connection_->end_wish())
    return asked_to_end(reason, connection_->farewell().view());
  while (connection_->is_open()) {
    const auto kind = connection_->passed_deadline(now_);
    if (!kind) return;
    connection_->clear_deadline(*kind);
    if (*kind == Deadline::progress)
      connection_->abort(Connection::does_not_read);
    else
      expire(*kind);
    if (const auto why = to_drop(*kind); why && !connection_->is_open()) note_drop(*why);
  }
}

std::optional<Drop> Session::drop() const {
  if (drop_ || connection_->failure() == nullptr) return drop_;
  const std::string_view failure = connection_->failure();
  if (failure == Connection::does_not_read) return Drop::does_not_read;
  if (failure == Connection::takes_most_memory) return Drop::memory_share;
  if (failure == Connection::no_memory) return Drop::no_memory;
  return std::nullopt;
}

bool Session::await(FunctionRef<bool()> is_done, Clock::time_point until) {
  end_frame();
  while (connection_->is_open() && !is_done() && Clock::now() < until) {
    if (connection_->take_wake())
      attend();
    else if (connection_->wait_for_end(until))
      asked_to_end("went while it was waited for", {});
  }
  now_ = Clock::now();
  return connection_->is_open();
}

/// The time that passes is ours: the peer's clocks stand, each for so long in all. Otherwise nothing would
/// end a peer that floods without end.
void Session::read_later(Clock::time_point at) {
  const auto began = now_;
  for (PutOff& one : put_off_) {
    const auto due = connection_->deadline(one.kind);
    if (due != one.due) one.by = {};  // it has been set anew since
    one.due = due;
    // The latest that it may become; what it has become is known only after the wait. One that the thread of
    // another socket clears meanwhile comes back: whoever expires it asks whether it still means something.
    if (due != Clock::time_point::max()) connection_->set_deadline(one.kind, due + (most_put_off() - one.by));
  }
  connection_->wait_until(at);
  now_ = Clock::now();
  for (PutOff& one : put_off_) {
    if (one.due == Clock::time_point::max()) continue;
    const auto by = std::min(now_ - began, most_put_off() - one.by);
    one.by += by;
    one.due += by;
    connection_->set_deadline(one.kind, one.due);
  }
}

/// After finish(): what still comes is thrown away, so that closing does not reset the stream under the last
/// words.
void Session::discard_input(std::error_code& error) {
  std::array<char, 4096> scratch;
  std::size_t count = 0;
  std::size_t counted_bytes = 0;
  while (!error && connection_->is_finishing()) {
    if (has_leave({scratch.data(), count})) connection_->let_end();
    if (connection_->take_wake())
      if (const auto kind = connection_->passed_deadline(Clock::now()))
        connection_->abort(*kind == Deadline::progress ? Connection::does_not_read : "did not close its end");
    count = connection_->read_some(scratch, error);
    counted_bytes += std::max(count, least_counted_bytes);
    if (counted_bytes > Limits::max_thrown_away_bytes) connection_->abort("went on sending behind its end");
  }
}

/// The peer has ended its stream and may still read: what waits for it leaves first.
void Session::finish_output() {
  connection_->finish({});
  while (connection_->is_finishing() && connection_->waiting_frames() > 0) {
    connection_->wait_until(Clock::time_point::max());
    if (connection_->take_wake() && connection_->passed_deadline(Clock::now()))
      connection_->abort(Connection::does_not_read);
  }
}

}  // namespace parley
