#pragma once

#include <charconv>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>

#include "protocol/two_socket.hpp"
#include "protocol/words.hpp"

/// The frames of a client that are all there, and exactly as PROTOCOL.md writes them: nearly everyone's. They
/// are read in one go. The Parser tries this first, and searches in whatever is not plain. Pure functions.
namespace parley::two_socket {

/// Takes a literal off the beginning of the text. False when it is not there.
template <std::size_t Size>
bool take(std::string_view& text, const char (&beginning)[Size]) {
  constexpr std::size_t length = Size - 1;
  if (text.size() < length || std::memcmp(text.data(), beginning, length) != 0) return false;
  text.remove_prefix(length);
  return true;
}

/// Takes a line, its LF included. Returns the name that it is; empty when it is none, or has blanks at its
/// ends.
inline std::string_view take_name_line(std::string_view& text) {
  const auto line_end = text.find('\n');
  if (line_end == std::string_view::npos || line_end == 0) return {};
  const std::string_view name(text.data(), line_end);
  text.remove_prefix(line_end + 1);
  return is_blank(name.front()) || is_blank(name.back()) ? std::string_view() : name;
}

/// The plain SEND with which the bytes begin: up to the end of its body.
inline std::optional<Send> plain_send(std::string_view bytes, const FrameLimits& limits) {
  std::string_view rest = bytes;
  if (!take(rest, "SEND ")) return std::nullopt;
  const std::string_view name = take_name_line(rest);
  if (name.empty() || !take(rest, "Content-length: ")) return std::nullopt;
  std::size_t body_bytes = 0;
  const auto [digits_end, error] = std::from_chars(rest.begin(), rest.end(), body_bytes);
  if (error != std::errc{} || body_bytes > limits.body_bytes) return std::nullopt;
  rest = {digits_end, rest.end()};
  if (!take(rest, "\n\n") || rest.size() < body_bytes) return std::nullopt;
  if (bytes.size() - rest.size() > limits.header_bytes) return std::nullopt;
  return Send{name, {rest.data(), body_bytes}};
}

/// The plain RECEIVED with which the bytes begin: up to the end of its first line, and an empty one follows.
inline std::optional<Received> plain_received(std::string_view bytes, const FrameLimits& limits) {
  std::string_view rest = bytes;
  if (!take(rest, "RECEIVED ")) return std::nullopt;
  const std::string_view name = take_name_line(rest);
  if (name.empty() || bytes.size() - rest.size() > limits.header_bytes || !rest.starts_with('\n'))
    return std::nullopt;
  return Received{name};
}

}  // namespace parley::two_socket
