#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// What an operator may ask of a server that runs, as one line of JSON (CONTROL.md). Pure functions; safe
/// from any thread.
namespace parley::control {

/// A line, without its LF.
inline constexpr std::size_t max_request_bytes = 4 * 1024;
/// Of a kick: one line of any dialect, less the words before it.
inline constexpr std::size_t max_reason_bytes = 200;
/// What is said to everybody.
inline constexpr std::size_t max_text_bytes = 1'000;

enum class Action { who, kick, say, stats, reload, drain, stop };

/// Its words, by Action.
inline constexpr std::array<std::string_view, 7> action_words = {"who",    "kick",  "say", "stats",
                                                                 "reload", "drain", "stop"};

struct Request {
  Action action;
  std::string name{};  ///< kick: whom
  std::string text{};  ///< say: what; kick: the reason, or nothing
};

/// The request that a line stands for, any bytes without LF; or a sentence on what is wrong with it.
std::variant<Request, std::string> parse_request(std::string_view line);

/// The line for a request, with its LF. Bytes that are no UTF-8 become U+FFFD.
std::string to_line(const Request& request);

}  // namespace parley::control
