#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace parley {

/// One end of a TLS connection, between the bytes of the network and those of whoever talks: it has no
/// socket. For one thread at a time. What it has to send gathers in outgoing(); while the caller sends that
/// before it writes more, no more than a record and a few answers of TLS itself wait there.
class TlsStream {
 public:
  enum class Side : std::uint8_t { client, server };

  /// The most that write() takes at once, and that one record holds.
  static constexpr std::size_t max_record_bytes = 16 * 1024;

  /// Keeps the context. Throws std::bad_alloc.
  TlsStream(ssl_ctx_st& context, Side side);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  enum class State : std::uint8_t {
    open,   ///< more can come
    ended,  ///< the peer has ended its stream in good order
    failed  ///< see failure()
  };

  /// Goes on with the handshake by what came from the network; the client calls it first without anything.
  /// May throw std::bad_alloc.
  State shake_hands(std::string_view received);
  bool is_established() const { return is_established_; }

  struct Read {
    std::size_t count;  ///< bytes that were put into the room
    State state;        ///< of what follows them
  };
  /// Decrypts into the room; what does not fit is kept. Once established. May throw std::bad_alloc.
  Read read(std::span<char> room, std::string_view received);
  /// The next read() or shake_hands() has something to go on with that has come already.
  bool has_input() const;

  /// Encrypts the first bytes of header and body, as one record; how many. Nothing when that failed, for
  /// want of memory, or since the peer is within a message of TLS's own. Once established.
  std::optional<std::size_t> write(std::string_view header, std::string_view body) noexcept;

  /// Ends our stream: nothing more is written. Only the first call counts.
  void end() noexcept;

  /// What is to be sent next; sent() takes it away.
  std::string_view outgoing() const { return std::string_view(outgoing_).substr(sent_bytes_); }
  void sent(std::size_t count) noexcept;
  /// The memory of what is to be sent.
  std::size_t outgoing_capacity() const { return outgoing_.capacity(); }

  /// Why it failed; null when it has not. Lives as long as the program.
  const char* failure() const { return failure_; }
  /// The failure of a peer whose first byte is no TLS.
  static constexpr const char* speaks_in_clear = "it speaks in clear, not TLS";
  /// Whether such a text says that the peer has refused to go on, by an alert of TLS.
  static bool is_no_of_peer(std::string_view failure);

  /// The version and the cipher, such as "TLSv1.3 TLS_AES_256_GCM_SHA384". Once established.
  std::string description() const;

  /// For what the context's owner asks of the library itself.
  ssl_st* handle() { return ssl_.get(); }

 private:
  struct Free {
    void operator()(ssl_st* ssl) const noexcept;
  };
  struct Callbacks;  // of the library, when it reads and writes

  void take_in(std::string_view received);
  void keep_rest();
  State to_state(int result) noexcept;
  bool is_foreign() const;

  std::string rest_;           // what came and was not read
  std::string_view incoming_;  // within a call: what is to be read
  std::string outgoing_;
  std::size_t sent_bytes_ = 0;  // of these
  const char* failure_ = nullptr;
  State state_ = State::open;
  bool has_begun_ = false;  // the peer has sent something
  bool is_established_ = false;
  bool has_ended_ = false;
  std::unique_ptr<ssl_st, Free> ssl_;  // last: its end may write
};

}  // namespace parley
