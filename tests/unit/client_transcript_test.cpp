// The lines of a chat: marks behind one's own, days, the rule, and the log.

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "client/transcript.hpp"
#include "tests/unit/conform_folder.hpp"

using namespace parley::client;

namespace {

const Display without_color{false, true};

/// Keeps the lines that it shows.
class LinesOnPaper final : public Paper {
 public:
  void print_above(std::string_view text, Wrap) override {
    for (std::string line; const char c : std::string(text) + "\n") {
      if (c == '\n')
        lines.push_back(std::exchange(line, {}));
      else if (c != '\r')
        line += c;
    }
    printed_ = lines.size();
  }
  std::uint64_t printed_lines() const override { return printed_; }
  bool replace_last(std::size_t count, std::string_view text) override {
    if (count > rows) return false;
    lines.resize(lines.size() - count);
    print_above(text, Wrap::anywhere);
    return true;
  }

  std::string text() const {
    std::string all;
    for (const auto& line : lines) all += line + "\n";
    return all;
  }

  std::vector<std::string> lines;
  std::size_t rows = 20;  // of its screen

 private:
  std::uint64_t printed_ = 0;
};

std::time_t at(int day, int hour, int minute) {
  std::tm time{};
  time.tm_year = 2026 - 1900;
  time.tm_mon = 10;
  time.tm_mday = day;
  time.tm_hour = hour;
  time.tm_min = minute;
  time.tm_isdst = -1;
  return std::mktime(&time);
}

struct Shown {
  LinesOnPaper paper;
  std::time_t now = at(26, 12, 3);
  Transcript transcript{paper, without_color, [this] { return now; }};
};

Outcome delivered(const std::string& name) {
  return {name, true, 0, "", false};
}

Outcome refused(const std::string& name) {
  return {name, false, 102, "Unable to send", false};
}

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("a mark stands behind its line while nothing else has come") {
  Shown shown;
  shown.transcript.show_own("bob", "lunch?");
  CHECK(shown.paper.text() == "12:03 → bob: lunch?\n");
  shown.transcript.note("waiting for bob ...");
  CHECK(shown.paper.text() == "12:03 → bob: lunch? (waiting for bob ...)\n");
  shown.transcript.mark(delivered("bob"));
  CHECK(shown.paper.text() == "12:03 → bob: lunch? ✓\n");
  shown.transcript.show_own("carol", "hi");
  shown.transcript.mark(refused("carol"));
  CHECK(shown.paper.text() ==
        "12:03 → bob: lunch? ✓\n12:03 → carol: hi ✗ carol is not here (102 Unable to send)\n");
}

TEST_CASE("of several lines that wait, each gets its own mark") {
  Shown shown;
  for (const auto* const text : {"one", "two\nmore", "three"}) shown.transcript.show_own("bob", text);
  shown.transcript.mark(delivered("bob"));
  shown.transcript.mark({"bob", false, 0, "no answer within 15 s", false});
  shown.transcript.show_own("bob", "four", "kept until the server is back");
  shown.transcript.mark(delivered("bob"));
  CHECK(shown.paper.text() ==
        "12:03 → bob: one ✓\n12:03 → bob: two\n      │ more ? perhaps delivered: no answer within 15 s\n"
        "12:03 → bob: three ✓\n12:03 → bob: four (kept until the server is back)\n");
  shown.transcript.mark(delivered("bob"));
  CHECK(shown.paper.lines.back() == "12:03 → bob: four ✓");
}

TEST_CASE("behind what others say a mark is a line that names the text it belongs to") {
  Shown shown;
  shown.transcript.show_own("bob", "one");
  shown.transcript.show_own("bob", std::string(100, 'x'));
  shown.transcript.show("12:03 dave: hello");
  shown.transcript.show_own("bob", "three");
  shown.now = at(26, 12, 4);
  shown.transcript.note("waiting for bob ...");
  shown.transcript.mark(refused("bob"));
  shown.transcript.mark({"bob", false, 0, "no answer within 15 s", false});
  shown.transcript.mark(delivered("bob"));
  const std::vector<std::string> marks(shown.paper.lines.begin() + 4, shown.paper.lines.end());
  CHECK(marks ==
        std::vector<std::string>{
            "  waiting for bob ...",
            "12:04 ✗ bob is not here: \"one\" (102 Unable to send)",
            "12:04 ? perhaps delivered to bob: \"" + std::string(60, 'x') + "...\" (no answer within 15 s)",
            "12:04 ✓ bob: \"three\"",
        });
}

TEST_CASE("a line that has left the screen, or is long, is marked in one that quotes it") {
  Shown shown;
  shown.paper.rows = 2;
  shown.transcript.show_own("bob", "one\ntwo\nthree\nfour");
  shown.transcript.mark(delivered("bob"));
  CHECK(shown.paper.lines.back() == "      │ four ✓");  // its last line is there
  for (const auto* const text : {"1", "2", "3"}) shown.transcript.show_own("bob", text);
  shown.transcript.mark(delivered("bob"));
  CHECK(shown.paper.lines.back() == "12:03 ✓ bob: \"1\"");
  CHECK(shown.paper.lines.size() == 8);
}

TEST_CASE("what is printed by others than the transcript parts a line from its mark, too") {
  Shown shown;
  shown.transcript.show_own("bob", "one");
  shown.paper.print_above("alice> /help", Wrap::anywhere);
  shown.transcript.mark(delivered("bob"));
  CHECK(shown.paper.text() == "12:03 → bob: one\nalice> /help\n12:03 ✓ bob: \"one\"\n");
}

TEST_CASE("an answer to nothing is told, and nothing in a mark can drive the terminal") {
  Shown shown;
  shown.transcript.mark(delivered("bob"));
  shown.transcript.show_own("bob\x1b[2J", "\x1b]0;x\a");
  shown.transcript.mark({"bob\x1b[2J", false, 102, "\x1b[8m", false});
  CHECK(shown.paper.lines.front() == "12:03 ✓ bob");
  for (const auto& line : shown.paper.lines) CHECK(line.find('\x1b') == std::string::npos);
}

TEST_CASE("an answer that comes late names the text that it is for") {
  Shown shown;
  for (const auto* const text : {"one", "two", "three"}) {
    shown.transcript.show_own(text[1] == 'w' ? "carol" : "bob", text);
    shown.transcript.mark({text[1] == 'w' ? "carol" : "bob", false, 0, "no answer within 15 s", false});
  }
  shown.transcript.mark({"Carol", true, 0, "", true});
  shown.transcript.mark({"bob", false, 102, "x", true});
  shown.transcript.mark({"bob", true, 0, "", true});
  shown.transcript.mark({"", false, 102, "x", true});
  const std::vector<std::string> late(shown.paper.lines.begin() + 3, shown.paper.lines.end());
  CHECK(late == std::vector<std::string>{"12:03 ✓ late answer: Carol: \"two\"",
                                         "12:03 ✗ late answer: bob is not here: \"one\" (102 x)",
                                         "12:03 ✓ late answer: bob: \"three\"",
                                         "12:03 ✗ late answer: not delivered (102 x)"});
}

TEST_CASE("a new day is told before its first line, once") {
  Shown shown;
  shown.transcript.show("one");
  shown.now = at(27, 0, 1);
  shown.transcript.show("two");
  shown.transcript.show("three");
  shown.now = at(29, 8, 0);
  shown.transcript.show_own("bob", "four");
  shown.transcript.mark(delivered("bob"));
  CHECK(shown.paper.text() ==
        "one\n--- Friday, 27 November 2026 ---\ntwo\nthree\n"
        "--- Sunday, 29 November 2026 ---\n08:00 → bob: four ✓\n");
}

TEST_CASE("where the user looked away there is a rule, once and only when something came") {
  const std::string rule = "────────────────────\n";
  Shown shown;
  shown.transcript.show("one");
  shown.transcript.look_away();
  shown.transcript.show("two");
  shown.transcript.show("three");
  shown.transcript.look_back();
  shown.transcript.show("four");
  shown.transcript.look_away();
  shown.transcript.look_back();
  shown.transcript.show("five");
  CHECK(shown.paper.text() == "one\n" + rule + "two\nthree\nfour\nfive\n");
}

TEST_CASE("the log has every line with its date and time, without colours, and is the user's alone") {
  const parley::test::Folder folder;
  const std::string path = folder.path() / "log";
  Shown shown;
  shown.transcript.open_log(path);
  shown.transcript.remark("You are alice.");
  shown.transcript.show_own("bob", "one\ntwo");
  shown.transcript.mark(delivered("bob"));
  shown.now = at(27, 0, 1);
  shown.transcript.look_away();
  shown.transcript.show("\x1b[2m00:01\x1b[0m \x1b[1;36mbob\x1b[0m: 12:34 hi");
  CHECK(content(path) ==
        "2026-11-26 12:03:00 You are alice.\n2026-11-26 12:03:00 → bob: one\n"
        "2026-11-26 12:03:00       │ two\n2026-11-26 12:03:00 ✓ bob: \"one\\ntwo\"\n"
        "2026-11-27 00:01:00 bob: 12:34 hi\n");
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  Shown again;
  again.transcript.open_log(path);
  again.transcript.show("added");
  CHECK(content(path).ends_with("hi\n2026-11-26 12:03:00 added\n"));
}

TEST_CASE("what is no file is no log: that is told, once, and the chat goes on") {
  const parley::test::Folder folder;
  const std::string fifo = folder.path() / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  const auto told = [](const std::string& path) {
    Shown shown;
    shown.transcript.open_log(path);
    shown.transcript.show("goes on");
    REQUIRE(shown.paper.lines.size() == 2);
    CHECK(shown.paper.lines.back() == "goes on");
    return shown.paper.lines.front();
  };
  CHECK(told(fifo) == "  nothing is logged: " + fifo + " is a FIFO; --log wants a file");
  CHECK(told("/dev/full") == "  nothing is logged: /dev/full is a device; --log wants a file");
  CHECK(told(folder.path()) ==
        "  nothing is logged: " + folder.path().string() + " is a directory; --log wants a file");
  CHECK(told(folder.path() / "no" / "x") ==
        "  nothing is logged: " + (folder.path() / "no" / "x").string() + ": No such file or directory");
}
