// parley at a pseudo-terminal: marks at one's own lines, the bell and the title, the rule, the log.

#include <doctest/doctest.h>
#include <signal.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/integration/terminal_chat.hpp"
#include "tests/support/contains.hpp"
#include "tests/support/parleyd.hpp"
#include "tests/support/user.hpp"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define PARLEY_THREAD_SANITIZER
#endif
#endif

namespace parley::test {
namespace {

const std::string title_back = "\x1b]2;parley\a\x1b[23;2t";

/// Without line ends and blanks: how it is wrapped does not matter then.
std::string squeezed(const std::string& text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' && c != '\n') out += c;
  return out;
}

/// The focus goes. What is typed with it shows that this was read before anything that comes later.
void look_away(Chat& chat, const std::string& typed, Where where = Where::here()) {
  chat.terminal.type_and_wait("\x15" + typed + "\x1b[O", "> " + typed + "\n", where);
}

/// Shows that everything that came before has been read and shown.
void fence(Chat& chat) {
  chat.terminal.type("\x15@bob fence\r");
  chat.session.expect_send("bob", "fence");
  chat.terminal.wait_for_bytes("fence");
}

TEST_CASE("a mark stands behind its own line, and nothing of the line that is being typed is lost") {
  Chat chat({"--no-color"});
  chat.terminal.type("@bob one\r@carol two\rthree, half ty");
  chat.terminal.wait_for_screen(" → bob: one\n");
  chat.session.to_send.expect(send_frame("bob", "one"));
  chat.session.to_send.send("SENT bob\n\n");
  chat.terminal.wait_for_screen(" → bob: one ✓\n");
  chat.session.to_send.expect(send_frame("carol", "two"));
  chat.session.to_send.send("ERROR 102 x\n\n");
  chat.terminal.wait_for_screen(" → carol: two ✗ carol is not here (102 x)\nalice → carol> three, half ty\n");
  CHECK(count_of(chat.terminal.screen(), "three") == 1);
  CHECK(count_of(chat.terminal.screen(), "one") == 1);
}

TEST_CASE("every mark belongs to its text, at any width, while messages come in fast") {
  for (const std::size_t columns : {100U, 40U, 20U}) {
    CAPTURE(columns);
    Chat chat({"--no-color"});
    chat.terminal.resize(20, columns);
    constexpr int lines = 24;
    int number = 0;
    for (int i = 0; i < lines; ++i) {
      const std::string text =
          "text" + std::to_string(i) + "," + std::string(static_cast<std::size_t>(i), 'x');
      chat.terminal.type("@bob " + text + "\r");
      std::string frames;
      for (int j = 0; j < i % 3 * 5; ++j) frames += forward_frame("carol", "no" + std::to_string(++number));
      chat.session.to_recv.send(frames);
      chat.session.to_send.expect(send_frame("bob", text));
      if (i % 4 == 1) chat.session.to_recv.send(forward_frame("carol", "no" + std::to_string(++number)));
      chat.session.to_send.send(i % 2 == 0 ? "SENT bob\n\n" : "ERROR 103 y\n\n");
    }
    chat.session.forward("carol", "the last");
    fence(chat);
    chat.terminal.wait_for_bytes("the last");
    const std::string screen = squeezed(chat.terminal.screen());
    CHECK(count_of(screen, "carol:no") == static_cast<std::size_t>(number));
    for (int i = 0; i < lines; ++i) {
      const std::string text =
          "text" + std::to_string(i) + "," + std::string(static_cast<std::size_t>(i), 'x');
      const std::string behind = i % 2 == 0 ? "✓" : "✗bob'sprogramcouldnotreadit(103y)";
      const std::string in_place = "→bob:" + text + behind;
      const std::string apart =
          i % 2 == 0 ? "✓bob:\"" + text + "\"" : "✗bob'sprogramcouldnotreadit:\"" + text + "\"(103y)";
      CHECK_MESSAGE(count_of(screen, in_place) + count_of(screen, apart) == 1, text, "\n",
                    chat.terminal.screen());
      CHECK_MESSAGE(count_of(screen, "→bob:" + text) == 1, text);
    }
  }
}

TEST_CASE("a mark is right after the window has changed, and after the screen was emptied") {
  Chat chat({"--no-color"});
  chat.terminal.type_and_wait("@bob one\r", " → bob: one\n");
  chat.session.to_send.expect(send_frame("bob", "one"));
  SUBCASE("another width") {
    chat.terminal.resize(20, 30);
    chat.terminal.type_and_wait("x", "> x\n");
  }
  SUBCASE("emptied") {
    const std::size_t before = chat.terminal.bytes().size();
    chat.terminal.type("\x0c");
    chat.terminal.wait_for_bytes("\x1b[2J", before);
  }
  chat.session.to_send.send("SENT bob\n\n");
  chat.terminal.wait_for_screen(" ✓ bob: \"one\"\nalice → bob>");
}

TEST_CASE("where the cursor cannot be moved, a mark is a line of its own") {
  Chat chat({}, {"TERM=dumb"});
  chat.terminal.type("@bob one\r");
  chat.session.to_send.expect(send_frame("bob", "one"));
  chat.terminal.wait_for_screen(" → bob: one\nalice → bob>");
  chat.session.to_send.send("SENT bob\n\n");
  chat.terminal.wait_for_screen(" ✓ bob: \"one\"\nalice → bob>");
  CHECK(chat.terminal.bytes().find('\x1b') == std::string::npos);
}

TEST_CASE("who looks away is called by bell and title, finds a rule, and the title is put back") {
  Chat chat({"--no-color"});
  chat.session.forward("bob", "seen");
  chat.terminal.wait_for_screen("bob: seen");
  CHECK(chat.terminal.bytes().find('\a') == std::string::npos);
  look_away(chat, "x");
  fence(chat);  // whoever types is here
  chat.terminal.wait_for_screen("fence ✓\n");
  look_away(chat, "y");
  chat.session.forward("\x1b]2;owned\a", "\x1b]2;owned\a");
  chat.terminal.wait_for_bytes("\a\x1b[22;2t\x1b]2;(1) parley\a");
  chat.session.forward("bob", "two");
  chat.terminal.wait_for_bytes("\x1b]2;(2) parley\a");
  chat.terminal.wait_for_screen("fence ✓\n────────────────────\n");
  chat.terminal.type("\x1b[I");
  chat.terminal.wait_for_bytes(title_back);
  look_away(chat, "z");
  chat.session.forward("bob", "three");
  chat.terminal.wait_for_bytes("\x1b]2;(1) parley\a", chat.terminal.bytes().find(title_back));
  chat.terminal.signal(SIGTERM);
  expect_exit(chat.terminal, 0);
  CHECK(chat.terminal.bytes().rfind(title_back) > chat.terminal.bytes().rfind("three"));
  CHECK(chat.terminal.bytes().rfind("\x1b[?1004l") > chat.terminal.bytes().rfind("\x1b[?1004h"));
  CHECK(chat.terminal.bytes().find("\x1b]2;owned") == std::string::npos);
}

TEST_CASE("no bell with --no-bell; no title but at xterm's kin, and nothing at all at a plain terminal") {
  struct Case {
    std::string term;
    std::vector<std::string> options;
    bool bell;
    bool title;
    bool focus;
  };
  for (const Case& given :
       {Case{"TERM=xterm-256color", {}, true, true, true},
        Case{"TERM=xterm-256color", {"--no-bell"}, false, true, true},
        Case{"TERM=screen-256color", {}, true, false, true}, Case{"TERM=vt100", {}, false, false, false},
        Case{"TERM=linux", {}, false, false, false}, Case{"TERM=dumb", {}, false, false, false}}) {
    CAPTURE(given.term);
    Chat chat(given.options, {given.term});
    look_away(chat, "x");
    chat.session.forward("bob", "psst");
    chat.terminal.wait_for_screen("bob: psst");
    fence(chat);
    std::string bytes = chat.terminal.bytes();
    const bool has_title = bytes.find("\x1b]2;(1) parley\a") != std::string::npos;
    for (const std::string_view title : {"\x1b]2;(1) parley\a", "\x1b]2;parley\a"})
      if (const auto at = bytes.find(title); at != std::string::npos) bytes.erase(at, title.size());
    CHECK((bytes.find('\a') != std::string::npos) == given.bell);
    CHECK(has_title == given.title);
    CHECK((bytes.find("\x1b[?1004h") != std::string::npos) == given.focus);
    CHECK(bytes.find("\x1b]") == std::string::npos);
  }
}

TEST_CASE("--log has what was shown; a disk that is full is told of once, and is no end") {
  TemporaryDirectory folder;
  const std::string path = (folder.path() / "chat.log").string();
  const auto content = [&] {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  };
  {
    Chat chat({"--log", path});
    fence(chat);
    chat.session.forward("bob", "a\tb\x1b[2J");
    chat.terminal.wait_for_screen("bob: a");
    const std::string log = content();
    for (const auto* const part :
         {" You are alice. Write", " → bob: fence\n", " ✓ bob: \"fence\"\n", " bob: a       b\\x1b[2J\n"})
      CHECK_MESSAGE(log.find(part) != std::string::npos, log);
    CHECK(log.find('\x1b') == std::string::npos);
    CHECK(log.starts_with("20"));
  }
#ifndef PARLEY_THREAD_SANITIZER  // whose runtime does not start without room for files
  FakeServer server;
  std::string command = "ulimit -f 0; exec " + parley_path();
  for (const auto& argument : server.arguments({"--log", path})) command += " " + argument;
  PseudoTerminal terminal("/bin/sh", {"-c", command});
  FakeSession session = server.accept_user("alice");
  terminal.wait_for_screen("File too large");
  session.forward("bob", "one");
  session.forward("bob", "two");
  terminal.wait_for_screen("bob: two\nalice>");
  CHECK(count_of(terminal.screen(), "the log is not written: ") == 1);
#endif
}

TEST_CASE("a notice is wrapped between words") {
  PseudoTerminal terminal(parley_path(),
                          {"alice", "--port", "1", "--log", "/a/folder/that/is/not/there/at/all"});
  terminal.wait_for_screen(": No\n  such file or directory\nNo connection: ");
  expect_exit(terminal, 4);
}

}  // namespace
}  // namespace parley::test
