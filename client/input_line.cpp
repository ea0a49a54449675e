#include "client/input_line.hpp"

#include "protocol/text.hpp"
#include "protocol/user_name.hpp"

namespace parley::client {
namespace {

constexpr std::string_view right_form = "write @name message or @ALL message";

Invalid invalid(std::string problem) {
  return {problem.append("; ").append(right_form)};
}

}  // namespace

std::string name_problem(std::string_view name) {
  if (name.empty()) return "the name is missing";
  if (name.size() > max_name_bytes)
    return "the name has " + std::to_string(name.size()) + " bytes and may have " +
           std::to_string(max_name_bytes);
  if (name.find(' ') != std::string_view::npos) return "a name is one word, without blanks";
  if (name.find(':') != std::string_view::npos) return "a name has no colon";
  if (visible(name) != name) return "a name has printable characters only";
  return {};
}

InputLine parse_input_line(std::string_view line) {
  if (!line.starts_with('@')) return invalid("the line does not begin with @name");
  const auto name_end = line.find_first_of(blanks);
  const std::string_view name = line.substr(1, name_end == std::string_view::npos ? name_end : name_end - 1);
  if (name.empty()) return invalid("the name must stand right behind the @");
  if (name.ends_with(':') && name.size() > 1)
    return Invalid{"leave the colon out: @" + visible(name.substr(0, name.size() - 1)) + " message"};
  if (const std::string problem = name_problem(name); !problem.empty()) return invalid(problem);
  const std::string_view text =
      name_end == std::string_view::npos ? std::string_view{} : line.substr(name_end + 1);
  if (text.find_first_not_of(blanks) == std::string_view::npos)
    return Invalid{"the message is missing; write @" + visible(name) + " message"};
  if (text.size() > max_message_bytes)
    return Invalid{"the message has " + std::to_string(text.size()) + " bytes and may have " +
                   std::to_string(max_message_bytes) + "; send it in parts"};
  return Outgoing{is_broadcast_name(name) ? broadcast_name : name, text};
}

}  // namespace parley::client
