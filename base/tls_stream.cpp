#include "base/tls_stream.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

#include "base/tls.hpp"

namespace parley {
namespace {

// What is kept for the next records once all has left: enough for lines of a chat.
constexpr std::size_t kept_bytes = 2 * 1024;

constexpr char handshake_record = 0x16;
constexpr char alert_record = 0x15;

constexpr const char* no_memory = "there is no memory for TLS";
constexpr const char* half_said = "it has said half of something of TLS's own, and we had to write";

}  // namespace

/// The library reads and writes in the middle of its own calls: from and to the strings of the stream.
struct TlsStream::Callbacks {
  static TlsStream& stream_of(BIO* bio) { return *static_cast<TlsStream*>(BIO_get_data(bio)); }

  static int read(BIO* bio, char* room, int size) {
    BIO_clear_retry_flags(bio);
    std::string_view& incoming = stream_of(bio).incoming_;
    if (incoming.empty()) {
      BIO_set_retry_read(bio);
      return -1;
    }
    const std::size_t count = std::min(incoming.size(), static_cast<std::size_t>(size));
    std::memcpy(room, incoming.data(), count);
    incoming.remove_prefix(count);
    return static_cast<int>(count);
  }

  static int write(BIO* bio, const char* bytes, int size) {
    BIO_clear_retry_flags(bio);
    try {
      stream_of(bio).outgoing_.append(bytes, static_cast<std::size_t>(size));
      return size;
    } catch (const std::exception&) {
      return -1;
    }
  }

  static long control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

  static int create(BIO* bio) {
    BIO_set_init(bio, 1);
    return 1;
  }

  /// Made once; the program keeps it.
  static const BIO_METHOD* method() {
    static BIO_METHOD* const made = [] {
      BIO_METHOD* const method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "strings");
      if (method == nullptr) throw std::bad_alloc();
      BIO_meth_set_read(method, read);
      BIO_meth_set_write(method, write);
      BIO_meth_set_ctrl(method, control);
      BIO_meth_set_create(method, create);
      return method;
    }();
    return made;
  }
};

void TlsStream::Free::operator()(ssl_st* ssl) const noexcept {
  SSL_free(ssl);
}

TlsStream::TlsStream(ssl_ctx_st& context, Side side) : ssl_(SSL_new(&context)) {
  BIO* const bio = ssl_ ? BIO_new(Callbacks::method()) : nullptr;
  if (bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, this);
  SSL_set_bio(ssl_.get(), bio, bio);
  if (side == Side::server)
    SSL_set_accept_state(ssl_.get());
  else
    SSL_set_connect_state(ssl_.get());
}

TlsStream::~TlsStream() = default;

TlsStream::State TlsStream::shake_hands(std::string_view received) {
  take_in(received);
  if (is_foreign()) {
    failure_ = speaks_in_clear;
    return state_ = State::failed;
  }
  has_begun_ = has_begun_ || !incoming_.empty();
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  is_established_ = result == 1;
  if (!is_established_) state_ = to_state(result);
  keep_rest();
  return state_;
}

/// The first byte tells; the library would say of most of them that their version is wrong.
bool TlsStream::is_foreign() const {
  return !has_begun_ && !incoming_.empty() && incoming_.front() != handshake_record &&
         incoming_.front() != alert_record;
}

TlsStream::Read TlsStream::read(std::span<char> room, std::string_view received) {
  take_in(received);
  std::size_t count = 0;
  while (count < room.size() && state_ == State::open) {
    std::size_t piece = 0;
    ERR_clear_error();
    const int result = SSL_read_ex(ssl_.get(), room.data() + count, room.size() - count, &piece);
    count += piece;
    if (result == 1) continue;
    state_ = to_state(result);
    if (state_ == State::open) break;  // it waits for more
  }
  keep_rest();
  // What came before the end is to be had first.
  return {count, count > 0 ? State::open : state_};
}

bool TlsStream::has_input() const {
  return state_ != State::open || !rest_.empty() || SSL_pending(ssl_.get()) > 0;
}

std::optional<std::size_t> TlsStream::write(std::string_view header, std::string_view body) noexcept {
  std::array<char, max_record_bytes> both;
  std::string_view record = header.substr(0, max_record_bytes);
  if (!body.empty() && record.size() < max_record_bytes) {
    body = body.substr(0, max_record_bytes - record.size());
    std::memcpy(both.data(), record.data(), record.size());
    std::memcpy(both.data() + record.size(), body.data(), body.size());
    record = {both.data(), record.size() + body.size()};
  }
  if (record.empty()) return 0;
  if (state_ == State::failed) return std::nullopt;  // by what came behind what is answered; why is told
  std::size_t count = 0;
  ERR_clear_error();
  if (SSL_write_ex(ssl_.get(), record.data(), record.size(), &count) == 1) return count;
  // Within a message of TLS's own that came in part, the library can write nothing.
  failure_ = SSL_want_read(ssl_.get()) ? half_said : no_memory;
  state_ = State::failed;
  return std::nullopt;
}

void TlsStream::end() noexcept {
  if (has_ended_ || !is_established_ || state_ == State::failed) return;
  has_ended_ = true;
  ERR_clear_error();
  (void)SSL_shutdown(ssl_.get());
}

void TlsStream::sent(std::size_t count) noexcept {
  sent_bytes_ += count;
  if (sent_bytes_ < outgoing_.size()) {
    // Answers of TLS itself may be added for ever to what a slow peer never takes whole.
    if (sent_bytes_ < max_record_bytes || 2 * sent_bytes_ < outgoing_.size()) return;
    outgoing_.erase(0, sent_bytes_);
    sent_bytes_ = 0;
    return;
  }
  sent_bytes_ = 0;
  if (outgoing_.capacity() > kept_bytes)
    std::string().swap(outgoing_);
  else
    outgoing_.clear();
}

/// The library calls them "tlsv1 alert unknown ca" and the like, and what is wrong with one itself otherwise.
bool TlsStream::is_no_of_peer(std::string_view failure) {
  const auto at = failure.find(" alert ");
  return at != std::string_view::npos && (failure.starts_with("tls") || failure.starts_with("ssl"));
}

std::string TlsStream::description() const {
  return std::string(SSL_get_version(ssl_.get())) + ' ' + SSL_get_cipher_name(ssl_.get());
}

void TlsStream::take_in(std::string_view received) {
  if (rest_.empty()) {
    incoming_ = received;
  } else {
    rest_ += received;
    incoming_ = rest_;
  }
}

void TlsStream::keep_rest() {
  std::string(incoming_).swap(rest_);
  incoming_ = {};
}

TlsStream::State TlsStream::to_state(int result) noexcept {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return State::open;
    case SSL_ERROR_ZERO_RETURN:
      return State::ended;
    default:
      failure_ = tls_error_text();
      return State::failed;
  }
}

}  // namespace parley
