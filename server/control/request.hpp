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

/// Of a ban that ends: ten years. Longer is for ever.
inline constexpr std::int64_t max_for_s = std::int64_t{3650} * 24 * 3600;

enum class Action { who, kick, ban, unban, bans, say, stats, reload, drain, stop };

/// Its words, by Action.
inline constexpr std::array<std::string_view, 10> action_words = {"who", "kick",  "ban",    "unban", "bans",
                                                                  "say", "stats", "reload", "drain", "stop"};

struct Request {
  Action action;
  std::string name{};      ///< kick, ban and unban: whom
  std::string text{};      ///< say: what; kick: the reason, or nothing
  std::string address{};   ///< ban and unban: whom, unless it has a name; ADDRESS or ADDRESS/PREFIX
  std::int64_t for_s = 0;  ///< ban: for how long; 0: for ever
  bool is_forced = false;  ///< ban: the machine of the server, too
};

/// The request that a line stands for, any bytes without LF; or a sentence on what is wrong with it.
std::variant<Request, std::string> parse_request(std::string_view line);

/// A whole number and a unit: s, m, h, d or w, such as 90m. Nothing: it is none, or not from 1 s to
/// max_for_s.
std::optional<std::int64_t> parse_duration(std::string_view text);

/// The line for a request, with its LF. Bytes that are no UTF-8 become U+FFFD.
std::string to_line(const Request& request);

}  // namespace parley::control
