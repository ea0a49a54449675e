#include "server/log_layout.hpp"

#include <doctest/doctest.h>
#include <spdlog/details/log_msg.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>

#include "protocol/text.hpp"

namespace parley {
namespace {

using namespace std::string_literals;

constexpr auto info = spdlog::level::info;

std::string line_of(LogFormat format, bool is_journal, std::string_view message,
                    spdlog::level::level_enum level = info) {
  const spdlog::log_clock::time_point time{std::chrono::milliseconds{1'795'766'400'007}};
  const spdlog::details::log_msg msg(time, {}, "test", level, {message.data(), message.size()});
  spdlog::memory_buf_t line;
  make_log_formatter(format, is_journal)->format(msg, line);
  return {line.data(), line.size()};
}

/// The message of a line that is one line of JSON.
std::string message_in(const std::string& line) {
  REQUIRE(line.find('\n') == line.size() - 1);
  return nlohmann::json::parse(line).at("message");
}

TEST_CASE("A line has its time, its level and its message") {
  CHECK(line_of(LogFormat::json, false, "ann left") ==
        R"({"time":"2026-11-27T08:00:00.007Z","level":"info","message":"ann left"})"
        "\n");
  CHECK(line_of(LogFormat::logfmt, false, "ann left", spdlog::level::warn) ==
        "time=2026-11-27T08:00:00.007Z level=warning msg=\"ann left\"\n");
  CHECK(line_of(LogFormat::text, false, "ann left").ends_with(".007 info ann left\n"));
}

TEST_CASE("A journal is told the priority and no time") {
  CHECK(line_of(LogFormat::json, true, "x") == R"(<6>{"level":"info","message":"x"})"
                                               "\n");
  CHECK(line_of(LogFormat::logfmt, true, "x") == "<6>level=info msg=\"x\"\n");
  CHECK(line_of(LogFormat::text, true, "x") == "<6>x\n");
  CHECK(line_of(LogFormat::text, true, "x", spdlog::level::debug) == "<7>x\n");
  CHECK(line_of(LogFormat::text, true, "x", spdlog::level::warn) == "<4>x\n");
  CHECK(line_of(LogFormat::text, true, "x", spdlog::level::err) == "<3>x\n");
  CHECK(line_of(LogFormat::text, true, "x", spdlog::level::critical) == "<2>x\n");
}

TEST_CASE("What would end a string, a line or a reader is written otherwise") {
  CHECK(line_of(LogFormat::logfmt, true, "a\"b\\c\nd\te\x7f") ==
        "<6>level=info msg=\"a\\\"b\\\\c\\u000ad\\u0009e\\u007f\"\n");
  CHECK(message_in(line_of(LogFormat::json, false, "a\"b\\c\r\nd\0e"s)) == "a\"b\\c\r\nd\0e"s);
  CHECK(message_in(line_of(LogFormat::json, false, "J\xc3\xbcrgen \xf0\x9f\x90\xa6")) ==
        "J\xc3\xbcrgen \xf0\x9f\x90\xa6");
  CHECK(message_in(line_of(LogFormat::json, false, "\xff\xc3(\xed\xa0\x80\xf0\x9f")) ==
        to_utf8("\xff\xc3(\xed\xa0\x80\xf0\x9f"));
}

TEST_CASE("A line is never too long, and valid however it is cut") {
  for (const std::string_view piece : {"x", "\x01", "\xf0\x9f\x90\xa6", "\xff", "\""})
    for (const auto format : {LogFormat::json, LogFormat::logfmt}) {
      std::string message;
      while (message.size() < max_log_line_bytes + 100) message += piece;
      for (std::size_t less = 0; less < 8; ++less) {
        const std::string line = line_of(format, false, std::string(less, 'y') + message);
        CHECK(line.size() <= max_log_line_bytes);
        CHECK(line.size() + 6 > max_log_line_bytes);
        if (format == LogFormat::json)
          CHECK(message_in(line).size() > 600);
        else
          CHECK(line.ends_with("\"\n"));
      }
    }
}

TEST_CASE("Any bytes make one valid line of JSON, which has the message as UTF-8") {
  std::mt19937 random(1);
  const std::string_view likely = "\"\\\n\r\x00\x1b\x7f\xc3\xa9\xff\xe2\x80\xa8{}<6>";
  for (int i = 0; i < 20'000; ++i) {
    std::string message(random() % 40, '\0');
    for (char& byte : message)
      byte = random() % 2 == 0 ? likely[random() % likely.size()] : static_cast<char>(random() % 256);
    CHECK(message_in(line_of(LogFormat::json, false, message)) == to_utf8(message));
  }
}

}  // namespace
}  // namespace parley
