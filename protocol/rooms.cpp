#include "protocol/rooms.hpp"

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>

#include "protocol/json_text.hpp"
#include "protocol/text.hpp"
#include "protocol/words.hpp"

namespace parley::rooms {
namespace {

using nlohmann::json;

constexpr std::string_view not_json = "That is not a JSON object in UTF-8.";
constexpr std::string_view no_type = "The type of a request is connect, message or exit.";
constexpr std::string_view bad_connect = "A connect needs a name in its payload; name and room are strings.";
constexpr std::string_view bad_password = "A password is a string.";
constexpr std::string_view bad_message = "A message needs a text in its payload; it is a string.";
constexpr std::string_view too_deep = "Your JSON object has too many levels, so the connection ends.";
constexpr std::string_view rest_left_out = "The rest of that text is too long and was left out here.";
constexpr std::string_view too_long = "Your JSON object is too long, so the connection ends.";

/// What is read of an object, of which nobody wants to know more. (A nlohmann::json of several levels takes
/// memory to be destroyed, and ends the program when there is none.) Of two values under one key the later
/// counts.
class ObjectReader {
 public:
  using Value = std::optional<std::string>;  // nullopt: there, and no string

  ObjectReader() = default;
  ~ObjectReader() {
    const auto password = payload_.find("password");
    if (password != payload_.end() && password->second) wipe(*password->second);
  }
  ObjectReader(const ObjectReader&) = delete;
  ObjectReader& operator=(const ObjectReader&) = delete;

  const Value& type() const { return type_; }
  /// The payload's value under the first of the keys that it has; null when it has none, or is no object.
  const Value* find(std::initializer_list<std::string_view> keys) const {
    for (const std::string_view key : keys)
      if (const auto found = payload_.find(key); found != payload_.end()) return &found->second;
    return nullptr;
  }

  // What nlohmann::json::sax_parse() calls.
  bool null() { return take({}); }
  bool boolean(bool) { return take({}); }
  bool number_integer(json::number_integer_t) { return take({}); }
  bool number_unsigned(json::number_unsigned_t) { return take({}); }
  bool number_float(json::number_float_t, const std::string&) { return take({}); }
  bool string(std::string& text) { return take(std::move(text)); }
  bool binary(json::binary_t&) { return take({}); }
  bool key(std::string& name) {
    if (depth_ == 1 || is_field()) key_ = std::move(name);
    return true;
  }
  bool start_object(std::size_t) { return begin(true); }
  bool start_array(std::size_t) { return begin(false); }
  bool end_object() { return end(); }
  bool end_array() { return end(); }
  bool parse_error(std::size_t, const std::string&, const json::exception&) { return false; }

 private:
  bool is_field() const { return depth_ == 2 && is_in_payload_; }

  bool take(Value value) {
    if (is_field())
      payload_.insert_or_assign(key_, std::move(value));
    else if (depth_ == 1 && key_ == "type")
      type_ = std::move(value);
    else if (depth_ == 1 && key_ == "payload")
      payload_.clear();
    return true;
  }

  bool begin(bool is_object) {
    take({});
    if (depth_ == 1) is_in_payload_ = is_object && key_ == "payload";
    ++depth_;
    return true;
  }

  bool end() {
    --depth_;
    return true;
  }

  std::size_t depth_ = 0;
  bool is_in_payload_ = false;
  std::string key_;
  Value type_;
  std::map<std::string, Value, std::less<>> payload_;
};

Event read_connect(const ObjectReader& object) {
  const auto* const name = object.find({"name", "nickname", "sender"});
  const auto* const room = object.find({"room", "room_name"});
  const auto* const password = object.find({"password"});
  const auto is_wrong = [](const ObjectReader::Value* value) { return value != nullptr && !*value; };
  if (name == nullptr || is_wrong(name) || is_wrong(room)) return Refusal{bad_connect};
  if (is_wrong(password)) return Refusal{bad_password};
  return Connect{**name, room != nullptr ? **room : "", Secret(password != nullptr ? **password : "")};
}

Event read_message(const ObjectReader& object) {
  const auto* const text = object.find({"text"});
  if (text == nullptr || !*text) return Refusal{bad_message};
  return Say{**text};
}

Event read_exit(const ObjectReader&) {
  return Exit{};
}

struct Request {
  std::string_view type;
  Event (*read)(const ObjectReader& object);
};

Event read_object(std::string_view bytes) {
  static constexpr Request requests[] = {
      {"connect", read_connect}, {"message", read_message}, {"exit", read_exit}};
  ObjectReader object;
  if (!json::sax_parse(to_readable_json(bytes), &object)) return Refusal{not_json};
  const auto request =
      std::ranges::find_if(requests, [&](const Request& r) { return object.type() == r.type; });
  return request != std::end(requests) ? request->read(object) : Refusal{no_type};
}

/// Takes the first code point off the text, and gives it as a JSON string spells it.
std::string take_escaped(std::string_view& text) {
  const std::size_t length = utf8_sequence_length(text);
  const std::string_view sequence = text.substr(0, std::max<std::size_t>(length, 1));
  text.remove_prefix(sequence.size());
  if (length == 0) return std::string(replacement_character);
  switch (const auto first = static_cast<unsigned char>(sequence[0])) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      if (first >= 0x20) return std::string(sequence);
      std::string escape = "\\u00";
      append_hex(escape, first);
      return escape;
  }
}

std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) out += take_escaped(text);
  return out;
}

/// A type and a payload that is one sentence, spaced as the lecture's language prints objects.
std::string sentence_frame(std::string_view type, std::string_view sentence) {
  return std::string(R"({"type": ")").append(type) + R"(", "payload": {"message": ")" + escaped(sentence) +
         "\"}}\n";
}

}  // namespace

void Parser::wipe_consumed() {
  buffer_.wipe_consumed();
}

Event Parser::next() {
  if (mode_ == Mode::undecided && !pending().empty())
    mode_ = pending().front() == '{' ? Mode::objects : Mode::raw;
  if (pending().empty()) return NeedMore{};
  switch (mode_) {
    case Mode::objects:
      return next_object();
    case Mode::raw:
      return next_raw();
    default:
      buffer_.consume(pending().size());
      return NeedMore{};
  }
}

Event Parser::next_raw() {
  const RawText text{pending()};
  buffer_.consume(text.bytes.size());
  return text;
}

Event Parser::next_object() {
  if (!in_frame() && !find_object()) return NeedMore{};
  if (skipping_) return Refusal{not_json};
  const Found found = find_end();
  switch (found) {
    case Found::nothing:
      return NeedMore{};
    case Found::too_deep:
      return stop(too_deep);
    case Found::too_long:
      return stop(too_long);
    default:
      const std::string_view object = pending().substr(0, scan_.scanned);
      buffer_.consume(object.size());
      scan_ = {};
      return found == Found::end ? read_object(object) : Refusal{not_json};
  }
}

/// Skips to the next object. True when it stands there, and when something else does that is to be answered:
/// skipping_ is set then.
bool Parser::find_object() {
  if (skipping_) {
    const auto end = pending().find_first_of("{\n");
    skipping_ = end == std::string_view::npos;
    buffer_.consume(std::min(end, pending().size()));
  }
  if (skipping_) return false;
  buffer_.consume(prefix_length(pending(), is_blank_or_line_end));
  skipping_ = !pending().empty() && pending().front() != '{';
  return !pending().empty();
}

Parser::Found Parser::find_end() {
  const std::string_view bytes = pending().substr(0, limits_.object_bytes);
  while (scan_.scanned < bytes.size()) {
    const char c = bytes[scan_.scanned++];
    if (scan_.in_string) {
      // JSON has no line end in a string: a quote is missing, and without this all that follows would be.
      if (c == '\n') return Found::line_end_in_string;
      scan_.in_string = c != '"' || scan_.after_backslash;
      scan_.after_backslash = c == '\\' && !scan_.after_backslash;
      continue;
    }
    scan_.in_string = c == '"';
    if (c == '{') ++scan_.open_braces;
    if (c == '[') ++scan_.open_brackets;
    if (c == ']' && scan_.open_brackets > 0) --scan_.open_brackets;
    if (c == '}' && --scan_.open_braces == 0) return Found::end;
    if (scan_.open_braces + scan_.open_brackets > limits_.levels) return Found::too_deep;
  }
  return pending().size() > limits_.object_bytes ? Found::too_long : Found::nothing;
}

Event Parser::stop(std::string_view sentence) {
  mode_ = Mode::stopped;
  scan_ = {};
  buffer_.consume(pending().size());
  return Violation{sentence};
}

std::string connect_ack() {
  return sentence_frame("connect_ack", "Connected to the room.");
}

std::string exit_ack() {
  return sentence_frame("exit_ack", "Disconnected from the room.");
}

std::string to_sentence(std::string_view sentence) {
  return sentence_frame("notification", sentence);
}

std::vector<std::string> to_frames(const ChatLine& line) {
  const std::string begin = R"({"type": "message", "payload": {"sender": ")" + escaped(line.sender) +
                            R"(", "room": ")" + escaped(line.room) + R"(", "text": ")" +
                            (line.is_private ? "(private) " : "");
  constexpr std::string_view end = "\"}}\n";
  std::vector<std::string> frames;
  std::string frame = begin;
  for (std::string_view text = line.text; !text.empty();) {
    const std::string character = take_escaped(text);
    if (frame.size() + character.size() + end.size() > max_frame_bytes) {
      frames.push_back(std::exchange(frame, begin).append(end));
      if (frames.size() == max_frames) {
        frames.push_back(to_sentence(rest_left_out));
        return frames;
      }
    }
    frame += character;
  }
  frames.push_back(frame.append(end));
  return frames;
}

}  // namespace parley::rooms
