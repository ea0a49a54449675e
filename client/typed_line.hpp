#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "client/input_line.hpp"

/// What a line means that was typed at a terminal: more than in a pipe, since the prompt shows to whom a
/// plain line goes. Pure functions; safe from any thread. What is returned points into the line, or to
/// constants.
namespace parley::client {

/// An empty Enter: nothing to do.
struct Blank {};

/// A line without an address: to whoever is chosen.
struct Plain {
  std::string_view text;
};

/// "/msg name message": sent without choosing the recipient of plain lines, as "@name message" does.
struct Aside {
  Outgoing message;
};

/// "/to name": from now on plain lines go there. "/to": to nobody; the name is empty.
struct Choice {
  std::string_view recipient;
};

/// "/r message": to who wrote last in private.
struct Reply {
  std::string_view text;
};

/// "/who": who is here. "/who name", "/whois name": about one of them.
struct Question {
  std::string_view name;
};

enum class ChatCommand { names, help, clear, quit };

using TypedLine = std::variant<Blank, Plain, Outgoing, Aside, Choice, Reply, Question, ChatCommand, Invalid>;

/// The meaning of a line without its LF.
TypedLine parse_typed_line(std::string_view line);

/// Why a plain line is not sent when nobody is chosen.
std::string no_recipient_hint();

/// The commands with their slash, in the order in which they are best offered.
std::span<const std::string_view> command_names();

/// What /help says, in lines with CR LF between them.
std::string_view help_text();

}  // namespace parley::client
