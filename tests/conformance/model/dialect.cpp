#include "tests/conformance/model/dialect.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "protocol/user_name.hpp"
#include "protocol/words.hpp"

namespace parley::conform {
namespace {

using two_socket::Side;

constexpr std::string_view exact_end = "\n\n";
constexpr std::string_view blanks_and_line_ends = " \t\r\n";

/// What stands before the first blank.
std::string_view first_word(std::string_view line) {
  return line.substr(0, line.find_first_of(" \r\n"));
}

bool has_body(std::string_view word, Side from) {
  return from == Side::client ? word == "SEND" : word == "FORWARD";
}

/// What a message with a body has between its request line and that body.
struct Header {
  std::size_t size = 0;                   ///< with its empty line; 0 when that has not come
  std::optional<std::size_t> body_bytes;  ///< nothing when the length is missing or wrong
};

Header read_header(std::string_view bytes) {
  Header header;
  bool is_wrong = false;
  for (std::size_t begin = 0; begin < bytes.size();) {
    const auto line_end = bytes.find('\n', begin);
    if (line_end == std::string_view::npos) return {};
    const std::string_view line = trim(bytes.substr(begin, line_end - begin), is_blank);
    begin = line_end + 1;
    if (line.empty()) {
      if (is_wrong) header.body_bytes.reset();
      header.size = begin;
      return header;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !equal_ignoring_case(line.substr(0, colon), "Content-length"))
      continue;
    const std::string_view value = trim(line.substr(colon + 1), is_blank);
    std::size_t count = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), count);
    is_wrong = is_wrong || error != std::errc{} || end != value.data() + value.size() ||
               (header.body_bytes && *header.body_bytes != count);
    header.body_bytes = count;
  }
  return {};
}

/// The line of a REGISTER with the number behind its name, when it has a name of one word.
std::string with_number(std::string_view line) {
  const auto name = line.rfind(' ') + 1;
  const bool is_one_word = std::ranges::count(line, ' ') == 2 && name < line.size();
  return std::string(line) + (is_one_word ? " 5050" : "");
}

/// A request line of the page's, without its end, in the dialect.
std::string line_in(const Dialect& dialect, std::string_view line, Side from) {
  const std::string_view word = first_word(line);
  const std::string_view rest = line.substr(word.size());
  if (word == "ERROR" && rest.size() >= 4) {
    int code = 0;
    if (std::from_chars(rest.data() + 1, rest.data() + 4, code).ptr == rest.data() + 4)
      return "ERROR " + std::to_string(dialect.code_for(code)) + std::string(rest.substr(4));
  }
  if (from == Side::server && word == "SENT") return dialect.delivered_words.front() + std::string(rest);
  if (from == Side::client && line == "SEND ALL") return "SEND " + dialect.broadcast_word;
  if (from == Side::client && word == "REGISTER" && dialect.number_behind_name) return with_number(line);
  return std::string(line);
}

/// What ends such a message instead of the page's two LF.
std::string_view end_in(const Dialect& dialect, std::string_view word) {
  if (word == "REGISTER" || word == "REGISTERED") return dialect.register_end;
  const auto& words = dialect.delivered_words;
  const bool is_report = word == "SENT" || word == "SEND" || std::ranges::find(words, word) != words.end();
  return is_report && !dialect.report_line_end ? std::string_view{} : exact_end;
}

std::string toml_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c == '\n' ? "\\n" : c == '\r' ? "\\r" : c == '\t' ? "\\t" : std::string(1, c);
  }
  return out + '"';
}

std::string list_of(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : ", ") + toml_string(word);
  return '[' + out + ']';
}

std::string table_of(const std::map<int, int>& codes) {
  std::string out;
  for (const auto& [standard, code] : codes)
    out += (out.empty() ? "" : ", ") + std::to_string(standard) + " = " + std::to_string(code);
  return out.empty() ? "{}" : "{ " + out + " }";
}

/// Each key of [dialect] with its value as TOML has it.
std::vector<std::pair<std::string, std::string>> settings_of(const Dialect& dialect) {
  const auto word = [](bool value) { return std::string(value ? "true" : "false"); };
  return {{"register_end", toml_string(dialect.register_end)},
          {"number_behind_name", word(dialect.number_behind_name)},
          {"torecv_first", word(dialect.torecv_first)},
          {"delivered_words", list_of(dialect.delivered_words)},
          {"report_line_end", word(dialect.report_line_end)},
          {"reports_on", toml_string(dialect.reports_on_torecv ? "TORECV" : "TOSEND")},
          {"body_newline", word(dialect.body_newline)},
          {"broadcast_word", toml_string(dialect.broadcast_word)},
          {"error_codes", table_of(dialect.error_codes)}};
}

}  // namespace

std::string DialectWriter::translate(std::string_view bytes) {
  if (*dialect_ == Dialect{}) return std::string(bytes);
  const std::string all = begun_ + std::string(bytes);
  const std::size_t given = begun_.size();
  begun_.clear();
  std::string out;
  std::size_t at = 0;
  while (at < all.size()) {
    const auto message = std::min(all.find_first_not_of(blanks_and_line_ends, at), all.size());
    if (message > given) out.append(all, std::max(at, given), message - std::max(at, given));
    at = message;
    if (at < all.size() && !translate_message(all, at, given, out)) break;
  }
  return out;
}

/// The message at `at`, of which the first bytes up to `given` have gone out before; `at` is behind it then.
/// False when nothing behind it can be told apart, or it is not complete.
bool DialectWriter::translate_message(std::string_view all, std::size_t& at, std::size_t given,
                                      std::string& out) {
  const auto copy_rest = [&](bool is_begun) {
    out.append(all.substr(std::max(at, given)));
    if (is_begun) begun_ = all.substr(at);
    return false;
  };
  const auto line_end = all.find('\n', at);
  if (line_end == std::string_view::npos) return copy_rest(true);
  std::string_view line = all.substr(at, line_end - at);
  const std::string_view word = first_word(line);
  const std::size_t blanks = line.size() - (line.find_last_not_of(" \t\r") + 1);
  const std::string_view line_blanks = line.substr(line.size() - blanks);
  line.remove_suffix(blanks);
  const auto write_line = [&] {
    if (at >= given)
      out.append(line_in(*dialect_, line, from_)).append(line_blanks);
    else if (line_end > given)
      out.append(all.substr(given, line_end - given));
  };
  if (!has_body(word, from_)) {
    const bool is_exact = !line_blanks.ends_with('\r') && all.substr(line_end, 2) == exact_end;
    const std::string_view end = is_exact ? end_in(*dialect_, word) : all.substr(line_end, 1);
    write_line();
    if (line_end >= given) out.append(end);
    at = line_end + (is_exact ? 2 : 1);
    return true;
  }
  const Header header = read_header(all.substr(line_end + 1));
  const auto size = header.body_bytes;
  const std::size_t body = line_end + 1 + header.size;
  if (header.size == 0) return copy_rest(true);
  if (!size || *size > all.size() - body) return copy_rest(size.has_value());
  write_line();
  const std::size_t begin = std::max(line_end, given);
  out.append(all.substr(begin, body + *size - begin));
  if (dialect_->body_newline) out += '\n';
  at = body + *size;
  return true;
}

std::string to_standard(std::string_view bytes, const Dialect& dialect) {
  std::string out;
  while (!bytes.empty()) {
    const auto line_end = std::min(bytes.find('\n'), bytes.size());
    const std::string_view line = bytes.substr(0, bytes.find_last_not_of(" \r", line_end - 1) + 1);
    if (line.starts_with("REGISTER ") && bytes.substr(line.size()).starts_with(dialect.register_end)) {
      const auto name =
          line.substr(std::min(line.find(' ', std::string_view("REGISTER ").size()), line.size()));
      const auto asked = two_socket::asked_name(name.substr(std::min<std::size_t>(1, name.size())));
      const bool drops_number = dialect.number_behind_name && !name.empty();
      out += line.substr(0, drops_number ? line.size() - (name.size() - 1 - asked.size()) : line.size());
      out += exact_end;
      bytes.remove_prefix(line.size() + dialect.register_end.size());
      continue;
    }
    std::size_t taken = std::min(line_end + 1, bytes.size());
    const Header header = line.starts_with("SEND ") ? read_header(bytes.substr(taken)) : Header{};
    if (header.body_bytes)
      taken = std::min(bytes.size(), taken + header.size + std::min(*header.body_bytes, bytes.size()));
    out += bytes.substr(0, taken);
    bytes.remove_prefix(taken);
    if (header.body_bytes && dialect.body_newline && bytes.starts_with('\n')) bytes.remove_prefix(1);
  }
  return out;
}

void copy_key(Dialect& to, const Dialect& from, std::string_view key) {
  if (key == "register_end") to.register_end = from.register_end;
  if (key == "number_behind_name") to.number_behind_name = from.number_behind_name;
  if (key == "torecv_first") to.torecv_first = from.torecv_first;
  if (key == "delivered_words") to.delivered_words = from.delivered_words;
  if (key == "report_line_end") to.report_line_end = from.report_line_end;
  if (key == "reports_on") to.reports_on_torecv = from.reports_on_torecv;
  if (key == "body_newline") to.body_newline = from.body_newline;
  if (key == "broadcast_word") to.broadcast_word = from.broadcast_word;
  if (key == "error_codes") to.error_codes = from.error_codes;
}

std::vector<std::string> differing_keys(const Dialect& dialect, const Dialect& base) {
  std::vector<std::string> keys;
  const auto theirs = settings_of(base);
  for (std::size_t i = 0; const auto& [key, value] : settings_of(dialect))
    if (theirs[i++].second != value) keys.push_back(key);
  return keys;
}

std::string to_toml(const Dialect& dialect, const Dialect& base) {
  const auto keys = differing_keys(dialect, base);
  std::string out = "[dialect]\n";
  for (const auto& [key, value] : settings_of(dialect))
    if (std::ranges::find(keys, key) != keys.end()) out += key + " = " + value + '\n';
  return out;
}

}  // namespace parley::conform
