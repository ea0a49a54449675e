#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/secret.hpp"
#include "protocol/rooms_features.hpp"

/// What clients of the JSON rooms ask for, one object each, whatever carries it (PROTOCOL.md, RM1 to RM3, RM7
/// to RM10).
namespace parley::rooms {

/// Come into a room, or change to it. The room is empty when none was told, and so is the password.
struct Connect {
  std::string name;
  std::string room;
  Secret password;
  std::optional<Features> features;  ///< nothing: the client knows of none
};

/// Objects and lists within each other, the outermost counted. A request has two, or three with features.
inline constexpr std::size_t most_levels = 16;

/// The longest id that a client may give to a message.
inline constexpr std::size_t max_id_bytes = 64;

/// Say this in the room. Without an id, which is empty then, nothing is told of its delivery.
struct Say {
  std::string text;
  std::string id{};
};

/// Say this to one user.
struct Tell {
  std::string to;
  std::string text;
  std::string id{};
};

/// Who is there?
struct AskWho {};

/// Leave.
struct Exit {};

/// What is wrong with a request, for programs; a sentence beside it is for people.
enum class Mistake {
  json,           ///< no JSON object
  type,           ///< an unknown type, or a value of a wrong type
  name,           ///< nobody can be called so
  room,           ///< no room can be called so
  taken,          ///< the name is somebody else's
  banned,         ///< the name, by the operator
  password,       ///< the name needs one, or another one
  locked,         ///< the name may not be had here and now for another reason
  unchecked,      ///< nobody can say now whether the name is free
  not_connected,  ///< needs a connect before it
  renamed         ///< a second connect under another name
};

/// Its word on the wire.
std::string_view to_word(Mistake mistake);

/// What cannot be acted on: it is answered with the sentence, a literal, and the next request may be right.
struct Refusal {
  Mistake mistake;
  std::string_view sentence;
  std::string id{};  ///< of the message that it was, if it had one
};

using Request = std::variant<Connect, Say, Tell, AskWho, Exit, Refusal>;

/// The answer to what is no JSON object.
Refusal not_an_object();

/// The request that the bytes are, all of them, of a client with these features: it means nothing to ask for
/// others, and ids are not read without delivery. Their size is to be bounded before. Pure function; safe
/// from any thread.
Request read_request(std::string_view bytes, const Features& features);

}  // namespace parley::rooms
