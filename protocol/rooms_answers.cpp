#include "protocol/rooms_answers.hpp"

#include <algorithm>
#include <utility>

#include "protocol/text.hpp"

namespace parley::rooms {
namespace {

constexpr std::string_view rest_left_out = "The rest of that text is too long and was left out here.";

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

/// The two members that every answer has, spaced as the lecture's language prints objects.
std::string object(std::string_view type, std::string_view payload) {
  return std::string(R"({"type": ")").append(type).append(R"(", "payload": {)").append(payload) += "}}";
}

std::string message_member(std::string_view sentence) {
  return R"("message": ")" + escaped(sentence) + '"';
}

}  // namespace

std::string connect_ack() {
  return object("connect_ack", message_member("Connected to the room."));
}

std::string exit_ack() {
  return object("exit_ack", message_member("Disconnected from the room."));
}

std::string notification(std::string_view sentence) {
  return object("notification", message_member(sentence));
}

std::string error(Mistake mistake, std::string_view sentence) {
  return object("error",
                R"("code": ")" + std::string(to_word(mistake)) + R"(", )" + message_member(sentence));
}

std::vector<std::string> messages(const ChatLine& line, std::size_t max_object_bytes) {
  const std::string begin = R"({"type": "message", "payload": {"sender": ")" + escaped(line.sender) +
                            R"(", "room": ")" + escaped(line.room) + R"(", "text": ")" +
                            (line.is_private ? "(private) " : "");
  constexpr std::string_view end = "\"}}";
  std::vector<std::string> pieces;
  std::string piece = begin;
  for (std::string_view text = line.text; !text.empty();) {
    const std::string character = take_escaped(text);
    if (piece.size() + character.size() + end.size() > max_object_bytes) {
      pieces.push_back(std::exchange(piece, begin).append(end));
      if (pieces.size() == max_pieces) {
        pieces.push_back(notification(rest_left_out));
        return pieces;
      }
    }
    piece += character;
  }
  pieces.push_back(piece.append(end));
  return pieces;
}

}  // namespace parley::rooms
