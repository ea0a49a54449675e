#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// The words of SERVER, which answers questions inside the two-socket protocol (PROTOCOL.md, SV): what a SEND
/// to it asks, and the bodies of the FORWARDs from it. Pure functions; safe from any thread.
namespace parley::service {

/// Its name, which nobody can have.
inline constexpr std::string_view name = "SERVER";

/// In any case, as names are.
bool is_service_name(std::string_view recipient);

/// What a question asks for.
struct Command {
  enum class Kind { help, who, whois, notices_on, notices_off, version, features, unknown };
  Kind kind;
  /// whois: the name; features: the words behind it; unknown: the first word. Points into the question.
  std::string_view argument;
};

/// Any bytes. Never fails: what is no command is unknown.
Command parse(std::string_view question);

/// One user who is there.
struct Presence {
  std::string name;
  std::string dialect;  ///< its option, as "telnet"
  std::string room;
  std::int64_t since_s;  ///< of 1970, in UTC
};

/// So many users stand in one part of the answer to who.
inline constexpr std::size_t users_in_part = 50;

/// "who 1/3, 120 here", and a line for each user.
std::string to_part(std::size_t part, std::size_t parts, std::size_t count, std::span<const Presence> users);

/// `asked`: the name as it was asked for, any bytes.
std::string to_whois(std::string_view asked, const std::optional<Presence>& user);

/// One line for each command.
std::string to_help();

/// `word`: any bytes, of which the first 32 are shown.
std::string to_unknown(std::string_view word);

/// What may be switched on for one user.
inline constexpr std::string_view audience_feature = "audience";

/// Whether one of these words is `word`, in any case.
bool has_word(std::string_view words, std::string_view word);

}  // namespace parley::service
