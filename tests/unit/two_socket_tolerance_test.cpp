// What real peers write beside the exact form, told however the bytes are cut.

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/user_name.hpp"
#include "tests/unit/two_socket_check.hpp"

using namespace parley::two_socket;
using parley::test::for_each_cut;
using parley::test::for_each_piece;
using std::string;

namespace {

/// "line, empty line" of a REGISTER as a session sees them: it asks for the second until that is known.
string register_end(const string& bytes, std::size_t first_cut = 0, std::size_t piece_bytes = 0) {
  Parser parser(Side::client);
  std::optional<string> line_end;
  std::optional<std::string_view> empty_line_end;
  for_each_piece(bytes, first_cut, piece_bytes, [&](std::string_view piece, bool) {
    parser.feed(piece);
    if (!line_end) {
      const Event event = parser.next();
      if (const auto* request = std::get_if<Register>(&event)) line_end = string(request->line_end);
    }
    if (line_end) empty_line_end = parser.empty_line_end();
    return !empty_line_end;
  });
  REQUIRE(line_end);
  return parley::visible(*line_end + ", " + string(empty_line_end.value_or("not yet")));
}

void check_register_end(const string& end, const string& expected) {
  CAPTURE(end);
  const string bytes = "REGISTER TOSEND bob" + end;
  REQUIRE(register_end(bytes) == expected);
  CHECK_MESSAGE(register_end(bytes, 0, 1) == expected, "byte by byte");
  for_each_cut(bytes,
               [&](std::size_t cut) { CHECK_MESSAGE(register_end(bytes, cut) == expected, "cut at ", cut); });
}

/// Whether a client that sends this has an LF behind a body.
bool has_newline(const string& bytes, std::size_t first_cut = 0, std::size_t piece_bytes = 0) {
  Parser parser(Side::client);
  for_each_piece(bytes, first_cut, piece_bytes, [&](std::string_view piece, bool) {
    parser.feed(piece);
    while (!std::holds_alternative<NeedMore>(parser.next())) continue;
    return true;
  });
  return parser.has_newline_behind_body();
}

void check_newline(const string& bytes, bool expected) {
  CAPTURE(bytes);
  REQUIRE(has_newline(bytes) == expected);
  CHECK_MESSAGE(has_newline(bytes, 0, 1) == expected, "byte by byte");
  for_each_cut(bytes,
               [&](std::size_t cut) { CHECK_MESSAGE(has_newline(bytes, cut) == expected, "cut at ", cut); });
}

const string send = "SEND bob\nContent-length: 2\n\nhi";

/// Whom a server's bytes up to a silence report on. Nothing when they are no report on a SEND to bob.
std::optional<string> report_at_silence(const string& bytes) {
  Parser parser(Side::server);
  parser.feed(bytes);
  while (!std::holds_alternative<NeedMore>(parser.next())) continue;
  const auto report = parser.take_unended_report("bob");
  return report ? std::optional(string(report->recipient)) : std::nullopt;
}

/// The events behind a report that was taken at a silence.
std::vector<string> events_behind(const string& report, const string& bytes, std::size_t first_cut = 0,
                                  std::size_t piece_bytes = 0) {
  Parser parser(Side::server);
  parser.feed(report);
  REQUIRE(describe(parser.next()).empty());
  REQUIRE(parser.take_unended_report("bob"));
  REQUIRE(describe(parser.next()).empty());
  std::vector<string> events;
  for_each_piece(bytes, first_cut, piece_bytes, [&](std::string_view piece, bool) {
    parser.feed(piece);
    for (string event = describe(parser.next()); !event.empty(); event = describe(parser.next()))
      events.push_back(event);
    return true;
  });
  CHECK_FALSE(parser.in_frame());
  return events;
}

void check_behind(const string& report, const string& bytes, const std::vector<string>& expected) {
  CAPTURE(report);
  CAPTURE(bytes);
  REQUIRE(events_behind(report, bytes) == expected);
  CHECK_MESSAGE(events_behind(report, bytes, 0, 1) == expected, "byte by byte");
  for_each_cut(bytes, [&](std::size_t cut) {
    CHECK_MESSAGE(events_behind(report, bytes, cut) == expected, "cut at ", cut);
  });
}

}  // namespace

TEST_CASE("F1.6 how a REGISTER ends") {
  check_register_end("\n\n", "\\n, \\n");
  check_register_end("\r\n\r\n", "\\r\\n, \\r\\n");
  check_register_end("\n \n", "\\n,  \\n");
  check_register_end(" \n \n", " \\n,  \\n");
  check_register_end(" \r\n \r\n", " \\r\\n,  \\r\\n");
  check_register_end("\r\n\n", "\\r\\n, \\n");
  check_register_end("\n\n\n", "\\n, \\n");
  check_register_end(" \t \n\t\t\n", " \\n,  \\n");
  check_register_end("\r\r\n\r\r\n", "\\r\\n, \\r\\n");
  check_register_end("\n\nREGISTER TORECV bob\n\n", "\\n, \\n");
}

TEST_CASE("F1.6 the blank before a name that is missing ends no line") {
  for (const auto& [bytes, expected] : {std::pair("REGISTER TOSEND \n \n", "\\n,  \\n"),
                                        {"REGISTER TORECV \r\n\r\n", "\\r\\n, \\r\\n"},
                                        {"REGISTER TORECV\n\n", "\\n, \\n"}})
    CHECK(register_end(bytes) == expected);
}

TEST_CASE("F1.6 a REGISTER without an empty line behind it, and one of which that may still come") {
  check_register_end("\r\nREGISTER TORECV bob\r\n", "\\r\\n, ");
  check_register_end("\n  SEND bob\n", "\\n, ");
  check_register_end("\nContent-length: 0\n\n", "\\n, ");
  check_register_end("\n", "\\n, not yet");
  check_register_end("\r\n \r", "\\r\\n, not yet");
}

TEST_CASE("F1.6 what answers it is written with these ends") {
  const BlockEnd blank{"\n", " \n"};
  const BlockEnd cr_lf{"\r\n", "\r\n"};
  CHECK(to_frame(Register{Channel::to_send, "bob"}, blank) == "REGISTER TOSEND bob\n \n");
  CHECK(to_frame(Registered{Channel::to_recv, "bob"}, cr_lf) == "REGISTERED TORECV bob\r\n\r\n");
  CHECK(to_frame(Error{100, "Malformed username"}, blank) == "ERROR 100 Malformed username\n \n");
}

TEST_CASE("R1.6 one word of digits behind a name is none of it") {
  for (const auto& [rest, name] : {std::pair("alice", "alice"),
                                   {"alice 5050", "alice"},
                                   {"alice  \t0", "alice"},
                                   {"1 2", "1"},
                                   {"5050", "5050"},
                                   {"", ""},
                                   {"alice 5050 1", "alice 5050 1"},
                                   {"al ice 5050", "al ice 5050"},
                                   {"alice 50x0", "alice 50x0"},
                                   {"alice -1", "alice -1"},
                                   {"alice x", "alice x"},
                                   {"alice \xd9\xa5", "alice \xd9\xa5"},
                                   {"al:ice 5", "al:ice"}})
    CHECK(asked_name(rest) == name);
}

TEST_CASE("F1.7 an LF right behind the body of a SEND") {
  check_newline(send + "\n", true);
  check_newline(send + "\n\n", true);
  check_newline(send + "\n" + send, true);
  check_newline(send + send + "\n" + send, true);
  check_newline("SEND bob\nContent-length: 0\n\n\n", true);
  check_newline(send + "\nRECEIVED bob\n\n", true);
  for (const string& exact :
       {send, send + send, send + " \n", send + "\r\n", send + "RECEIVED bob\n\n\n", "\n\n" + send,
        string("SEND bob\nContent-length: 3\n\nhi\n"), string("GO\nContent-length: 2\n\nhi\n"),
        string("SEND bob\n\n\n"), string("REGISTER TOSEND bob\n\n\n"),
        string("SEND bob\nContent-length: 3\n\nhi")})
    check_newline(exact, false);
}

TEST_CASE("F1.7 it is known with the SEND when it came with it") {
  Parser parser(Side::client);
  parser.feed(send + "\n");
  CHECK(describe(parser.next()) == R"(SEND "bob" "hi")");
  CHECK(parser.has_newline_behind_body());
}

TEST_CASE("M2.5 SENT or SEND, alone or with the whole name, is a report when nothing follows") {
  for (const auto* const bytes : {"SENT", "SEND", "SENT ", " SENT", "SENT bob\n\nSEND", "\n\nSENT\r"})
    CHECK_MESSAGE(report_at_silence(bytes) == "", bytes);
  for (const auto* const bytes :
       {"SENT bob", "SEND bob", "SENT BOB", "SENT  bob ", "ERROR 102 x\nSENT bob"}) {
    const auto report = report_at_silence(bytes);
    REQUIRE_MESSAGE(report, bytes);
    CHECK(parley::equal_ignoring_case(*report, "bob"));
  }
  for (const auto* const bytes :
       {"", "S", "SEN", "SENTbob", "SENT b", "SENT bo", "SENT bobby", "SENT alice", "SENT bob x", "sent",
        "ERROR", "ERROR 102", "FORWARD", "FORWARD bob\nContent-length: 4\n\nSENT", "FORWARD bob\nSENT",
        "REGISTERED", "FORWARD bob\nContent-length: 99999\n\nSENT"})
    CHECK_MESSAGE(report_at_silence(bytes) == std::nullopt, bytes);
  Parser client(Side::client);
  client.feed("SEND");
  CHECK_FALSE(client.take_unended_report("bob"));
}

TEST_CASE("M2.5 the rest of its line is no message, and the next message is one") {
  for (const auto* const report : {"SENT", "SEND bob"}) {
    for (const string rest : {"", "\n", "\n\n", "\r\n\r\n", "\n \n", " \n", " bob\n\n", " alice\n\n", "by\n",
                              " bob\nX: y\nContent-length: 2\n\nhi"}) {
      check_behind(report, rest, {});
      check_behind(report, rest + "SENT carol\n\n", {R"(delivered "carol")"});
    }
    check_behind(report, "ERROR 102 x\n\n", {R"(ERROR 102 "x")"});
    check_behind(report, "FORWARD bob\nContent-length: 1\n\n!SEND\n",
                 {R"(FORWARD "bob" "!")", R"(delivered "")"});
    check_behind(report, "\nGO\n\n", {R"(unknown "GO")"});
  }
}

TEST_CASE("M2.5 reports without a line end, one after the other") {
  Parser parser(Side::server);
  for (const auto* const report : {"SENT", "SENT", "SEND bob", "SENT bob", "SENT"}) {
    parser.feed(report);
    REQUIRE(describe(parser.next()).empty());
    CHECK(parser.take_unended_report("bob"));
    CHECK(describe(parser.next()).empty());
    CHECK_FALSE(parser.in_frame());
  }
}
