#include "client/typed_line.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "protocol/text.hpp"
#include "protocol/user_name.hpp"

namespace parley::client {
namespace {

constexpr std::array<std::string_view, 11> names = {"/to",    "/r",    "/msg",  "/who",  "/whois", "/names",
                                                    "/clear", "/help", "/quit", "/exit", "/q"};

// As many slips of the finger as a command can have and still be recognised.
constexpr std::size_t max_slips = 2;

std::string_view without_blanks(std::string_view text) {
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

/// "bob hi" or "@bob hi": the name, and everything behind the one blank.
Outgoing split_name(std::string_view rest) {
  const auto begin = rest.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  rest.remove_prefix(rest[begin] == '@' ? begin + 1 : begin);
  const auto end = rest.find_first_of(blanks);
  const std::string_view name = rest.substr(0, end);
  return {is_broadcast_name(name) ? broadcast_name : name,
          end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1)};
}

/// How many letters one has to put in, take out, change or swap with their neighbour to make the other.
std::size_t slips_between(std::string_view left, std::string_view right) {
  std::vector<std::vector<std::size_t>> cost(left.size() + 1, std::vector<std::size_t>(right.size() + 1));
  for (std::size_t i = 0; i <= left.size(); ++i) {
    for (std::size_t j = 0; j <= right.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const std::size_t change = left[i - 1] == right[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[left.size()][right.size()];
}

Invalid unknown_command(std::string_view word) {
  const std::string shown = visible_beginning(word, max_name_bytes);
  const std::string typed = fold_case(word.substr(0, max_name_bytes));
  const auto nearest =
      std::ranges::min_element(names, {}, [&](std::string_view name) { return slips_between(typed, name); });
  const std::size_t slips = slips_between(typed, *nearest);
  const bool is_near = slips <= max_slips && slips + 1 < nearest->size();
  return {"there is no command " + shown +
          (is_near ? "; did you mean " + std::string(*nearest) + "?"
                   : "; /help lists them, and @name message sends")};
}

std::optional<Invalid> text_problem(std::string_view text, std::string_view form) {
  if (text.find_first_not_of(blanks) == std::string_view::npos)
    return Invalid{"the message is missing; write " + std::string(form)};
  if (text.size() > max_message_bytes)
    return Invalid{"the message has " + std::to_string(text.size()) + " bytes and may have " +
                   std::to_string(max_message_bytes) + "; send it in parts"};
  return std::nullopt;
}

TypedLine to_aside(std::string_view rest) {
  constexpr std::string_view form = "/msg name message";
  const Outgoing message = split_name(rest);
  if (const auto problem = name_problem(message.recipient); !problem.empty())
    return Invalid{problem + "; write " + std::string(form)};
  if (auto problem = text_problem(message.text, form)) return *std::move(problem);
  return Aside{message};
}

/// /to and /who: a name, or none.
template <typename Meaning>
TypedLine with_name(std::string_view rest) {
  const std::string_view name = split_name(without_blanks(rest)).recipient;
  if (without_blanks(rest).empty()) return Meaning{};
  const std::string problem = name_problem(name);
  return problem.empty() ? TypedLine(Meaning{name}) : TypedLine(Invalid{problem});
}

TypedLine parse_command(std::string_view line) {
  const auto end = line.find_first_of(blanks);
  const std::string_view word = line.substr(0, end);
  const std::string_view rest = end == std::string_view::npos ? std::string_view{} : line.substr(end + 1);
  const auto is = [&](std::string_view name) { return equal_ignoring_case(word, name); };
  if (is("/to")) return with_name<Choice>(rest);
  if (is("/who")) return with_name<Question>(rest);
  if (is("/whois"))
    return without_blanks(rest).empty() ? TypedLine(Invalid{"the name is missing; write /whois name"})
                                        : with_name<Question>(rest);
  if (is("/msg")) return to_aside(rest);
  if (is("/r")) {
    if (auto problem = text_problem(rest, "/r message")) return *std::move(problem);
    return Reply{rest};
  }
  if (is("/names")) return ChatCommand::names;
  if (is("/help")) return ChatCommand::help;
  if (is("/clear")) return ChatCommand::clear;
  if (is("/quit") || is("/exit") || is("/q")) return ChatCommand::quit;
  return unknown_command(word);
}

}  // namespace

TypedLine parse_typed_line(std::string_view line) {
  const auto begin = line.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return Blank{};
  const std::string_view words = line.substr(begin);
  if (words.starts_with('/')) return parse_command(words);
  if (!words.starts_with('@')) {
    if (auto problem = text_problem(line, "it")) return *std::move(problem);
    return Plain{line};
  }
  const InputLine meaning = parse_input_line(words);
  if (const auto* outgoing = std::get_if<Outgoing>(&meaning)) return *outgoing;
  return std::get<Invalid>(meaning);
}

std::string no_recipient_hint() {
  return std::get<Invalid>(parse_input_line("")).hint;
}

std::span<const std::string_view> command_names() {
  return names;
}

std::string_view help_text() {
  return "  @name message   to one user; so go plain lines behind it\r\n"
         "  @ALL message    the same to everyone else\r\n"
         "  /to name        choose where plain lines go; /to: nowhere\r\n"
         "  /r message      answer who wrote to you last\r\n"
         "  /msg name text  to one user, once\r\n"
         "  /who, /names    who is here; /who name: about one\r\n"
         "  /clear          clear the screen\r\n"
         "  Tab             complete a name   Up, Down  earlier lines; Ctrl-R searches them\r\n"
         "  Alt-Enter       one more line in the message (so does Ctrl-J)\r\n"
         "  /quit, Ctrl-D   leave             Ctrl-C    clear the line";
}

}  // namespace parley::client
