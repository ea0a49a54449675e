#include "server/control/request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <utility>

#include "protocol/text.hpp"
#include "protocol/user_name.hpp"

namespace parley::control {

using Json = nlohmann::ordered_json;

namespace {

std::string take_text(Json& fields, const std::string& key, std::size_t max_bytes) {
  const auto found = fields.find(key);
  if (found == fields.end()) return {};
  if (!found->is_string()) throw std::invalid_argument(fmt::format("\"{}\" is to be a text", key));
  std::string text = found->get<std::string>();
  if (text.size() > max_bytes)
    throw std::invalid_argument(fmt::format("\"{}\" is longer than {} bytes", key, max_bytes));
  if (!is_printable(text))
    throw std::invalid_argument(fmt::format("\"{}\" has a line end or another control character in it", key));
  fields.erase(found);
  return text;
}

std::string take_needed(Json& fields, const std::string& key, std::size_t max_bytes) {
  std::string text = take_text(fields, key, max_bytes);
  if (text.empty()) throw std::invalid_argument(fmt::format("\"{}\" is missing", key));
  return text;
}

std::int64_t take_duration(Json& fields) {
  const auto found = fields.find("for_s");
  if (found == fields.end()) return 0;
  if (!found->is_number_integer() || *found < 1 || *found > max_for_s)
    throw std::invalid_argument(fmt::format("\"for_s\" is to be from 1 to {}", max_for_s));
  const auto seconds = found->get<std::int64_t>();
  fields.erase(found);
  return seconds;
}

bool take_flag(Json& fields, const std::string& key) {
  const auto found = fields.find(key);
  if (found == fields.end()) return false;
  if (!found->is_boolean()) throw std::invalid_argument(fmt::format("\"{}\" is to be true or false", key));
  const bool is_set = found->get<bool>();
  fields.erase(found);
  return is_set;
}

Action take_action(Json& fields) {
  const std::string word = take_needed(fields, "do", max_request_bytes);
  const auto* const found = std::ranges::find(action_words, word);
  if (found == action_words.end())
    throw std::invalid_argument(
        fmt::format("\"do\" can be {}", fmt::join(action_words.begin(), action_words.end(), ", ")));
  return static_cast<Action>(found - action_words.begin());
}

/// Of two values under one name no reader knows which was meant. Throws std::invalid_argument; discarded: it
/// is no JSON.
Json read_once(std::string_view line) {
  std::set<std::string> keys;
  std::string again;
  const auto look = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::key && depth == 1 && !keys.insert(parsed.get<std::string>()).second)
      again = parsed.get<std::string>();
    return true;
  };
  Json fields = Json::parse(line, look, false);
  if (!fields.is_discarded() && !again.empty())
    throw std::invalid_argument(fmt::format("\"{}\" is there twice", visible(again)));
  return fields;
}

/// Throws std::invalid_argument.
Request to_request(Json fields) {
  if (!fields.is_object()) throw std::invalid_argument("a request is one JSON object in one line");
  Request request{take_action(fields)};
  if (request.action == Action::kick) {
    request.name = take_needed(fields, "name", max_request_bytes);
    request.text = take_text(fields, "reason", max_reason_bytes);
  }
  if (request.action == Action::ban || request.action == Action::unban) {
    request.name = take_text(fields, "name", max_request_bytes);
    request.address = take_text(fields, "address", max_request_bytes);
    if (request.name.empty() == request.address.empty())
      throw std::invalid_argument("either \"name\" or \"address\" is to be there");
    if (!request.name.empty() && check_name(request.name) != NameFault::none)
      throw std::invalid_argument("nobody can be called " + visible(request.name));
  }
  if (request.action == Action::ban) {
    request.for_s = take_duration(fields);
    request.is_forced = take_flag(fields, "force");
  }
  if (request.action == Action::say) request.text = take_needed(fields, "text", max_text_bytes);
  if (!fields.empty())
    throw std::invalid_argument(fmt::format("there is no \"{}\" in a request to {}", fields.begin().key(),
                                            action_words[static_cast<std::size_t>(request.action)]));
  return request;
}

}  // namespace

std::variant<Request, std::string> parse_request(std::string_view line) {
  if (line.size() > max_request_bytes)
    return fmt::format("a request is at most {} bytes long", max_request_bytes);
  try {
    return to_request(read_once(line));
  } catch (const std::invalid_argument& error) {
    return std::string(error.what());
  }
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  constexpr std::pair<char, std::int64_t> units[] = {
      {'s', 1}, {'m', 60}, {'h', 3600}, {'d', 24 * 3600}, {'w', 7 * 24 * 3600}};
  if (text.empty()) return std::nullopt;
  const auto* const unit = std::ranges::find(units, text.back(), &std::pair<char, std::int64_t>::first);
  std::int64_t number = 0;
  const char* const end = text.data() + text.size() - 1;
  const auto read = std::from_chars(text.data(), end, number);
  if (unit == std::end(units) || read.ec != std::errc() || read.ptr != end || number < 1 ||
      number > max_for_s / unit->second)
    return std::nullopt;
  return number * unit->second;
}

std::string to_line(const Request& request) {
  Json fields{{"do", action_words[static_cast<std::size_t>(request.action)]}};
  if (!request.name.empty()) fields["name"] = request.name;
  if (!request.address.empty()) fields["address"] = request.address;
  if (request.for_s != 0) fields["for_s"] = request.for_s;
  if (request.is_forced) fields["force"] = true;
  if (!request.text.empty()) fields[request.action == Action::kick ? "reason" : "text"] = request.text;
  return fields.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace parley::control
