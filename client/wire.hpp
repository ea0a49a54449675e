#pragma once

#include <sys/types.h>

#include <asio/ip/tcp.hpp>
#include <memory>
#include <span>
#include <string_view>

#include "base/thread_annotations.hpp"
#include "base/tls_stream.hpp"

namespace parley::client {

/// One socket to the server, in clear or with TLS over it. No call waits. One thread may send while another
/// one receives.
class Wire {
 public:
  explicit Wire(asio::io_context& context) : socket_(context) {}

  asio::ip::tcp::socket& socket() { return socket_; }
  int descriptor() { return socket_.native_handle(); }

  // While no other thread has it.

  /// From here on with TLS, which is to shake hands; null: in clear.
  void secure(std::unique_ptr<TlsStream> tls) { tls_ = std::move(tls); }

  enum class Handshake { done, to_send, to_receive, failed };
  /// Goes on with it, as far as the socket lets it.
  Handshake shake_hands() EXCLUDES(mutex_);

  TlsStream* tls() { return tls_.get(); }

  // Then.

  /// As send() without waiting: how many of the bytes are on their way, or -1 and errno. They are in the
  /// socket once is_flushed(); a call without bytes goes on with that.
  ssize_t send(std::string_view bytes) EXCLUDES(mutex_);
  bool is_flushed() EXCLUDES(mutex_);

  /// As recv() without waiting.
  ssize_t receive(std::span<char> room) EXCLUDES(mutex_);
  /// The receiver's: it has something for receive() that the socket does not tell of.
  bool has_input() const { return has_input_; }

  /// Our end of the stream.
  void end() EXCLUDES(mutex_);

 private:
  bool flush() REQUIRES(mutex_);

  asio::ip::tcp::socket socket_;
  bool has_input_ = false;
  Mutex mutex_;  // taken alone: the socket is written under it
  std::unique_ptr<TlsStream> tls_ PT_GUARDED_BY(mutex_);
};

}  // namespace parley::client
