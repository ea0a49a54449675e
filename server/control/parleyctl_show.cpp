#include "server/control/parleyctl_show.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "protocol/text.hpp"

namespace parley::control {

using Json = nlohmann::ordered_json;

namespace {

std::string to_utc(std::int64_t seconds) {
  const auto time = static_cast<std::time_t>(seconds);
  std::tm utc{};
  ::gmtime_r(&time, &utc);
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", utc);
}

std::string to_cell(const Json& value) {
  if (value.is_null()) return "-";
  return value.is_string() ? visible(value.get<std::string>()) : value.dump();
}

std::vector<std::string> to_row(const Json& user) {
  std::vector<std::string> row;
  for (const char* const key : {"name", "dialect", "room", "address"}) row.push_back(to_cell(user.at(key)));
  row.push_back(to_utc(user.at("since").get<std::int64_t>()));
  for (const char* const key : {"sent_bytes", "received_bytes", "queue_bytes"})
    row.push_back(to_cell(user.at(key)));
  if (const auto node = user.find("node"); node != user.end()) row.push_back(to_cell(*node));
  return row;
}

std::vector<std::string> to_ban_row(const Json& ban) {
  const char* const kind = ban.contains("name") ? "name" : "address";
  const Json& until = ban.at("until");
  return {to_cell(ban.at(kind)), kind, until.is_null() ? "for ever" : to_utc(until.get<std::int64_t>())};
}

/// Columns as wide as their widest cell.
std::string to_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += i + 1 < row.size() ? fmt::format("{:<{}}  ", row[i], widths[i]) : row[i];
    text += line + '\n';
  }
  return text;
}

/// Where a row says which node its user is at, each says so.
void add_node_column(std::vector<std::vector<std::string>>& rows) {
  const std::size_t columns = rows.front().size();
  if (std::ranges::all_of(rows, [&](const auto& row) { return row.size() == columns; })) return;
  for (auto& row : rows)
    if (row.size() == columns) row.emplace_back(&row == &rows.front() ? "NODE" : "here");
}

std::string to_lines(const Json& values) {
  std::string text;
  for (const auto& [key, value] : values.items()) {
    if (key == "ok") continue;
    if (value.is_object())
      for (const auto& [word, count] : value.items())
        text += fmt::format("{} {} {}\n", key, word, to_cell(count));
    else
      text += fmt::format("{} {}\n", key, to_cell(value));
  }
  return text;
}

/// "1 user", "2 users"; with verbs, "1 user is".
std::string counted(const Json& count, std::string_view what, std::string_view verb_of_one = {},
                    std::string_view verb_of_many = {}) {
  const bool is_one = count == 1;
  return fmt::format("{} {}{}{}", to_cell(count), what, is_one ? "" : "s",
                     is_one ? verb_of_one : verb_of_many);
}

std::string to_ban_text(const Json& answer) {
  const Json& until = answer.at("until");
  std::string text = to_cell(answer.at("banned")) + " is banned";
  if (until.is_number()) text += " until " + to_utc(until.get<std::int64_t>());
  return text + fmt::format("; {} ended\n", to_cell(answer.at("ended")));
}

/// What is not kept is said: it holds now, and not after a restart.
std::string to_keeping(const Json& answer) {
  if (answer.at("kept").get<bool>()) return {};
  return "it holds until the server ends: " + to_cell(answer.at("why_not_kept")) + '\n';
}

std::string to_summary(Action action, const Json& answer) {
  switch (action) {
    case Action::kick:
      if (const auto node = answer.find("node"); node != answer.end())
        return fmt::format("node {} is asked to remove {}\n", to_cell(*node), to_cell(answer.at("kicked")));
      return fmt::format("{} is removed\n", to_cell(answer.at("kicked")));
    case Action::ban:
      return to_ban_text(answer) + to_keeping(answer);
    case Action::unban:
      return fmt::format("{} is banned no longer\n", to_cell(answer.at("unbanned"))) + to_keeping(answer);
    case Action::say:
      return fmt::format("told to {}\n", counted(answer.at("told"), "user"));
    case Action::drain:
      return fmt::format("nobody new is let in; {} left\n",
                         counted(answer.at("connections"), "connection", " is", " are"));
    case Action::reload:
      return "the server reloads\n";
    case Action::stop:
      return "the server stops\n";
    case Action::who:
    case Action::bans:
      return {};
    case Action::stats:
      break;
  }
  return to_lines(answer);
}

}  // namespace

bool Answer::take(std::string_view line) {
  try {
    const Json answer = Json::parse(line);
    if (const auto user = answer.find("user"); user != answer.end()) {
      rows_.push_back(to_row(*user));
      return true;
    }
    if (const auto ban = answer.find("ban"); ban != answer.end()) {
      rows_.push_back(to_ban_row(*ban));
      return true;
    }
    if (answer.at("ok").get<bool>())
      summary_ = to_summary(action_, answer);
    else
      complaint_ = visible(answer.at("error").get<std::string>());
    return false;
  } catch (const Json::exception&) {
    throw std::runtime_error("what answers is no parleyd of this version");
  }
}

std::string Answer::to_text() const {
  if (action_ != Action::who && action_ != Action::bans) return summary_;
  std::vector<std::vector<std::string>> table;
  if (action_ == Action::who)
    table = {{"NAME", "DIALECT", "ROOM", "ADDRESS", "SINCE", "SENT", "RECEIVED", "QUEUE"}};
  else
    table = {{"WHOM", "KIND", "UNTIL"}};
  table.insert(table.end(), rows_.begin(), rows_.end());
  add_node_column(table);
  return to_table(table);
}

}  // namespace parley::control
