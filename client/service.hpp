#pragma once

#include <cstddef>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// SERVER, which answers questions on servers that have it (PROTOCOL.md, SV): what its answers say. Whatever
/// came may come from a user of that name on a server that has none. Pure functions; safe from any thread.
namespace parley::client {

inline constexpr std::string_view service_name = "SERVER";

/// A user, as told by "who". Bytes as they came: show them through visible() only.
struct Presence {
  std::string name;
  std::string dialect;
  std::string room;  ///< empty: in none
  std::string since;
};

/// "who 1/2, 70 here" and a line for each user.
struct WhoPart {
  std::size_t part = 0;
  std::size_t parts = 0;
  std::size_t count = 0;
  std::vector<Presence> users;
};
std::optional<WhoPart> parse_who(std::string_view body);

/// "ann came", "ann, bob and 118 others left".
struct Notice {
  std::vector<std::string> names;
  std::size_t others = 0;
  bool came = false;
};
/// One for each line; empty when the body is anything else.
std::vector<Notice> parse_notices(std::string_view body);

/// "2026-11-26T20:31:05Z" as "20:31", or with its day when that is not `now`'s, in the local time zone;
/// itself when it is no time.
std::string to_local_time(std::string_view since, std::time_t now);

}  // namespace parley::client
