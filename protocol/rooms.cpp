#include "protocol/rooms.hpp"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
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
constexpr std::string_view bad_message = "A message needs a text in its payload; it is a string.";
constexpr std::string_view too_deep = "Your JSON object has too many levels, so the connection ends.";
constexpr std::string_view rest_left_out = "The rest of that text is too long and was left out here.";
constexpr std::string_view too_long = "Your JSON object is too long, so the connection ends.";

/// The value under the first of the keys that the payload has; null when it has none, or is no object.
const json* find(const json& payload, std::initializer_list<const char*> keys) {
  for (const char* const key : keys)
    if (const auto found = payload.find(key); found != payload.end()) return &*found;
  return nullptr;
}

Event read_connect(const json& payload) {
  const json* const name = find(payload, {"name", "nickname", "sender"});
  const json* const room = find(payload, {"room", "room_name"});
  if (name == nullptr || !name->is_string() || (room != nullptr && !room->is_string()))
    return Refusal{bad_connect};
  return Connect{name->get<std::string>(), room != nullptr ? room->get<std::string>() : ""};
}

Event read_message(const json& payload) {
  const json* const text = find(payload, {"text"});
  if (text == nullptr || !text->is_string()) return Refusal{bad_message};
  return Say{text->get<std::string>()};
}

Event read_exit(const json&) {
  return Exit{};
}

struct Request {
  std::string_view type;
  Event (*read)(const json& payload);
};

Event read_object(std::string_view bytes) {
  static constexpr Request requests[] = {
      {"connect", read_connect}, {"message", read_message}, {"exit", read_exit}};
  const json object = json::parse(to_readable_json(bytes), nullptr, false);
  if (object.is_discarded()) return Refusal{not_json};
  const json* const type = find(object, {"type"});
  const auto request =
      std::ranges::find_if(requests, [&](const Request& r) { return type != nullptr && *type == r.type; });
  if (request == std::end(requests)) return Refusal{no_type};
  const json* const payload = find(object, {"payload"});
  return request->read(payload != nullptr ? *payload : json());
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
