#include "server/bans/ban_file.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "base/output.hpp"
#include "base/text_file.hpp"
#include "base/whole_file.hpp"
#include "protocol/user_name.hpp"

namespace parley {
namespace {

using Json = nlohmann::ordered_json;

std::string to_line(const Ban& ban) {
  Json line;
  line[std::holds_alternative<std::string>(ban.whom) ? "name" : "address"] = to_text(ban.whom);
  if (ban.until_s != 0) line["until"] = ban.until_s;
  if (ban.is_lifted) line["lifted"] = true;
  line["changed_ms"] = ban.changed_ms;
  return line.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::int64_t take_time(Json& line, const char* key, std::int64_t most) {
  const auto found = line.find(key);
  if (found == line.end()) return 0;
  if (!found->is_number_integer() || *found < 0 || *found > most)
    throw std::invalid_argument(std::string("\"") + key + "\" is no time of 1970 and later");
  const auto time = found->get<std::int64_t>();
  line.erase(found);
  return time;
}

Banned take_banned(Json& line) {
  for (const char* const key : {"name", "address"}) {
    const auto found = line.find(key);
    if (found == line.end()) continue;
    if (!found->is_string()) throw std::invalid_argument(std::string("\"") + key + "\" is no text");
    const auto text = found->get<std::string>();
    line.erase(found);
    if (key == std::string_view("name")) {
      if (check_name(text) != NameFault::none) throw std::invalid_argument("nobody can have that name");
      return text;
    }
    if (const auto range = AddressRange::parse(text)) return *range;
    throw std::invalid_argument(AddressRange::about_zeros(text).value_or("that is no address"));
  }
  throw std::invalid_argument("neither a \"name\" nor an \"address\" is in it");
}

/// Throws std::invalid_argument.
Ban to_ban(std::string_view text) {
  Json line = Json::parse(text, nullptr, false);
  if (!line.is_object()) throw std::invalid_argument("it is no JSON object");
  Ban ban{take_banned(line)};
  ban.until_s = take_time(line, "until", max_ban_s);
  ban.changed_ms = take_time(line, "changed_ms", max_ban_s * 1000);
  if (const auto lifted = line.find("lifted"); lifted != line.end()) {
    if (!lifted->is_boolean()) throw std::invalid_argument("\"lifted\" is neither true nor false");
    ban.is_lifted = lifted->get<bool>();
    line.erase(lifted);
  }
  if (!line.empty()) throw std::invalid_argument("there is no \"" + line.begin().key() + "\" in a ban");
  return ban;
}

/// Puts what is in the file, if there is one, into the list.
void load(const std::string& path, BanList& list) {
  std::error_code error;
  if (!std::filesystem::exists(path, error) && !error) return;
  const TextFile file = read_text_file(path, BanFile::max_bytes);
  if (!file.problem.empty()) throw std::runtime_error("--bans: " + path + ": " + file.problem);
  std::string_view rest = file.text;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos || line.starts_with('#')) continue;
    try {
      if (list.merge(to_ban(line)) == BanList::Merged::full)
        throw std::invalid_argument("there are more than " + std::to_string(BanList::max_bans) + " bans");
    } catch (const std::invalid_argument& fault) {
      throw std::runtime_error("--bans: " + path + ", line " + std::to_string(number) + ": " + fault.what() +
                               "; mend or remove that line");
    }
  }
}

}  // namespace

BanFile::BanFile(std::string path, BanList& list) : path_(std::move(path)), list_(list) {
  if (path_.empty()) return;
  load(path_, list_);
  if (const std::string fault = save(); !fault.empty()) throw std::runtime_error("--bans: " + fault);
}

void BanFile::check(const std::string& path) {
  if (path.empty()) return;
  BanList list;
  load(path, list);
  try {
    check_whole_file(follow_links(path));
  } catch (const std::system_error& error) {
    throw std::runtime_error(std::string("--bans: ") + error.what());
  }
}

std::string BanFile::save() {
  if (path_.empty()) return "there is no file of bans (parleyd --bans FILE)";
  const auto snapshot = list_.snapshot();
  const MutexLock lock(mutex_);
  if (is_written_ && snapshot.changes <= written_) return {};
  try {
    write(snapshot);
  } catch (const std::exception& error) {
    return error.what();
  }
  written_ = snapshot.changes;
  is_written_ = true;
  return {};
}

void BanFile::write(const BanList::Snapshot& snapshot) const {
  std::string text = "# Written anew at each ban and unban; change it by hand only while no server runs.\n";
  for (const Ban& ban : snapshot.bans) text += to_line(ban);
  write_whole_file(follow_links(path_), text);
}

}  // namespace parley
