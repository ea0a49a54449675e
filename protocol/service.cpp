#include "protocol/service.hpp"

#include <algorithm>
#include <array>

#include "protocol/text.hpp"
#include "protocol/user_name.hpp"
#include "protocol/words.hpp"

namespace parley::service {
namespace {

// Long enough for every word that was meant, and every name.
constexpr std::size_t shown_word_bytes = 32;

struct Known {
  std::string_view word;
  std::string_view argument;  // the one word that must follow; empty: none may
  Command::Kind kind;
};

constexpr std::array known_commands = {
    Known{"help", "", Command::Kind::help},
    Known{"who", "", Command::Kind::who},
    Known{"notices", "on", Command::Kind::notices_on},
    Known{"notices", "off", Command::Kind::notices_off},
    Known{"version", "", Command::Kind::version},
};

void append_padded(std::string& out, std::int64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  out.append(width - std::min(width, digits.size()), '0').append(digits);
}

/// 2026-11-26T20:31:05Z. Years begin in March here, so that a leap day is the last of one.
void append_time(std::string& out, std::int64_t time_s) {
  constexpr std::int64_t day_s = 24 * 60 * 60;
  constexpr std::int64_t era_days = 146'097;           // 400 years
  const std::int64_t days = time_s / day_s + 719'468;  // since the 1st of March of the year 0
  const std::int64_t day_of_era = days % era_days;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const std::int64_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  append_padded(out, days / era_days * 400 + year_of_era + (month <= 2 ? 1 : 0), 4);
  append_padded(out += '-', month, 2);
  append_padded(out += '-', day_of_year - (153 * month_from_march + 2) / 5 + 1, 2);
  append_padded(out += 'T', time_s % day_s / 3600, 2);
  append_padded(out += ':', time_s % 3600 / 60, 2);
  append_padded(out += ':', time_s % 60, 2);
  out += 'Z';
}

/// What was asked, so that it can drive no terminal and begin no line of its own.
std::string shown(std::string_view word) {
  if (word.empty()) return {};
  std::string text = visible(word.substr(0, piece_length(word, shown_word_bytes)));
  text.resize(piece_length(text, shown_word_bytes));
  return text;
}

}  // namespace

bool is_service_name(std::string_view recipient) {
  return equal_ignoring_case(recipient, name);
}

Command parse(std::string_view question) {
  const auto [word, behind] = split_word(trim(question, is_blank_or_line_end), is_blank_or_line_end);
  const std::string_view argument = trim(behind, is_blank_or_line_end);
  for (const Known& known : known_commands)
    if (equal_ignoring_case(word, known.word) && equal_ignoring_case(argument, known.argument))
      return {known.kind, {}};
  if (equal_ignoring_case(word, "whois") && !argument.empty() &&
      std::ranges::none_of(argument, is_blank_or_line_end))
    return {Command::Kind::whois, argument};
  if (equal_ignoring_case(word, "features")) return {Command::Kind::features, argument};
  return {Command::Kind::unknown, word};
}

std::string to_part(std::size_t part, std::size_t parts, std::size_t count, std::span<const Presence> users) {
  std::string text =
      "who " + std::to_string(part) + '/' + std::to_string(parts) + ", " + std::to_string(count) + " here";
  for (const Presence& user : users) {
    text.append("\n").append(user.name).append(" ").append(user.dialect).append(" ");
    append_time(text.append(user.room.empty() ? "-" : user.room) += ' ', user.since_s);
  }
  return text;
}

std::string to_whois(std::string_view asked, const std::optional<Presence>& user) {
  if (!user) return "whois " + shown(asked) + ": not here";
  std::string text = "whois " + user->name + ": ";
  text += user->dialect;
  if (!user->room.empty()) text.append(", room ").append(user->room);
  append_time(text += ", since ", user->since_s);
  return text;
}

std::string to_help() {
  return "help: this list\n"
         "who: who is here, with dialect, room, and since when\n"
         "whois NAME: the same of one user\n"
         "notices on, notices off: to be told who comes and goes, or not any more\n"
         "version: which server this is\n"
         "features: what programs may switch on with features NAME, and off with features none";
}

std::string to_unknown(std::string_view word) {
  return "unknown command: " + shown(word) + "; help lists them";
}

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const auto [first, rest] = split_word(words, is_blank_or_line_end);
    if (equal_ignoring_case(first, word)) return true;
    words = rest;
  }
  return false;
}

}  // namespace parley::service
