// What parley promises at a terminal, at windows of several widths, at terminals of several kinds and in
// several locales, while nothing comes in and while 200 messages a second do. PARLEY_LONG=1 plays all of the
// combinations; otherwise each scene meets each width, kind and locale at least once, and both loads.

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "tests/integration/terminal_stage.hpp"
#include "tests/support/parleyd.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

void keys(Stage& stage) {
  stage.type("@bob one \x1b[5~\x1bOP\x1b[15~\x1b[6~\x1b[1;2P\x1b[[A\x1bxtwo three");
  stage.wait_for_bottom(stage.prompt(), "@bob one two three");
  stage.type("\x1b[1;5D\x1b[1;5D\x1bOd.\x1b[1;5C!\x05\x17");
  stage.wait_for_bottom(stage.prompt(), "@bob .one! two ");
  stage.type("\x19\r");
  stage.expect_send("bob", ".one! two three");
  stage.wait_for_delivered();
  stage.wait_for_bottom(stage.prompt("bob"), "");
}

void window(Stage& stage) {
  const std::string line = "@bob " + std::string(40, 'x') + "y" + std::string(30, 'z');
  stage.type(line);
  for (const std::size_t columns : {stage.setting.columns, std::size_t{40}, std::size_t{100}, std::size_t{20},
                                    std::size_t{100}, std::size_t{40}}) {
    stage.resize(columns);
    stage.wait_for_bottom(stage.prompt(), line);
  }
  for (int i = 0; i < 30; ++i) stage.type("\x1b[D");
  stage.type("!\r");
  stage.expect_send("bob", std::string(40, 'x') + "y!" + std::string(30, 'z'));
}

void paste(Stage& stage) {
  stage.type("@bob " + paste_begin + "one\r\r\ttwo\r" + paste_end + "!\r");
  stage.expect_send("bob", "one\n\n\ttwo!");
  stage.wait_for_bottom(stage.prompt("bob"), "");
  const std::string text = "1\r2\r3\r4\r5\r6\r7\r";
  stage.type("half " + paste_begin + text + paste_end);
  stage.wait_for_bottom("Send all 7 lines to bob as one message? (y/n) ", "");
  stage.type("n");
  stage.wait_for_bottom(stage.prompt("bob"), "half ");
  stage.type(paste_begin + text + paste_end);
  stage.wait_for_bottom("Send all 7 lines to bob as one message? (y/n) ", "");
  stage.type("y");
  stage.expect_send("bob", "half 1\n2\n3\n4\n5\n6\n7");
  stage.wait_for_bottom(stage.prompt("bob"), "");
}

void completion(Stage& stage) {
  stage.say("cassandra", "1");
  stage.say("casper", "2");
  stage.wait_for_printed("casper: 2");
  stage.type("cas\t\t");
  stage.wait_for_bottom(stage.prompt(), "@casper ");
  stage.wait_for_printed("  @casper   @cassandra");
  stage.type("\t");
  stage.wait_for_bottom(stage.prompt(), "@cassandra ");
  stage.type("hi casp\t!\r");
  stage.expect_send("cassandra", "hi casper !");
}

void history(Stage& stage) {
  for (const auto* const text : {"apples", "bananas"}) {
    stage.type("@bob " + std::string(text) + "\r");
    stage.expect_send("bob", text);
  }
  stage.type("new\x1b[A\x1b[A");
  stage.wait_for_bottom(stage.prompt("bob"), "@bob apples");
  stage.type("\x1b[B\x1b[B");
  stage.wait_for_bottom(stage.prompt("bob"), "new");
  stage.type(
      "\x12"
      "APP");
  stage.wait_for_bottom("(search) APP: ", "@bob apples");
  stage.type("\r");
  stage.wait_for_bottom(stage.prompt("bob"), "@bob apples");
  stage.type("!\r");
  stage.expect_send("bob", "apples!");
}

void addresses(Stage& stage) {
  stage.type("hello\r");
  stage.wait_for_printed("not sent: the line does not begin with @name");
  stage.type("/qiut\r");
  stage.wait_for_printed("did you mean /quit?");
  stage.type("@bob one\rtwo\r");
  stage.expect_send("bob", "one");
  stage.expect_send("bob", "two");
  stage.wait_for_bottom(stage.prompt("bob"), "");
  stage.type("/msg dave aside\rthree\r");
  stage.expect_send("dave", "aside");
  stage.expect_send("bob", "three");
  stage.say("carol", "answer me");
  stage.wait_for_printed("carol: answer me");
  stage.type("/r yes\r");
  stage.expect_send("carol", "yes");
  stage.type("/to\r");
  stage.wait_for_bottom(stage.prompt(), "");
  stage.type("/to ALL\rfour\r");
  stage.expect_send("ALL", "four");
  stage.wait_for_bottom(stage.prompt("ALL"), "");
  stage.type("/clear\rx");
  stage.wait_for_bottom(stage.prompt("ALL"), "x");
}

void service(Stage& stage) {
  const auto answer = [&](const std::string& question, const std::string& body) {
    stage.expect_send("SERVER", question);
    stage.say("SERVER", body);
  };
  stage.type("/who\r@bob half");
  answer("who",
         "who 1/1, 2 here\nalice two-socket General 2026-11-26T20:31:05Z\n"
         "dave telnet Kitchen 2026-11-26T20:31:05Z");
  stage.wait_for_printed("2 here");
  stage.wait_for_printed("dave  telnet, Kitchen, since");
  answer("features audience", "features on: audience");
  answer("notices on", "notices on");
  stage.say("SERVER", "erin and frank came");
  stage.wait_for_printed("erin and frank came");
  stage.crowd->say("FORWARD bob\nAudience: alice\nContent-length: 4\n\npsst");
  stage.crowd->say("FORWARD bob\nAudience: ALL\nContent-length: 2\n\nhi");
  const std::string to = stage.setting.is_latin1() ? ">" : "▸";
  stage.wait_for_printed("bob " + to + " you: psst");
  stage.wait_for_printed("bob " + to + " all: hi");
  stage.wait_for_bottom(stage.prompt(), "@bob half");
  stage.type(" fra\t\r");
  stage.expect_send("bob", "half frank ");
}

void words(Stage& stage) {
  stage.type("@dave hi\r@erin hi\rhalf");
  stage.session.to_send.expect(send_frame("dave", "hi"));
  stage.session.to_send.send("ERROR 102 Unable to send\n\n");
  stage.session.to_send.expect(send_frame("erin", "hi"));
  stage.session.to_send.send("ERROR 103 Header Incomplete\n\n");
  stage.wait_for_printed("dave is not here");
  stage.wait_for_printed("102 Unable to send");
  stage.wait_for_printed("erin's program could not read it");
  stage.wait_for_bottom(stage.prompt("erin"), "half");
}

void loss(Stage& stage) {
  stage.type("@bob half");
  stage.wait_for_bottom(stage.prompt(), "@bob half");
  stage.end_session(Stage::End::killed);
  stage.wait_for_printed("Connection lost: ");
  stage.wait_for_bottom(stage.prompt({}, false), "@bob half");
  stage.accept_again();
  stage.wait_for_bottom(stage.prompt(), "@bob half");
  stage.type(" a line\r");
  stage.expect_send("bob", "half a line");
}

void characters(Stage& stage) {
  if (stage.setting.is_latin1()) {
    stage.type("@bob caf\xe8\x7f\xe9 \xfcx\x02\x02");
    stage.type("\x1b[3~\xe4\r");
    stage.expect_send("bob", "caf\xc3\xa9 \xc3\xa4x");
    stage.say("bob",
              "caf\xc3\xa9 \xc5\x9b"
              "31m");
    stage.wait_for_printed("bob: caf\xc3\xa9 \\u{015b}31m");
    return;
  }
  const std::string accent = "e\xcc\x81";
  const std::string flag = "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa";
  const std::string family = "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9";
  stage.type("@bob " + accent + flag + "\xe6\x97\xa5\x7f\x7f" + family + "\x7fx" + flag + flag);
  stage.type("\x02\x02\x04y\x1b[Dz");
  stage.say("bob", "and meanwhile");
  stage.wait_for_printed("bob: and meanwhile");
  stage.type("\r");
  stage.expect_send("bob", accent + "xzy" + flag);
  stage.wait_for_bottom(stage.prompt("bob"), "");
}

void lines(Stage& stage) {
  const std::size_t before = stage.terminal.bytes().size();
  stage.say("bob",
            "one\ntwo \\n three\x1b[5m\x9b"
            "5m");
  const std::string gutter = stage.setting.is_latin1() ? "| " : "│ ";
  stage.wait_for_printed("bob: one" + gutter + "two \\n three\\x1b[5m\\x9b5m");
  if (stage.terminal.bytes().find("\x1b[5m", before) != std::string::npos ||
      stage.terminal.bytes().find("\x9b"
                                  "5m",
                                  before) != std::string::npos)
    fail(Where::here(), "a sequence of a message on the terminal");
  stage.type("@bob one\x1b\rtwo\nthree\r");
  stage.expect_send("bob", "one\ntwo\nthree");
  stage.wait_for_bottom(stage.prompt("bob"), "");
}

void leaving(Stage& stage) {
  stage.type("@bob wrong");
  stage.wait_for_bottom(stage.prompt(), "@bob wrong");
  stage.type("\x03");
  stage.wait_for_bottom(stage.prompt(), "");
  stage.type("@bob right\r");
  stage.expect_send("bob", "right");
  stage.wait_for_delivered();
  stage.type("\x04");
  const Exit exit = stage.terminal.wait();
  if (exit != Exit{0}) fail(Where::here(), "another end: " + std::to_string(exit.code));
  if (!stage.terminal.is_in_line_mode()) fail(Where::here(), "the terminal is not as it was");
}

struct Promise {
  const char* name;
  void (*play)(Stage& stage);
};

constexpr Promise promises[] = {{"keys", keys},
                                {"window", window},
                                {"paste", paste},
                                {"history", history},
                                {"completion", completion},
                                {"addresses", addresses},
                                {"service", service},
                                {"words", words},
                                {"loss", loss},
                                {"characters", characters},
                                {"lines", lines},
                                {"leaving", leaving}};

bool is_long() {
  return std::getenv("PARLEY_LONG") != nullptr;
}

/// Where the `index`th promise is tried.
std::vector<Setting> settings_of(std::size_t index, const std::string& locale_path) {
  const std::vector<std::size_t> widths = {20, 40, 100};
  const std::vector<std::string> terms = {"xterm-256color", "vt100", "dumb", "screen"};
  std::vector<std::string> locales = {"C", ""};
  if (!locale_path.empty()) locales.emplace_back("de_DE.ISO-8859-1");
  std::vector<Setting> settings;
  const auto add = [&](std::size_t width, std::size_t term, std::size_t locale, bool busy) {
    const std::string& name = locales[locale % locales.size()];
    const bool is_made = name.ends_with("ISO-8859-1");
    settings.push_back({widths[width % widths.size()], terms[term % terms.size()], name,
                        is_made ? locale_path : std::string(), busy});
  };
  if (!is_long()) {
    for (std::size_t i = 0; i < terms.size(); ++i)
      add(i + index, i, i + 2 * index + index / 3, (i + index) % 2 == 0);
    return settings;
  }
  for (std::size_t i = 0; i < widths.size() * terms.size() * locales.size(); ++i)
    for (const bool busy : {false, true}) add(i, i / widths.size(), i / (widths.size() * terms.size()), busy);
  return settings;
}

TEST_CASE("each promise is kept at every width, terminal and locale, and among 200 messages a second") {
  const TemporaryDirectory locales;
  const std::string path = locales.path().string();
  const bool has_locale = make_latin1_locale(path);
  if (!has_locale) MESSAGE("de_DE.ISO-8859-1 is left out: localedef cannot make it here");
  std::vector<Scene> scenes;
  for (std::size_t i = 0; i < std::size(promises); ++i)
    for (const Setting& setting : settings_of(i, has_locale ? path : std::string()))
      scenes.push_back({promises[i].name + (" at " + setting.name()), [setting, &promise = promises[i]] {
                          Stage stage(setting);
                          promise.play(stage);
                        }});
  CHECK(play_all(scenes) == "");
}

}  // namespace
}  // namespace parley::test
