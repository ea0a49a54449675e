#include <array>
#include <asio/error.hpp>

#include "server/net/connection.hpp"
#include "server/net/writer.hpp"

namespace parley {
namespace {

// Records without a word in them, such as those that change keys, cost time and no request.
constexpr std::size_t most_overhead_bytes = 64 * 1024;
// One byte of text in a record of its own comes with less of it.
constexpr std::size_t overhead_of_byte = 64;

}  // namespace

bool Connection::shake_hands(std::chrono::milliseconds within) {
  set_deadline(Deadline::sign_on, within);
  std::array<char, 4096> wire;
  std::size_t count = 0;
  std::error_code error;
  while (!error) {
    {
      const MutexLock lock(write_mutex_);
      if (!is_open()) return false;
      if (!answer_tls(tls_->shake_hands({wire.data(), count}))) return false;
      tls_has_input_ = tls_->has_input();
      if (tls_->is_established()) break;
    }
    if (take_wake()) {
      if (const char* const wish = end_wish()) abort(wish);
      if (passed_deadline(Clock::now())) abort(handshake_took_too_long);
    }
    count = receive(wire, error);
  }
  clear_deadline(Deadline::sign_on);
  if (error) abort(ended_in_handshake);
  return !error;
}

std::size_t Connection::read_tls(std::span<char> room, std::error_code& error) {
  std::array<char, TlsStream::max_record_bytes> wire;
  std::size_t received = 0;
  if (!tls_has_input_ || !is_read()) {
    received = receive(std::span(wire).first(std::clamp(room.size(), std::size_t{512}, wire.size())), error);
    if (error == asio::error::eof && is_open()) abort("cut its TLS stream off");
    if (received == 0 || !is_read()) return 0;  // once finished, what comes is not even decrypted
  }
  TlsStream::Read read{0, TlsStream::State::open};
  {
    const MutexLock lock(write_mutex_);
    if (!is_read()) return 0;
    read = tls_->read(room, {wire.data(), received});
    tls_has_input_ = tls_->has_input();
    if (!answer_tls(read.state)) return 0;
  }
  if (read.state == TlsStream::State::ended) error = asio::error::eof;
  if (!take_record_bytes(received, read.count)) abort("sends too much of TLS and too little in it");
  return read.count;
}

/// False when so much came without a word in it that somebody keeps the server busy.
bool Connection::take_record_bytes(std::size_t received, std::size_t count) {
  overhead_bytes_ += received;
  overhead_bytes_ -= std::min(overhead_bytes_, overhead_of_byte * count);
  return overhead_bytes_ <= most_overhead_bytes;
}

/// Sends what TLS itself has to say to what has come: also why it fails. False when the connection is over.
bool Connection::answer_tls(TlsStream::State state) {
  if (!put_ciphertext()) return false;
  if (state == TlsStream::State::failed) {
    shut_down(tls_->failure());
    return false;
  }
  if (has_ciphertext()) await_room();
  return takes_frames();
}

/// How many bytes TLS took: it takes a record when the one before has left.
std::optional<std::size_t> Connection::send_tls(std::string_view header, std::string_view body) {
  if (!tls_->is_established()) {
    shut_down("there was no TLS yet to send it by");
    return std::nullopt;
  }
  std::size_t taken = 0;
  const std::size_t size = header.size() + body.size();
  if (!put_ciphertext()) return std::nullopt;
  while (taken < size && !has_ciphertext()) {
    const auto count = tls_->write(header, body);
    if (!count) {
      shut_down(tls_->failure());
      return std::nullopt;
    }
    taken += *count;
    const std::size_t of_header = std::min(*count, header.size());
    header.remove_prefix(of_header);
    body.remove_prefix(*count - of_header);
    if (!put_ciphertext()) return std::nullopt;
  }
  return taken;
}

/// As much as the socket takes; what is left counts with what waits. False when the connection is over.
bool Connection::put_ciphertext() {
  while (has_ciphertext()) {
    const auto count = put(tls_->outgoing(), {});
    if (!count) return false;
    if (*count == 0) break;
    tls_->sent(*count);
    if (is_watched_) set_deadline(Deadline::progress, Clock::now() + shared_.limits.progress_timeout);
  }
  const std::size_t waiting = tls_->outgoing().size();
  if (waiting == counted_ciphertext_bytes_) return true;
  waiting_bytes_.fetch_add(waiting - counted_ciphertext_bytes_, std::memory_order_relaxed);
  counted_ciphertext_bytes_ = waiting;
  ciphertext_charge_ = {shared_.budget, waiting};
  return true;
}

/// Our own end of TLS's stream, once all before it has left. False while it has not left itself.
bool Connection::end_tls() {
  tls_->end();
  if (!put_ciphertext()) return false;
  if (!has_ciphertext()) return true;
  await_room();
  return false;
}

}  // namespace parley
