#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "protocol/events.hpp"
#include "protocol/input_buffer.hpp"

/// What comes over HTTP/1 before it is a WebSocket: the heads of requests (PROTOCOL.md, WB1 and WB2).
namespace parley::http {

using parley::NeedMore;

enum class Method { get, head, other };

/// A request as far as it matters here. Texts are as they came, without blanks around them.
struct Request {
  Method method = Method::get;
  std::string path;  ///< from its slash on, without the query
  std::string host;  ///< with its port, if it has one; empty: none was told, by HTTP/1.0
  std::optional<std::string>
      origin;              ///< of the page that asks, where a browser does; several are one wrong one
  std::string known_tags;  ///< If-None-Match
  bool takes_gzip = false;
  bool keeps_alive = false;  ///< another request may follow
  bool has_body = false;     ///< which nobody reads: nothing behind it is a request
  bool wants_websocket = false;
  bool has_websocket_version = false;        ///< the one that there is, 13
  std::optional<std::string> websocket_key;  ///< a well-formed one, told once
};

/// What is no request. Nothing behind it is one.
struct Fault {
  int status = 400;  ///< to answer with: 400, 414, 431 or 505
  std::string_view sentence;
};

using Event = std::variant<NeedMore, Request, Fault>;

/// From a request's first byte to the end of the empty line behind it. A browser sends a tenth.
inline constexpr std::size_t max_head_bytes = 8 * 1024;
/// Of its first line, without the line's end.
inline constexpr std::size_t max_line_bytes = 4 * 1024;

/// Whether an If-None-Match, all its fields as one list, names that entity tag, weak or not (RFC
/// 9110, 13.1.2). What stands behind something that is no tag names none. Pure.
bool names_tag(std::string_view known_tags, std::string_view tag);

/// An incremental parser of one client's requests. What it says is the same however the bytes were cut, in
/// linear time. It reads strictly what others read in several ways: a line ends with CR LF, a field's value
/// with its line, and a field that must be one is one. Belongs to one thread.
class Parser {
 public:
  /// Room to read into.
  std::span<char> prepare() { return buffer_.prepare(); }
  /// The first `count` bytes of what prepare() returned hold input now.
  void commit(std::size_t count) { buffer_.commit(count); }
  /// prepare() and commit() for bytes that are already somewhere, any number of them.
  void feed(std::string_view bytes) { buffer_.append(bytes); }

  const InputBuffer& input() const { return buffer_; }

  /// The next request in the bytes given so far, NeedMore when there is none. After a Fault, and after a
  /// request that has a body or does not keep the connection alive, it is always NeedMore.
  Event next();

  /// After next() returned NeedMore: a request has begun.
  bool in_frame() const { return !is_over_ && !pending().empty(); }

  /// What has come and is not consumed: after a request that wants a WebSocket, the first of what is said
  /// there.
  std::string_view pending() const { return buffer_.pending(); }

 private:
  std::optional<Fault> scan();
  bool skip_blank_lines();
  Event stop(Event last);

  InputBuffer buffer_;
  std::size_t blank_bytes_ = 0;  // of empty lines before the request
  std::size_t scanned_ = 0;      // bytes of pending() that have been looked at
  std::size_t line_bytes_ = 0;   // of those, in the line that has not ended
  bool has_line_ = false;        // the request's first one
  bool has_end_ = false;         // the empty line, just before scanned_
  bool is_over_ = false;
};

}  // namespace parley::http
