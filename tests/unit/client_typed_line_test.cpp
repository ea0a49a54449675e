// What a line means at a terminal: the address it has or not, the commands.

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "client/typed_line.hpp"
#include "tests/support/contains.hpp"

using namespace parley::client;
using parley::test::contains;

namespace {

template <typename Meaning>
Meaning as(std::string_view line) {
  const TypedLine meaning = parse_typed_line(line);
  const auto* wanted = std::get_if<Meaning>(&meaning);
  REQUIRE_MESSAGE(wanted != nullptr, line);
  return *wanted;
}

std::string hint_of(std::string_view line) {
  return as<Invalid>(line).hint;
}

}  // namespace

TEST_CASE("blanks mean nothing, and stand before an address or a command") {
  for (const auto* const line : {"", " ", " \t "})
    CHECK(std::holds_alternative<Blank>(parse_typed_line(line)));
  CHECK(as<Outgoing>(" @bob hi").recipient == "bob");
  CHECK(as<ChatCommand>("/quit ") == ChatCommand::quit);
  CHECK(as<ChatCommand>("  /help") == ChatCommand::help);
}

TEST_CASE("a line without an address is text, every byte of it") {
  CHECK(as<Plain>("hello").text == "hello");
  CHECK(as<Plain>("  two  blanks ").text == "  two  blanks ");
  CHECK(as<Plain>("bob: @carol /q").text == "bob: @carol /q");
  CHECK(contains(hint_of(std::string(max_message_bytes + 1, 'x')), "65537"));
  CHECK(contains(no_recipient_hint(), "write @name message"));
}

TEST_CASE("C2 an address is as strict as in a pipe") {
  CHECK(as<Outgoing>("@bob  hi").text == " hi");
  CHECK(as<Outgoing>("@all hi").recipient == "ALL");
  CHECK(contains(hint_of("@bob"), "the message is missing"));
  CHECK(contains(hint_of("@ bob hi"), "right behind the @"));
  CHECK(contains(hint_of("@bob: hi"), "leave the colon out"));
}

TEST_CASE("commands of one word, in any case, with other names that people know") {
  for (const auto* const line : {"/quit", "/exit", "/q", "/QUIT", "/quit see you"})
    CHECK(as<ChatCommand>(line) == ChatCommand::quit);
  CHECK(as<ChatCommand>("/names") == ChatCommand::names);
  CHECK(as<ChatCommand>("/clear") == ChatCommand::clear);
}

TEST_CASE("commands with a name, with or without its @") {
  CHECK(as<Choice>("/to bob").recipient == "bob");
  CHECK(as<Choice>("/to  @bob ").recipient == "bob");
  CHECK(as<Choice>("/to all").recipient == "ALL");
  CHECK(as<Choice>("/to").recipient.empty());
  CHECK(as<Choice>("/to ").recipient.empty());
  CHECK(contains(hint_of("/to a:b"), "no colon"));
  CHECK(as<Question>("/who").name.empty());
  CHECK(as<Question>("/who bob").name == "bob");
  CHECK(as<Question>("/whois bob").name == "bob");
  CHECK(contains(hint_of("/whois"), "/whois name"));
}

TEST_CASE("/msg and /r hand on every byte of their text") {
  CHECK(as<Aside>("/msg bob  hi ").message.recipient == "bob");
  CHECK(as<Aside>("/msg bob  hi ").message.text == " hi ");
  CHECK(as<Aside>("/msg @all hi").message.recipient == "ALL");
  CHECK(contains(hint_of("/msg"), "/msg name message"));
  CHECK(contains(hint_of("/msg bob"), "the message is missing"));
  CHECK(contains(hint_of("/msg bob " + std::string(max_message_bytes + 1, 'x')), "65537"));
  CHECK(as<Reply>("/r  hi").text == " hi");
  CHECK(contains(hint_of("/r "), "/r message"));
}

TEST_CASE("an unknown command names the nearest one, and nothing when none is near") {
  CHECK(contains(hint_of("/qiut"), "did you mean /quit?"));
  CHECK(contains(hint_of("/hepl"), "did you mean /help?"));
  CHECK(contains(hint_of("/nmaes x"), "did you mean /names?"));
  CHECK(contains(hint_of("/mgs bob hi"), "did you mean /msg?"));
  CHECK_FALSE(contains(hint_of("/nonsense"), "did you mean"));
  CHECK_FALSE(contains(hint_of("/"), "did you mean"));
  CHECK_FALSE(contains(hint_of("/" + std::string(60'000, 'q')), "did you mean"));
  CHECK(contains(hint_of("/join x"), "there is no command /join"));
}

TEST_CASE("C5 a hint never repeats what could drive the terminal") {
  for (const auto* const line : {"/\x1b[31m", "/to \x1b[31m", "/msg \x1b x", "@\x1b]0;x\a: hi"})
    CHECK(hint_of(line).find('\x1b') == std::string::npos);
}

TEST_CASE("every command that is offered is one, and /help tells of it") {
  for (const std::string_view name : command_names()) {
    CAPTURE(name);
    const TypedLine meaning = parse_typed_line(name);
    const auto* invalid = std::get_if<Invalid>(&meaning);
    CHECK((invalid == nullptr || !contains(invalid->hint, "there is no command")));
  }
}
