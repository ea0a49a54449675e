#include "client/pipe_output.hpp"

#include <initializer_list>

#include "base/overloaded.hpp"
#include "protocol/text.hpp"

namespace parley::client {
namespace {

std::string escaped(std::string_view text) {
  return visible(text, Backslash::double_);
}

std::string line(std::string_view word, std::initializer_list<std::string> fields) {
  std::string out(word);
  for (const auto& field : fields) out.append(" ").append(field);
  return out += '\n';
}

}  // namespace

std::string to_word(std::string_view name) {
  if (name.empty()) return "-";
  std::string word = escaped(name);
  for (auto blank = word.find(' '); blank != std::string::npos; blank = word.find(' ', blank))
    word.replace(blank, 1, "\\x20");
  return word;
}

std::string registered_line(std::string_view name) {
  return line("registered", {to_word(name)});
}

std::string refused_line(std::string_view name, const Refused& refused) {
  return line("refused", {to_word(name), std::to_string(refused.code), escaped(refused.phrase)});
}

std::string invalid_line(std::size_t number, std::string_view hint) {
  return line("invalid", {std::to_string(number), escaped(hint)});
}

std::string event_line(const ClientEvent& event) {
  return std::visit(
      Overloaded{
          [](const Message& message) {
            return line("message", {to_word(message.sender), escaped(message.text)});
          },
          [](const Outcome& outcome) {
            const std::string prefix = outcome.late ? "late-" : "";
            if (outcome.delivered) return line(prefix + "sent", {to_word(outcome.recipient)});
            return line(prefix + "failed",
                        {to_word(outcome.recipient), std::to_string(outcome.code), escaped(outcome.phrase)});
          },
          [](const Strange& strange) { return line("strange", {escaped(strange.what)}); },
          [](const Lost& lost) { return line("lost", {escaped(lost.reason)}); },
          [](const Registered& registered) { return registered_line(registered.name); },
          [](const auto&) { return std::string(); },
      },
      event);
}

}  // namespace parley::client
