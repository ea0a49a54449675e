#include "protocol/rooms.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/rooms_answers.hpp"
#include "protocol/text.hpp"
#include "tests/unit/cuts.hpp"

namespace parley::rooms {
namespace {

using namespace std::string_literals;

struct Words : test::SharedWords {
  using SharedWords::operator();
  std::string operator()(const Connect& m) const { return "connect " + quoted(m.name) + quoted(m.room); }
  std::string operator()(const Say& m) const { return "say " + quoted(m.text); }
  std::string operator()(const Tell& m) const { return "tell " + quoted(m.to) + quoted(m.text); }
  std::string operator()(const AskWho&) const { return "who"; }
  std::string operator()(const Exit&) const { return "exit"; }
  std::string operator()(const Refusal& m) const { return "refused: " + std::string(m.sentence); }
  std::string operator()(const RawText& m) const { return "raw " + quoted(m.bytes); }

  static std::string quoted(std::string_view text) { return '<' + visible(text) + '>'; }
};

/// As on a stream of bytes.
std::vector<std::string> to_frames(const ChatLine& line) {
  auto pieces = messages(line, max_line_bytes - 1);
  for (std::string& piece : pieces) piece = to_line(piece);
  return pieces;
}

constexpr auto describe = test::describe_with<Words>;

const std::string not_json = "refused: That is not a JSON object in UTF-8.";
const std::string no_type = "refused: The type of a request is connect, message or exit.";
const std::string bad_connect = "refused: A connect needs a name in its payload; name and room are strings.";
const std::string bad_message = "refused: A message needs a text in its payload; it is a string.";
const std::string too_deep = "the end: Your JSON object has too many levels, so the connection ends.";
const std::string too_long = "the end: Your JSON object is too long, so the connection ends.";

/// The events, and that the same parser reads on behind them unless the last one is the end.
void check(const std::string& bytes, std::vector<std::string> expected, ObjectLimits limits = {}) {
  CAPTURE(visible(bytes.substr(0, 200)));
  test::check_however_cut(Parser(limits), bytes, expected, describe);
  if (!expected.empty() && expected.back().starts_with("the end")) return;
  expected.emplace_back("exit");
  test::check_however_cut(Parser(limits), bytes + R"({"type": "exit"})", expected, describe);
}

std::string connect_with(const std::string& payload) {
  return R"({"type": "connect", "payload": )" + payload + '}';
}

std::string message_with(const std::string& payload) {
  return R"({"type": "message", "payload": )" + payload + '}';
}

/// An object in which `levels` objects and lists stand within each other, itself counted.
std::string nested(std::size_t levels) {
  return R"({"x":)" + std::string(levels - 1, '[') + std::string(levels - 1, ']') + '}';
}

/// An exit request of exactly this many bytes.
std::string exit_of(std::size_t bytes) {
  const std::string begin = R"({"type": "exit", "x": ")";
  return begin + std::string(bytes - begin.size() - 2, '}') + R"("})";
}

}  // namespace

TEST_CASE("RM1.1 RM1.2: objects, however they are printed and put together") {
  const std::string pretty =
      "{\n  \"type\": \"connect\",\n  \"payload\": {\n    \"name\": \"Alice\",\n    \"room\": "
      "\"General\"\n  }\n}";
  const std::string compact = R"({"type":"message","payload":{"text":"hi"}})";
  check(pretty, {"connect <Alice><General>"});
  check(compact + compact, {"say <hi>", "say <hi>"});
  check(pretty + "\r\n" + compact + " \t\r\n\n" + compact + "\n",
        {"connect <Alice><General>", "say <hi>", "say <hi>"});
  check("{\"payload\": {\"text\":\r\n\t\"hi\"}, \"type\": \"message\"}", {"say <hi>"});
}

TEST_CASE("RM1.2: braces, brackets and quotes in a string end nothing") {
  check(message_with(R"({"text": "}{ ]["})"), {"say <}{ ][>"});
  check(message_with(R"({"text": "a \"quoted}\" \\"})"), {R"(say <a "quoted}" \>)"});
  check(message_with(R"({"text": "\\\\\""})"), {R"(say <\\">)"});
  check(message_with(R"({"te\u0078t": "\u007b\u0022 \ud83d\ude00 é\n"})"), {"say <{\" 😀 é\\n>"});
  check(message_with(R"({"text": "\u0000"})"), {"say <\\x00>"});
  check(R"({"}": "{", "type": "exit", "[": ["]", {"\"": "}"}]})", {"exit"});
}

TEST_CASE("RM1.3: what is no JSON object is answered, and the next one is read") {
  check("{,}", {not_json});
  check(R"({"type": "exit",})", {not_json});
  check(R"({'type': 'exit'})", {not_json});
  check(R"({type: "exit"})", {not_json});
  check(R"({"type": "exit" "payload": {}})", {not_json});
  check(R"({"x": [[[})", {not_json});
  check(R"({"x": ]})", {not_json});
  check(R"({"x": 01})", {not_json});
  check(R"({"x": NaN})", {not_json});
  check(R"({"x": "\q"})", {not_json});
  check(R"({/* no */ "type": "exit"})", {not_json});
  check("{\"x\": \"\t\"}", {not_json});
  check("{\"type\": \"exit\"\0}"s, {not_json});
  check("{\"type\": \"exit\"\xff}", {not_json});
}

TEST_CASE("RM1.3: text that is not UTF-8") {
  check(message_with("{\"text\": \"caf\xe9\"}"), {not_json});
  check(message_with("{\"text\": \"\xc0\xaf\"}"), {not_json});
  check(message_with("{\"text\": \"\xed\xa0\x80\"}"), {not_json});
  check(message_with("{\"text\": \"\xf0\x9f\x98\"}"), {not_json});
}

TEST_CASE("RM1.7: half of a surrogate pair is U+FFFD") {
  const std::string half = "\ufffd";
  const auto says = [](const std::string& escapes, const std::string& text) {
    check(message_with(R"({"text": ")" + escapes + "\"}"), {"say <" + text + '>'});
  };
  says(R"(\ud83d)", half);
  says(R"(\ude00)", half);
  says(R"(\uD83Dx)", half + 'x');
  says(R"(\ud83d\u0041)", half + 'A');
  says(R"(\ud83d\n)", half + "\\n");
  says(R"(\ud83d\ud83d\ude00)", half + "\U0001f600");
  says(R"(\ude00\ud83d)", half + half);
  says(R"(\udbff\udfff)", "\U0010ffff");
  says(R"(a\ud83d\\ude00)", 'a' + half + "\\ude00");
  says(R"(\\ud83d)", "\\ud83d");
  says(R"(\\\ud83d\"})", "\\" + half + "\"}");
  check(connect_with(R"({"name": "caf\udce9", "room": "\ud800"})"),
        {"connect <caf" + half + "><" + half + '>'});
  check(R"({"type": "exit", "\ud800": "\udfff"})", {"exit"});
  for (const char* escape :
       {R"(\ud83)", R"(\ud83g)", R"(\u)", R"(\ud83d\u12)", R"(\u-123)", R"(\u+123)", R"(\U0041)"})
    check(message_with(R"({"text": ")" + std::string(escape) + "\"}"), {not_json});
}

TEST_CASE("RM1.7: a number of any size is a number, and nothing else is") {
  for (const char* number : {"0", "-0", "10", "1.5", "1e999999", "-1E+999999", "1e-999999", "0e0", "1.25e10",
                             "123456789012345678901"})
    check(message_with(R"({"text": "hi", "x": )" + std::string(number) + '}'), {"say <hi>"});
  check(message_with(R"({"text": "hi", "x": [)" + std::string(5000, '9') + ", -" + std::string(500, '1') +
                     ".5]}"),
        {"say <hi>"});
  check(message_with(R"({"text": 1e999999})"), {bad_message});
  check(R"({"type": 1e999999})", {no_type});
  check(message_with(R"({"text": "1e999999 -01"})"), {"say <1e999999 -01>"});
  check(message_with(R"({"text": "hi", "1e999999": 1})"), {"say <hi>"});
  for (const char* no_number :
       {"01",    "-01", "1.",  ".5",   "1e",   "1e+",      "-",         "--1",  "+1",           "1e5.5",
        "1.5.5", "1 2", "1-2", "0x10", "1e9x", "Infinity", "-Infinity", "-NaN", "1e999999999x", "1,"})
    check(message_with(R"({"text": "hi", "x": )" + std::string(no_number) + '}'), {not_json});
}

TEST_CASE("RM1.3: what begins with no brace is answered once for each of its lines") {
  const std::string exit = R"({"type": "exit"})";
  check(exit + "hello there\n", {"exit", not_json});
  check(exit + "one\ntwo\n\nthree\n", {"exit", not_json, not_json, not_json});
  check(exit + "," + exit, {"exit", not_json, "exit"});
  check(exit + "} ] \"" + exit, {"exit", not_json, "exit"});
  check(exit + "[1, 2]\n\"x\" null", {"exit", not_json, not_json});
}

TEST_CASE("RM1.4: a line end in a string ends the broken object") {
  check("{\"type\": \"exit}\n", {not_json});
  check("{\"type\": \"exit\\\n", {not_json});
  check("{\"type\": \"message\", \"payload\": {\"text\": \"a\n", {not_json});
}

TEST_CASE("RM1.5: an object of 64 KiB is read, a longer one is the end") {
  constexpr std::size_t limit = 64 * 1024;
  check(exit_of(limit), {"exit"});
  check(exit_of(limit + 1), {too_long});
  check(exit_of(2 * limit) + R"({"type": "exit"})", {too_long});
  check("{" + std::string(limit, ' '), {too_long});
  check("{\"" + std::string(limit, 'x'), {too_long});
  check(exit_of(30), {"exit"}, {30, 16});
  check(exit_of(31), {too_long}, {30, 16});
  check("{}" + std::string(2 * limit, ' ') + "{}", {no_type, no_type});
}

TEST_CASE("RM1.5: sixteen levels are read, seventeen are the end") {
  check(nested(16), {no_type});
  check(nested(17), {too_deep});
  check(nested(100'000), {too_deep});
  std::string objects = R"({"x":)";
  for (int level = 2; level <= 17; ++level) objects += R"({"x":)";
  check(objects, {too_deep});
  check(R"({"x": [[]], "type": "exit", "y": [[]]})", {"exit"}, {1024, 3});
  check(R"({"x": [[[]]]})", {too_deep}, {1024, 3});
  check(nested(17) + std::string(100'000, ' '), {too_deep});
}

TEST_CASE("RM1.5: nothing is kept of what comes after the end") {
  Parser parser(ObjectLimits{8, 16});
  parser.feed("{\"12345678");
  CHECK(describe(parser.next()) == too_long);
  for (int round = 0; round < 100; ++round) {
    parser.feed(std::string(1000, '{'));
    CHECK(describe(parser.next()) == std::nullopt);
    CHECK(parser.pending().empty());
    CHECK(!parser.in_frame());
  }
}

TEST_CASE("RM1.6: the last of two equal keys counts, and unknown ones do not") {
  check(R"({"type": "connect", "type": "exit"})", {"exit"});
  check(message_with(R"({"text": 5, "text": "hi"})"), {"say <hi>"});
  check(message_with(R"({"text": "hi", "text": 5})"), {bad_message});
  check(message_with(R"({"text": "hi", "time": 1.5, "sender": ["x"], "room": null})"), {"say <hi>"});
}

TEST_CASE("RM2.1: the names of the name and of the room") {
  check(connect_with(R"({"name": "Alice", "room": "Tea"})"), {"connect <Alice><Tea>"});
  check(connect_with(R"({"nickname": "Alice", "room_name": "Tea"})"), {"connect <Alice><Tea>"});
  check(connect_with(R"({"sender": "Alice"})"), {"connect <Alice><>"});
  check(connect_with(R"({"sender": "c", "nickname": "b", "name": "a"})"), {"connect <a><>"});
  check(connect_with(R"({"name": "", "room": ""})"), {"connect <><>"});
}

TEST_CASE("RM2.1 RM3.3: wrong types") {
  for (const char* payload :
       {"{}", R"({"name": 5})", R"({"name": null})", R"({"name": ["Alice"]})", R"({"name": {"name": "A"}})",
        R"({"name": 5, "nickname": "Alice"})", R"({"name": "Alice", "room": 1})",
        R"({"name": "Alice", "room": null})", "[]", "\"Alice\"", "null", "7", R"(["name", "Alice"])"})
    check(connect_with(payload), {bad_connect});
  check(R"({"type": "connect"})", {bad_connect});
  check(R"({"type": "connect", "name": "Alice"})", {bad_connect});

  for (const char* payload : {"{}", R"({"text": 5})", R"({"text": true})", R"({"text": null})",
                              R"({"text": ["hi"]})", R"({"message": "hi"})", "\"hi\"", "[]"})
    check(message_with(payload), {bad_message});
  check(R"({"type": "message"})", {bad_message});
  check(R"({"type": "exit", "payload": 5})", {"exit"});
}

TEST_CASE("RM3.3: an unknown type, a wrong one, or none") {
  for (const char* object :
       {"{}", R"({"payload": {"text": "hi"}})", R"({"type": "CONNECT"})", R"({"type": "connect_ack"})",
        R"({"type": ""})", R"({"type": 5})", R"({"type": null})", R"({"type": ["exit"]})",
        R"({"type": {"type": "exit"}})", R"({"type": "exit\u0000"})"})
    check(object, {no_type});
}

TEST_CASE("RM1.1: an object is in the frame from its first byte to its last") {
  Parser parser;
  CHECK(!parser.in_frame());
  for (const char c : "{\"type\": \"exit\", \"x\": {}"s) {
    parser.feed({&c, 1});
    CHECK(describe(parser.next()) == std::nullopt);
    CHECK(parser.in_frame());
  }
  parser.feed("} \n");
  CHECK(describe(parser.next()) == "exit");
  CHECK(describe(parser.next()) == std::nullopt);
  CHECK(!parser.in_frame());
  parser.feed("junk");
  CHECK(describe(parser.next()) == not_json);
  CHECK(describe(parser.next()) == std::nullopt);
  CHECK(!parser.in_frame());
}

TEST_CASE("RM6.1: a first byte that is no brace makes it raw text for ever") {
  for (const std::string& first : {"h"s, " "s, "\n"s, "["s, "}"s, "\xff"s, "\0"s}) {
    Parser parser;
    CHECK(describe(parser.next()) == std::nullopt);
    const std::string second = R"({"type": "exit"})";
    for (const std::string& piece : {first, second, "\xc3"s, std::string(100'000, 'x')}) {
      parser.feed(piece);
      const Event event = parser.next();
      REQUIRE(std::holds_alternative<RawText>(event));
      CHECK(std::get<RawText>(event).bytes == piece);
      CHECK(describe(parser.next()) == std::nullopt);
      CHECK(!parser.in_frame());
    }
  }
}

TEST_CASE("RM4.1: the answers, byte for byte") {
  CHECK(to_line(connect_ack()) ==
        "{\"type\": \"connect_ack\", \"payload\": {\"message\": \"Connected to the room.\"}}\n");
  CHECK(to_line(exit_ack()) ==
        "{\"type\": \"exit_ack\", \"payload\": {\"message\": \"Disconnected from the room.\"}}\n");
  CHECK(to_sentence("Alice has joined the room.") ==
        "{\"type\": \"notification\", \"payload\": {\"message\": \"Alice has joined the room.\"}}\n");
  CHECK(to_frames({"Alice", "General", "Hello, everyone!"}) ==
        std::vector{"{\"type\": \"message\", \"payload\": {\"sender\": \"Alice\", \"room\": \"General\", "
                    "\"text\": \"Hello, everyone!\"}}\n"s});
  CHECK(to_frames({"a", "b", ""}) ==
        std::vector{
            "{\"type\": \"message\", \"payload\": {\"sender\": \"a\", \"room\": \"b\", \"text\": \"\"}}\n"s});
}

TEST_CASE("RM4.1: what a string must escape") {
  CHECK(to_sentence("\"\\\n\r\t\x01\x1f\x7f é😀") ==
        "{\"type\": \"notification\", \"payload\": {\"message\": \"\\\"\\\\\\n\\r\\t\\u0001\\u001f\x7f "
        "é😀\"}}\n");
  CHECK(to_frames({"\"", "\\", "x"})[0].find(R"("sender": "\"", "room": "\\")") != std::string::npos);
}

TEST_CASE("RM4.4: what is not UTF-8 becomes U+FFFD") {
  CHECK(to_frames({"a", "b", "caf\xe9"})[0].find("\"caf\xef\xbf\xbd\"") != std::string::npos);
  CHECK(to_frames({"a", "b", "\xed\xa0\x80"})[0].find("\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"") !=
        std::string::npos);
}

TEST_CASE("RM4.3: a long text in several messages, none over 1024 bytes, none of its characters cut") {
  const std::string sender(32, '"');
  const std::string room(64, '\\');
  for (const std::string& character : {"a"s, "é"s, "€"s, "😀"s, "\""s, "\n"s, "\x01"s}) {
    CAPTURE(visible(character));
    for (const std::size_t count : {1U, 100U, 500U, 1000U, 5'000U}) {
      std::string text;
      for (std::size_t i = 0; i < count; ++i) text += character;
      std::string again;
      const auto frames = to_frames({sender, room, text});
      for (const std::string& frame : frames) {
        CHECK(frame.size() <= max_line_bytes);
        // All but the last are full: nothing that could have been in them is in the next.
        if (&frame != &frames.back()) CHECK(frame.size() > max_line_bytes - 6);
        Parser parser;
        parser.feed(frame);
        const Event event = parser.next();
        REQUIRE(std::holds_alternative<Say>(event));
        again += std::get<Say>(event).text;
      }
      CHECK(again == text);
    }
  }
}

TEST_CASE("RM4.7: of the longest text nothing is left out unless its escapes make it longer") {
  const std::string sender(32, '"');
  const std::string room(64, '\\');
  const auto whole = to_frames({sender, room, std::string(64 * 1024, 'x'), true});
  CHECK(whole.size() <= max_pieces);
  CHECK(whole.back().starts_with("{\"type\": \"message\""));
  const auto cut = to_frames({sender, room, std::string(64 * 1024, '\x01')});
  CHECK(cut.size() == max_pieces + 1);
  CHECK(cut.back() == to_sentence("The rest of that text is too long and was left out here."));
}

TEST_CASE("RM4.3: a message fills 1024 bytes, and one more makes a second one") {
  const std::size_t around = to_frames({"a", "b", ""})[0].size();
  CHECK(to_frames({"a", "b", std::string(max_line_bytes - around, 'x')}).size() == 1);
  CHECK(to_frames({"a", "b", std::string(max_line_bytes - around, 'x')})[0].size() == max_line_bytes);
  CHECK(to_frames({"a", "b", std::string(max_line_bytes - around + 1, 'x')}).size() == 2);
}

TEST_CASE("RM3.4: a private line is marked in each of its messages") {
  const auto frames = to_frames({"a", "b", std::string(3000, 'x'), true});
  CHECK(frames.size() == 4);
  for (const std::string& frame : frames) {
    CHECK(frame.size() <= max_line_bytes);
    CHECK(frame.find("\"text\": \"(private) x") != std::string::npos);
  }
}

TEST_CASE("RM1.2: time is linear in the bytes, however they come") {
  // Quadratic code would look at each of these bytes 32 Ki times: minutes, not a moment.
  Parser parser;
  std::size_t exits = 0;
  const std::string object = exit_of(64 * 1024);
  for (int round = 0; round < 20; ++round) {
    for (const char& c : object) {
      parser.feed({&c, 1});
      exits += std::holds_alternative<Exit>(parser.next()) ? 1 : 0;
    }
  }
  CHECK(exits == 20);
}

}  // namespace parley::rooms
