#include "client/service.hpp"

#include <time.h>

#include <array>
#include <charconv>

namespace parley::client {
namespace {

/// What stands before the separator, which is taken away with it; all when there is none.
std::string_view take_until(std::string_view& text, std::string_view separator) {
  const auto end = text.find(separator);
  const std::string_view taken = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + separator.size());
  return taken;
}

bool take(std::string_view& text, std::string_view beginning) {
  if (!text.starts_with(beginning)) return false;
  text.remove_prefix(beginning.size());
  return true;
}

bool take_ending(std::string_view& text, std::string_view ending) {
  if (!text.ends_with(ending)) return false;
  text.remove_suffix(ending.size());
  return true;
}

bool take_number(std::string_view& text, std::size_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

/// "NAME DIALECT ROOM SINCE"; blanks may stand inside of ROOM.
std::optional<Presence> parse_presence(std::string_view line) {
  Presence presence;
  presence.name = take_until(line, " ");
  presence.dialect = take_until(line, " ");
  const auto last = line.rfind(' ');
  if (presence.name.empty() || presence.dialect.empty() || last == std::string_view::npos)
    return std::nullopt;
  const std::string_view room = line.substr(0, last);
  if (room != "-") presence.room = room;
  presence.since = line.substr(last + 1);
  return presence;
}

bool is_name(std::string_view text) {
  return !text.empty() && text.find_first_of(" ,") == std::string_view::npos;
}

/// "ann", "ann and bob", "ann, bob and carol", "ann, bob and 118 others", "118 others".
bool parse_names(std::string_view text, Notice& notice) {
  std::string_view last = text;
  std::string_view before = {};
  if (const auto conjunction = text.find(" and "); conjunction != std::string_view::npos) {
    before = text.substr(0, conjunction);
    last = text.substr(conjunction + 5);
  }
  while (!before.empty()) {
    const std::string_view name = take_until(before, ", ");
    if (!is_name(name)) return false;
    notice.names.emplace_back(name);
  }
  std::string_view others = last;
  if (take_number(others, notice.others) && others == " others") return true;
  notice.others = 0;
  if (!is_name(last)) return false;
  notice.names.emplace_back(last);
  return true;
}

}  // namespace

std::optional<WhoPart> parse_who(std::string_view body) {
  WhoPart who;
  std::string_view head = take_until(body, "\n");
  if (!take(head, "who ") || !take_number(head, who.part) || !take(head, "/") ||
      !take_number(head, who.parts) || !take(head, ", ") || !take_number(head, who.count) || head != " here")
    return std::nullopt;
  if (who.part == 0 || who.part > who.parts) return std::nullopt;
  while (!body.empty()) {
    auto presence = parse_presence(take_until(body, "\n"));
    if (!presence) return std::nullopt;
    who.users.push_back(*std::move(presence));
  }
  return who;
}

std::vector<Notice> parse_notices(std::string_view body) {
  std::vector<Notice> notices;
  while (!body.empty()) {
    std::string_view line = take_until(body, "\n");
    Notice notice;
    notice.came = take_ending(line, " came");
    if ((!notice.came && !take_ending(line, " left")) || !parse_names(line, notice)) return {};
    notices.push_back(std::move(notice));
  }
  return notices;
}

std::string to_local_time(std::string_view since, std::time_t now) {
  std::string text(since);
  std::tm utc{};
  const char* const end = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  if (end == nullptr || *end != '\0') return text;
  const std::time_t moment = ::timegm(&utc);
  std::tm then{};
  std::tm today{};
  (void)::localtime_r(&moment, &then);
  (void)::localtime_r(&now, &today);
  const bool is_today = then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;
  std::array<char, 32> room{};
  std::strftime(room.data(), room.size(), is_today ? "%H:%M" : "%Y-%m-%d %H:%M", &then);
  return room.data();
}

}  // namespace parley::client
