#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "tests/conformance/watch/file_watch.hpp"
#include "tests/conformance/watch/watch_screen.hpp"

using namespace parley::conform;

namespace {

WatchView failing() {
  WatchView view{"server 'python3 server.py {port}'", "/home/ada/chat", 2, RunSummary{}, 0, {}, {}, {}};
  RunSummary& last = *view.last;
  last.passed = 110;
  last.to_mend = {"D1.5-unknown", "F2.1-bytes"};
  last.untried = {"D1.3-rejected"};
  last.causes = {
      {"Counts characters, not bytes, and this sentence is longer than a line of eighty columns is.",
       "F2.1-bytes"},
      {"Second", "a"},
      {"Third", "b"}};
  last.failure = {"D1.5-unknown: a message to nobody", "  expected   ERROR 102",
                  "  came       \u00fcmlaut " + std::string(100, 'x')};
  for (int i = 0; i < 50; ++i) last.exchange.push_back("alice -> line " + std::to_string(i));
  return view;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + '\n';
  return text;
}

}  // namespace

TEST_CASE("a watched program's screen has its size, whatever there is to show") {
  const WatchView view = failing();
  for (const auto& [columns, rows] : {std::pair{80U, 24U}, {120U, 40U}, {40U, 10U}, {20U, 6U}}) {
    const auto lines = watch_lines(view, columns, rows, false);
    CHECK(lines.size() == rows);
    for (const auto& line : lines)
      CHECK(std::ranges::count_if(
                line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }) <= columns);
  }
}

TEST_CASE("the last lines of an exchange are those that are shown, and few causes on a low screen") {
  const std::string low = joined(watch_lines(failing(), 80, 24, false));
  CHECK(low.find("2 cases fail, 1 could not be tried yet, 110 passed") != std::string::npos);
  CHECK(low.find("line 49") != std::string::npos);
  CHECK(low.find("line 0\n") == std::string::npos);
  CHECK(low.find("Second") != std::string::npos);
  CHECK(low.find("Third") == std::string::npos);
  CHECK(joined(watch_lines(failing(), 120, 40, false)).find("Third") != std::string::npos);
}

TEST_CASE("a run of what failed tells what is left of it") {
  WatchView view = failing();
  view.tried_before = 5;
  CHECK(joined(watch_lines(view, 80, 24, false)).find("3 cases left to mend, of 5 that did not pass") !=
        std::string::npos);
  *view.last = RunSummary{};
  CHECK(joined(watch_lines(view, 80, 24, false)).find("everything is tried again") != std::string::npos);
  view.tried_before = 0;
  view.last->problem = "'make' exited with code 2";
  view.last->printed = {"server.c:3: error"};
  CHECK(joined(watch_lines(view, 80, 24, false)).find("server.c:3: error") != std::string::npos);
}

TEST_CASE("sources are told from what programs write") {
  for (const char* name : {"server.py", "src/Server.java", "a.cpp", "Makefile"}) CHECK(is_source(name));
  for (const char* name : {"chat.log", "Server.class", "users.json", "py", "server"})
    CHECK_FALSE(is_source(name));
}
