#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/unit/two_socket_check.hpp"

using namespace parley::two_socket;
using std::string;
using namespace std::string_literals;

namespace {

string repeated(std::size_t count, char c = 'x') {
  return string(count, c);
}

/// SEND to bob with the header lines given (each with its LF), and the empty line.
string send_block(const string& header_lines) {
  return "SEND bob\n" + header_lines + "\n";
}

string send_of(const string& body) {
  return send_block("Content-length: " + std::to_string(body.size()) + "\n") + body;
}

}  // namespace

TEST_CASE("F1.1 a block is complete at its empty line") {
  check_events(Side::client, "", {});
  check_events(Side::client, "S", {}, Ends::in_frame);
  check_events(Side::client, "SEND bob", {}, Ends::in_frame);
  check_events(Side::client, "SEND bob\nContent-length: 0\n", {}, Ends::in_frame);
  check_events(Side::client, "SEND bob\nContent-length: 0\n\n", {R"(SEND "bob" "")"});
  check_events(Side::client, "SEND bob\nContent-length: 5\n\nhell", {}, Ends::in_frame);
  check_events(Side::client, "SEND bob\nContent-length: 5\n\nhello", {R"(SEND "bob" "hello")"});
}

TEST_CASE("F1.2 CR LF ends a line, blanks at a line's ends do not count") {
  check_events(Side::client, "REGISTER TOSEND bob\r\n\r\n", {R"(REGISTER TOSEND "bob")"});
  check_events(Side::client, "REGISTER TOSEND bob\n \n", {R"(REGISTER TOSEND "bob")"});
  check_events(Side::client, " \tREGISTER \t TOSEND  bob \t\n \n", {R"(REGISTER TOSEND "bob")"});
  check_events(Side::client, "SEND bob\r\nContent-length: 2\r\n\r\nhi", {R"(SEND "bob" "hi")"});
  check_events(Side::client, "SEND bob \n Content-length: 2 \n \t\r\nhi", {R"(SEND "bob" "hi")"});
  check_events(Side::server, "SENT bob \r\n \r\n", {R"(delivered "bob")"});
}

TEST_CASE("F1.2 a vertical tab, a form feed and a NUL are no blanks") {
  for (const auto& no_blank : {"\v"s, "\f"s, "\0"s})
    check_events(Side::client, "RECEIVED" + no_blank + "bob\n\n",
                 {describe(Unknown{"RECEIVED" + no_blank + "bob"})});
  check_events(Side::client, "RECEIVED \vbob\f\n", {R"(RECEIVED "\x0bbob\x0c")"});
}

TEST_CASE("F1.3 a message without a body is complete at its first LF") {
  const string ends[] = {"\n", "\n\n", "\n\n\n", "\n \n", "\r\n", " \n \n\r\n"};
  for (const auto& end : ends) {
    CAPTURE(end);
    check_events(Side::client, "REGISTER TORECV bob" + end, {R"(REGISTER TORECV "bob")"});
    check_events(Side::client, "RECEIVED bob" + end, {R"(RECEIVED "bob")"});
    check_events(Side::client, "ERROR 103 Header Incomplete" + end, {R"(ERROR 103 "Header Incomplete")"});
    check_events(Side::server, "REGISTERED TOSEND bob" + end, {R"(REGISTERED TOSEND "bob")"});
    check_events(Side::server, "SENT bob" + end, {R"(delivered "bob")"});
    check_events(Side::server, "SEND bob" + end, {R"(delivered "bob")"});
    check_events(Side::server, "ERROR 102 Unable to send" + end, {R"(ERROR 102 "Unable to send")"});
  }
}

TEST_CASE("F1.3, F2.6 header lines right behind a message that needs none are a part of it") {
  for (const auto& headers : {"Content-length: 0\n\n"s, "Content-length: 0\r\n\r\n"s, "X: y\nZ:\n \n"s,
                              "X: SEND bob\n\n"s, " X : y \n\t\n"s, "X: y\n\n\n"s}) {
    CAPTURE(headers);
    for (const auto& [line, event] : {std::pair("RECEIVED bob"s, R"(RECEIVED "bob")"s),
                                      {"REGISTER TOSEND bob", R"(REGISTER TOSEND "bob")"},
                                      {"ERROR 103 x", R"(ERROR 103 "x")"},
                                      {"REGISTER TOBOTH bob", R"(unknown "REGISTER TOBOTH bob")"}}) {
      check_events(Side::client, line + "\n" + headers, {event});
      check_events(Side::client, line + "\r\n" + headers + line + "\n" + headers, {event, event});
    }
    check_events(Side::server, "SENT bob\n" + headers, {R"(delivered "bob")"});
    check_events(Side::server, "REGISTERED TOSEND bob\n" + headers, {R"(REGISTERED TOSEND "bob")"});
  }
}

TEST_CASE("F1.3 a request behind a message that needs no header lines is a request") {
  const string received = "RECEIVED bob\n";
  const string told = R"(RECEIVED "bob")";
  check_events(Side::client, received + received + "\n", {told, told});
  check_events(Side::client, received + "X: y\n" + received + "\n", {told, told});
  check_events(Side::client, received + "Content-length: 50\n" + received + "\n", {told, told});
  check_events(Side::client, received + "Content-length: x\n" + received + "\n", {told, told});
  check_events(Side::client, received + send_of("a: b"), {told, R"(SEND "bob" "a: b")"});
  check_events(Side::client, received + "SEND a:b\nContent-length: 0\n\n", {told, R"(SEND "a:b" "")"});
  check_events(Side::client, received + "\nX: y\n\n", {told, R"(unknown "X: y")"});
  check_events(Side::client, received + ":\n\n", {told, R"(unknown ":")"});
  check_events(Side::client, received + "two words: y\n\n", {told, R"(unknown "two words: y")"});
  check_events(Side::client, "GO\n\nX: y\n\n", {R"(unknown "GO")", R"(unknown "X: y")"});
  check_events(Side::client, send_of("hi") + "X: y\n\n", {R"(SEND "bob" "hi")", R"(unknown "X: y")"});
}

TEST_CASE("F1.3 a body that such header lines announce is never read as requests") {
  const string received = "RECEIVED bob\n";
  const string told = R"(RECEIVED "bob")";
  const string body = "REGISTER TOSEND eve\n\n";
  const string length = std::to_string(body.size());
  check_events(Side::client, received + "Content-length: " + length + "\n\n" + body, {told});
  check_events(Side::client, received + "Content-length: " + length + "\n\n" + body.substr(1), {told},
               Ends::in_frame);
  check_events(Side::server, "SENT bob\nContent-length: 99999\n\n" + repeated(99'999, '\n'),
               {R"(delivered "bob")"});
  for (const auto& value : {"x", "-1", "99999999999999999999", "1\nContent-length: 2"}) {
    const string block = "\nContent-length: "s + value + "\n\n";
    const Run bad = run(Side::client, {}, "RECEIVED bob" + block);
    REQUIRE(bad.events.size() == 2);
    CHECK(bad.events[1].starts_with("violation "));
    check_events(Side::client, "RECEIVED bob" + block, bad.events);
    check_events(Side::server, "SENT bob" + block, {R"(delivered "bob")"});
  }
}

TEST_CASE("L1 header lines behind a message that needs none count with it") {
  const FrameLimits limits{64, 100};
  const auto block = [](std::size_t bytes) {
    const string begin = "RECEIVED bob\nA: b\nX: ";
    return begin + repeated(bytes - begin.size() - 1) + "\n\n";
  };
  REQUIRE(block(64).size() == 65);
  check_events(Side::client, "RECEIVED " + repeated(54) + "\n\n", {describe(Received{repeated(54)})},
               Ends::between_frames, limits);
  check_events(Side::client, block(64), {R"(RECEIVED "bob")"}, Ends::between_frames, limits);
  check_events(Side::client, block(65), {R"(RECEIVED "bob")", "violation L1, the last"}, Ends::between_frames,
               limits);
  check_events(Side::client, "RECEIVED bob\n" + repeated(64, ' ') + "X: y\n\n", {R"(RECEIVED "bob")"},
               Ends::between_frames, limits);
  for (const auto& line : {"X: "s, "X"s, " \t"s})
    check_events(Side::client, "RECEIVED bob\n" + line + repeated(64, line == " \t" ? ' ' : 'y'),
                 line == " \t" ? std::vector{R"(RECEIVED "bob")"s}
                               : std::vector{R"(RECEIVED "bob")"s, "violation L1, the last"s},
                 Ends::between_frames, limits);
  string many = "RECEIVED bob\n";
  for (int i = 0; i < 1000; ++i) many += "A: b\n";
  check_events(Side::client, many, {R"(RECEIVED "bob")", "violation L1, the last"}, Ends::between_frames,
               limits);
}

TEST_CASE("F1.3 SEND, FORWARD and unknown requests run to the empty line") {
  check_events(Side::client, "GET / HTTP/1.1\r\nHost: a\r\n", {}, Ends::in_frame);
  check_events(Side::client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", {R"(unknown "GET / HTTP/1.1")"});
  check_events(Side::server, "FORWARD bob\n", {}, Ends::in_frame);
}

TEST_CASE("F1.4 blank lines before a request line begin nothing") {
  check_events(Side::client, "\n\r\n \t\n", {});
  check_events(Side::client, "  ", {});
  check_events(Side::client, "\n\n \nRECEIVED bob\n\n", {R"(RECEIVED "bob")"});
  check_events(Side::client, send_of("hi") + "\n" + send_of("ho"),
               {R"(SEND "bob" "hi")", R"(SEND "bob" "ho")"});
  check_events(Side::client, repeated(10'000, '\n'), {});
}

TEST_CASE("F1.4 bytes that were passed over are counted, and those of a message are not") {
  const auto blanks = [](const std::string& stream, bool byte_by_byte) {
    Parser parser(Side::client);
    std::size_t count = 0;
    const std::size_t piece_bytes = byte_by_byte ? 1 : stream.size();
    for (std::size_t at = 0; at < stream.size(); at += piece_bytes) {
      parser.feed(stream.substr(at, piece_bytes));
      while (!std::holds_alternative<NeedMore>(parser.next())) {
      }
      count += parser.take_blank_bytes();
    }
    CHECK(parser.take_blank_bytes() == 0);
    return count;
  };
  for (const bool byte_by_byte : {false, true}) {
    CHECK(blanks(repeated(5000, '\n'), byte_by_byte) == 5000);
    CHECK(blanks("\n\r\n \t\n", byte_by_byte) == 6);
    CHECK(blanks("RECEIVED bob\n\n\r\nRECEIVED bob\n\n", byte_by_byte) == 2);
    CHECK(blanks("RECEIVED bob\n" + repeated(5000, ' '), byte_by_byte) == 5000);
    CHECK(blanks(send_of("hi") + send_of("\n\n\n\n"), byte_by_byte) == 0);
  }
}

TEST_CASE("F2.1 a body has as many bytes as its Content-length says") {
  check_events(Side::client, send_of("caf\xc3\xa9"), {"SEND \"bob\" \"caf\xc3\xa9\""});
  // The rest of a body that was longer than it said is the next request.
  check_events(Side::client, "SEND bob\nContent-length: 2\n\nhello\n\n",
               {R"(SEND "bob" "he")", R"(unknown "llo")"});
  check_events(Side::client, "SEND bob\nContent-length: 0005\n\nhello", {R"(SEND "bob" "hello")"});
  check_events(Side::client, "SEND bob\nContent-length: " + repeated(40, '0') + "5\n\nhello",
               {R"(SEND "bob" "hello")"});
}

TEST_CASE("a FORWARD may say whom it is meant for") {
  for (const auto* const line :
       {"Audience: ALL\n", " audience :ALL \r\n", "X: y\nAUDIENCE:\tALL\nAudience: bob\n"}) {
    CAPTURE(line);
    const std::string header = std::string("FORWARD bob\n") + line;
    check_events(Side::server, header + "Content-length: 2\n\nhi", {"FORWARD \"bob\" \"hi\" to \"ALL\""});
  }
  check_events(Side::server, "FORWARD bob\nContent-length: 12\nAudience: a b\n\nAudience: x\n",
               {"FORWARD \"bob\" \"Audience: x\\n\" to \"a b\""});
  check_events(Side::server, "FORWARD bob\nContent-length: 0\nAudience:\n\n", {"FORWARD \"bob\" \"\""});
  check_events(Side::server, "FORWARD bob\nContent-length: 0\nAudiences: ALL\n\n", {"FORWARD \"bob\" \"\""});
}

TEST_CASE("F2.2 Content-length is missing") {
  check_events(Side::client, send_block(""), {"violation F2.2"});
  check_events(Side::client, send_block("Content-type: text\n"), {"violation F2.2"});
  check_events(Side::client, send_block("Content-length 5\n"), {"violation F2.2"});
  check_events(Side::client, send_block("Content-lengths: 5\n"), {"violation F2.2"});
  check_events(Side::server, "FORWARD bob\n\n", {"violation F2.2"});
}

TEST_CASE("F2.3 Content-length is not made of ASCII digits alone") {
  for (const auto& value : {"", "abc", "-5", "+5", "5x", "x5", "5 5", "5,5", "0x5", "99999999999999999999x",
                            "5.0", "\xd9\xa5", "1e1"}) {
    CAPTURE(value);
    check_events(Side::client, send_block("Content-length: "s + value + "\n"), {"violation F2.3"});
    check_events(Side::server, "FORWARD bob\nContent-length: "s + value + "\n\n", {"violation F2.3"});
  }
  check_events(Side::client, send_block("Content-length: 5\0\n"s), {"violation F2.3"});
}

TEST_CASE("F2.4 two different Content-lengths") {
  check_events(Side::client, send_block("Content-length: 5\nContent-length: 6\n"), {"violation F2.4"});
  check_events(Side::client, send_block("Content-length: 2\ncontent-LENGTH: 02\n") + "hi",
               {R"(SEND "bob" "hi")"});
  // The first fault is the one that is told.
  check_events(Side::client, send_block("Content-length: x\nContent-length: 6\n"), {"violation F2.3"});
  check_events(Side::client, send_block("Content-length: x\nContent-length: 999999\n"), {"violation F2.3"});
  check_events(Side::client, send_block("Content-length: 6\nContent-length: x\n"), {"violation F2.3"});
}

TEST_CASE("F2.5 the field name in any case, blanks around name and value") {
  for (const auto& line : {"content-length:2", "CONTENT-LENGTH:\t2\t", "\tContent-Length :  2 "}) {
    CAPTURE(line);
    check_events(Side::client, send_block(line + "\n"s) + "hi", {R"(SEND "bob" "hi")"});
  }
}

TEST_CASE("F2.6 other header lines are ignored, before and after") {
  check_events(Side::client, send_block("A: b\nContent-length: 2\nno colon\n:\n") + "hi",
               {R"(SEND "bob" "hi")"});
}

TEST_CASE("F2.7 a body may hold any bytes") {
  check_events(Side::client, send_of("\n\n"), {R"(SEND "bob" "\n\n")"});
  check_events(Side::client, send_of("SEND eve\nContent-length: 0\n\n"),
               {R"(SEND "bob" "SEND eve\nContent-length: 0\n\n")"});
  string all_bytes;
  for (int byte = 0; byte < 256; ++byte) all_bytes += static_cast<char>(byte);
  check_events(Side::client, send_of(all_bytes), {describe(Send{"bob", all_bytes})});
  check_events(Side::server, "FORWARD bob\nContent-length: 256\n\n" + all_bytes,
               {describe(Forward{"bob", all_bytes})});
}

TEST_CASE("F3.2 several frames in one piece") {
  check_events(Side::client, send_of("a") + send_of("") + "RECEIVED eve\n\n" + send_of("\n") + "GO\n\n",
               {R"(SEND "bob" "a")", R"(SEND "bob" "")", R"(RECEIVED "eve")", R"(SEND "bob" "\n")",
                R"(unknown "GO")"});
  check_events(Side::server, "SENT bob\n\nFORWARD eve\nContent-length: 1\n\n!ERROR 102 x\n\n",
               {R"(delivered "bob")", R"(FORWARD "eve" "!")", R"(ERROR 102 "x")"});
}

TEST_CASE("a violation that is recoverable leaves what follows its block") {
  check_events(Side::client, send_block("Content-length: x\n") + send_of("hi"),
               {"violation F2.3", R"(SEND "bob" "hi")"});
}

TEST_CASE("L1 the header block at its limit") {
  const FrameLimits limits{64, 100};
  SUBCASE("a block with a body") {
    const string end = "Content-length: 2\n\n";
    const auto block = [&](std::size_t bytes) {
      const string begin = "SEND bob\nX: ";
      return begin + repeated(bytes - begin.size() - end.size() - 1) + "\n" + end;
    };
    REQUIRE(block(64).size() == 64);
    for (const std::size_t bytes : {63U, 64U})
      check_events(Side::client, block(bytes) + "hi", {R"(SEND "bob" "hi")"}, Ends::between_frames, limits);
    check_events(Side::client, block(65) + "hi", {"violation L1, the last"}, Ends::between_frames, limits);
  }
  SUBCASE("a line without a body") {
    const auto line = [](std::size_t bytes) { return "RECEIVED " + repeated(bytes - 10) + "\n"; };
    for (const std::size_t bytes : {63U, 64U})
      check_events(Side::client, line(bytes), {describe(Received{repeated(bytes - 10)})},
                   Ends::between_frames, limits);
    check_events(Side::client, line(65), {"violation L1, the last"}, Ends::between_frames, limits);
  }
  SUBCASE("blank lines before it do not count") {
    check_events(Side::client, repeated(200, '\n') + "RECEIVED " + repeated(54) + "\n",
                 {describe(Received{repeated(54)})}, Ends::between_frames, limits);
  }
  SUBCASE("a line that does not end") {
    check_events(Side::client, repeated(64), {}, Ends::in_frame, limits);
    check_events(Side::client, repeated(65), {"violation L1, the last"}, Ends::between_frames, limits);
    check_events(Side::client, repeated(64 * 1024), {"violation L1, the last"}, Ends::between_frames);
  }
  SUBCASE("a block that does not end") {
    check_events(Side::client, "GO\n" + repeated(61), {}, Ends::in_frame, limits);
    check_events(Side::client, "GO\n" + repeated(62), {"violation L1, the last"}, Ends::between_frames,
                 limits);
  }
  SUBCASE("the body does not count") {
    check_events(Side::client, send_of(repeated(99)), {describe(Send{"bob", repeated(99)})},
                 Ends::between_frames, limits);
  }
  SUBCASE("the frames before it are told") {
    check_events(Side::client, send_of("hi") + repeated(65), {R"(SEND "bob" "hi")", "violation L1, the last"},
                 Ends::between_frames, limits);
  }
}

TEST_CASE("L1 after an oversized header the parser stays where it is") {
  Parser parser(Side::client, {64, 64});
  parser.feed(repeated(65));
  for (int i = 0; i < 3; ++i) {
    CHECK(describe(parser.next()) == "violation L1, the last");
    parser.feed("\n\nRECEIVED bob\n\n");
  }
}

TEST_CASE("L2 the body at its limit") {
  const FrameLimits small{4096, 100};
  for (const std::size_t bytes : {99U, 100U})
    check_events(Side::client, send_of(repeated(bytes)), {describe(Send{"bob", repeated(bytes)})},
                 Ends::between_frames, small);
  check_events(Side::client, send_block("Content-length: 101\n"), {"violation L2"}, Ends::in_frame, small);

  constexpr std::size_t limit = FrameLimits{}.body_bytes;
  for (const std::size_t bytes : {limit - 1, limit})
    check_events(Side::client, send_of(repeated(bytes)), {describe(Send{"bob", repeated(bytes)})});
  check_events(Side::client, send_block("Content-length: " + std::to_string(limit + 1) + "\n"),
               {"violation L2"}, Ends::in_frame);
}

TEST_CASE("L2 a number that no machine can count is over the limit") {
  check_events(Side::client, send_block("Content-length: 18446744073709551615\n"), {"violation L2"},
               Ends::in_frame);
  for (const auto& value : {"18446744073709551616", "99999999999999999999"})
    check_events(Side::client, send_block("Content-length: "s + value + "\n"), {"violation L2"});
  check_events(Side::client, send_block("Content-length: " + repeated(1000, '9') + "\n"), {"violation L2"});
}

TEST_CASE("an unknown request's body is consumed when it told its length") {
  check_events(Side::client, "GO bob\nContent-length: 4\n\nbody", {R"(unknown "GO bob")"});
  check_events(Side::server, "GO bob\nContent-length: 4\n\nbody", {R"(unknown "GO bob")"});
  check_events(Side::server, "GO bob\nContent-length: x\n\n", {R"(unknown "GO bob")"});
}

TEST_CASE("D7.3 an unknown request of a client's whose body has no end that can be told") {
  check_events(Side::client, "GO bob\nContent-length: x\n\n", {"violation F2.3"});
  check_events(Side::client, "GO bob\nContent-length: 1\nContent-length: 2\n\n", {"violation F2.4"});
  check_events(Side::client, "GO bob\nContent-length: 99999999999999999999\n\n", {"violation L2"});
}

TEST_CASE("L2 a body over the limit is thrown away, and nothing of it is read") {
  const FrameLimits limits{64, 10};
  for (const std::size_t bytes : {11U, 64U, 100U, 5000U}) {
    string body = "\n\nRECEIVED eve\n\nSENT eve\n\n";
    body.resize(bytes, '\n');
    const string header = "\nContent-length: " + std::to_string(bytes) + "\n\n";
    check_events(Side::server, "FORWARD bob" + header + body, {"violation L2"}, Ends::between_frames, limits);
    check_events(Side::server, "GO" + header + body, {R"(unknown "GO")"}, Ends::between_frames, limits);
    check_events(Side::client, "SEND bob" + header + body, {"violation L2"}, Ends::between_frames, limits);
    check_events(Side::client, "GO" + header + body, {"violation L2"}, Ends::between_frames, limits);
    check_events(Side::server, "FORWARD bob" + header + body.substr(1), {"violation L2"}, Ends::in_frame,
                 limits);
  }
}

TEST_CASE("prepare and commit: bytes read in place") {
  Parser parser(Side::client);
  const string bytes = send_of("hello");
  for (int round = 0; round < 100; ++round) {
    const auto room = parser.prepare();
    REQUIRE(room.size() >= bytes.size());
    std::copy(bytes.begin(), bytes.end(), room.begin());
    parser.commit(bytes.size());
    CHECK(describe(parser.next()) == R"(SEND "bob" "hello")");
    CHECK(describe(parser.next()).empty());
  }
}

TEST_CASE("F3.1 a long stream in pieces of many sizes") {
  string stream;
  std::vector<string> expected;
  for (std::size_t i = 0; i < 300; ++i) {
    const string body = repeated(i * 37 % 3000, static_cast<char>('a' + i % 26));
    stream += send_of(body) + "RECEIVED eve\n\n";
    expected.push_back(describe(Send{"bob", body}));
    expected.push_back(describe(Received{"eve"}));
  }
  const Run wanted{expected, false};
  for (const std::size_t piece : {1U, 7U, 511U, 512U, 513U, 1000U, 2047U, 2048U, 2049U, 5000U, 70'000U})
    CHECK_MESSAGE(run(Side::client, {}, stream, 0, piece) == wanted, "pieces of ", piece);
}

TEST_CASE("F3.1 a frame at the limit behind a small one") {
  const string body = repeated(FrameLimits{}.body_bytes);
  check_events(Side::client, "RECEIVED eve\n\n" + send_of(body),
               {R"(RECEIVED "eve")", describe(Send{"bob", body})});
}

// What CTest's time limit is for: a search that began anew at each byte would take minutes for each of these.
TEST_CASE("linear time, byte by byte") {
  constexpr std::size_t bytes = 1'000'000;
  const FrameLimits limits{bytes, bytes};
  const auto takes = [&](const string& stream, const std::vector<string>& expected, bool in_frame) {
    const Run wanted{expected, in_frame};
    CHECK(run(Side::client, limits, stream, 0, 1) == wanted);
  };
  SUBCASE("a line") {
    takes(repeated(bytes), {}, true);
  }
  SUBCASE("blank lines") {
    takes(repeated(bytes, '\n'), {}, false);
  }
  SUBCASE("header lines") {
    string block = "SEND bob\n";
    while (block.size() + 5 < bytes) block += "X: y\n";
    takes(block, {}, true);
  }
  SUBCASE("header lines behind a message that needs none") {
    string block = "RECEIVED x\n";
    while (block.size() + 5 < bytes) block += "X: y\n";
    takes(block, {R"(RECEIVED "x")"}, false);
    takes("RECEIVED x\nX: " + repeated(bytes / 2), {R"(RECEIVED "x")"}, true);
  }
  SUBCASE("a body") {
    takes(send_of(repeated(bytes)), {describe(Send{"bob", repeated(bytes)})}, false);
  }
}

TEST_CASE("bytes that are given before the events were taken are not lost") {
  Parser parser(Side::client);
  const int frames = 1000;
  for (int i = 0; i < frames; ++i) parser.feed(send_of(repeated(1000)));
  for (int i = 0; i < frames; ++i) REQUIRE(std::holds_alternative<Send>(parser.next()));
  CHECK(std::holds_alternative<NeedMore>(parser.next()));
}
