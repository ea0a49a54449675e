#include "protocol/rooms_answers.hpp"

#include <algorithm>
#include <array>
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

/// `key` is a literal.
std::string member(std::string_view key, std::string_view text) {
  return std::string("\"").append(key).append(R"(": ")").append(escaped(text)) += '"';
}

std::string message_member(std::string_view sentence) {
  return member("message", sentence);
}

std::string to_list(const Features& features) {
  std::string list;
  for (const FeatureWord& feature : feature_words)
    if (features.*feature.is_on) list.append(list.empty() ? "\"" : ", \"").append(feature.word) += '"';
  return '[' + list + ']';
}

}  // namespace

std::string connect_ack() {
  return object("connect_ack", message_member("Connected to the room."));
}

std::string connect_ack(std::string_view name, std::string_view room, const Features& features) {
  return object("connect_ack", message_member("Connected to the room.") + ", " + member("name", name) + ", " +
                                   member("room", room) + R"(, "features": )" + to_list(features));
}

std::string exit_ack() {
  return object("exit_ack", message_member("Disconnected from the room."));
}

std::string notification(std::string_view sentence) {
  return object("notification", message_member(sentence));
}

std::string error(Mistake mistake, std::string_view sentence, std::string_view id) {
  return object("error", member("code", to_word(mistake)) + ", " + message_member(sentence) +
                             (id.empty() ? std::string() : ", " + member("id", id)));
}

std::vector<std::string> messages(const ChatLine& line, std::size_t max_object_bytes) {
  const std::string begin = R"({"type": "message", "payload": {"sender": ")" + escaped(line.sender) +
                            R"(", "room": ")" + escaped(line.room) + R"(", "text": ")" +
                            (line.is_private && !line.has_private_member ? "(private) " : "");
  const std::string end = std::string("\"") +
                          (line.is_private && line.has_private_member ? R"(, "private": true)" : "") +
                          (line.id.empty() ? std::string() : ", " + member("id", line.id)) + "}}";
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

std::string arrived(std::string_view name, std::string_view dialect, std::string_view room) {
  return object("arrived",
                member("name", name) + ", " + member("dialect", dialect) + ", " + member("room", room));
}

std::string left(std::string_view name, std::string_view room) {
  return object("left", member("name", name) + ", " + member("room", room));
}

std::string delivery(std::string_view id, Delivery result, std::size_t recipients) {
  static constexpr std::array<std::string_view, 3> words = {"delivered", "failed", "nobody"};
  return object("delivery", member("id", id) + ", " +
                                member("result", words[static_cast<std::size_t>(result)]) +
                                R"(, "recipients": )" + std::to_string(recipients));
}

std::vector<std::string> who(std::span<const service::Presence> users, std::size_t max_object_bytes,
                             std::size_t max_list_bytes) {
  constexpr std::string_view begin = R"({"type": "who", "payload": {"users": [)";
  constexpr std::string_view separator = ", ";
  constexpr std::size_t longest_number = 20;
  constexpr std::size_t longest_end =
      std::string_view(R"(], "more": false, "others": }})").size() + longest_number;
  std::vector<std::string> pieces;
  std::string piece(begin);
  std::size_t list_bytes = 0;
  std::size_t told = 0;
  for (const auto& user : users) {
    const std::string entry = '{' + member("name", user.name) + ", " + member("dialect", user.dialect) +
                              ", " + member("room", user.room) + '}';
    list_bytes += entry.size();
    if (list_bytes > max_list_bytes) break;
    if (piece.size() > begin.size() &&
        piece.size() + separator.size() + entry.size() + longest_end > max_object_bytes)
      pieces.push_back(std::exchange(piece, begin).append(R"(], "more": true}})"));
    if (piece.size() > begin.size()) piece += separator;
    piece += entry;
    ++told;
  }
  piece += R"(], "more": false)";
  if (told < users.size()) piece += R"(, "others": )" + std::to_string(users.size() - told);
  pieces.push_back(piece += "}}");
  return pieces;
}

}  // namespace parley::rooms
