#include <doctest/doctest.h>

#include <string>

#include "tests/unit/two_socket_check.hpp"

using namespace parley::two_socket;
using std::string;
using namespace std::string_literals;

TEST_CASE("REGISTER: the name is all that follows the channel, well formed or not") {
  check_events(Side::client, "REGISTER TOSEND bob\n\n", {R"(REGISTER TOSEND "bob")"});
  check_events(Side::client, "REGISTER TORECV bob\n\n", {R"(REGISTER TORECV "bob")"});
  check_events(Side::client, "REGISTER TOSEND al ice\n\n", {R"(REGISTER TOSEND "al ice")"});
  check_events(Side::client, "REGISTER TOSEND\n\n", {R"(REGISTER TOSEND "")"});
  check_events(Side::client, "REGISTER TOSEND b\0b\n\n"s, {R"(REGISTER TOSEND "b\x00b")"});
}

TEST_CASE("REGISTER without a channel is an unknown request") {
  check_events(Side::client, "REGISTER bob\n\n", {R"(unknown "REGISTER bob")"});
  check_events(Side::client, "REGISTER\n\n", {R"(unknown "REGISTER")"});
  check_events(Side::client, "REGISTER tosend bob\n\n", {R"(unknown "REGISTER tosend bob")"});
  check_events(Side::client, "REGISTER TOSENDbob\n\n", {R"(unknown "REGISTER TOSENDbob")"});
  check_events(Side::server, "REGISTERED bob\n\n", {R"(unknown "REGISTERED bob")"});
}

TEST_CASE("SEND: the recipient is all that follows the word, also nothing") {
  check_events(Side::client, "SEND\nContent-length: 1\n\nx", {R"(SEND "" "x")"});
  check_events(Side::client, "SEND al ice\nContent-length: 1\n\nx", {R"(SEND "al ice" "x")"});
  check_events(Side::client, "SEND all\nContent-length: 1\n\nx", {R"(SEND "all" "x")"});
}

TEST_CASE("RECEIVED and FORWARD: any name or none") {
  check_events(Side::client, "RECEIVED\n\n", {R"(RECEIVED "")"});
  check_events(Side::client, "RECEIVED al ice\n\n", {R"(RECEIVED "al ice")"});
  check_events(Side::server, "FORWARD\nContent-length: 1\n\nx", {R"(FORWARD "" "x")"});
  check_events(Side::server, "FORWARD al ice\nContent-length: 1\n\nx", {R"(FORWARD "al ice" "x")"});
}

TEST_CASE("M2 a delivery is reported with SENT or SEND, with any name or none") {
  check_events(Side::server, "SENT bob\n\nSEND bob\n\nSENT\n\nSEND al ice\n\nSENT ALL\n\n",
               {R"(delivered "bob")", R"(delivered "bob")", R"(delivered "")", R"(delivered "al ice")",
                R"(delivered "ALL")"});
}

TEST_CASE("M3 an ERROR is its code; the phrase may be anything") {
  check_events(Side::server, "ERROR 102 Unable to send\n\n", {R"(ERROR 102 "Unable to send")"});
  check_events(Side::server, "ERROR 102\n\n", {R"(ERROR 102 "")"});
  check_events(Side::client, "ERROR 999 what\n\n", {R"(ERROR 999 "what")"});
  check_events(Side::client, "ERROR 0\n\n", {R"(ERROR 0 "")"});
  for (const auto& line : {"ERROR", "ERROR x", "ERROR -1", "ERROR +103", "ERROR 103x",
                           "ERROR Header incomplete", "ERROR 99999999999"}) {
    CAPTURE(line);
    check_events(Side::client, line + "\n\n"s, {describe(Unknown{line})});
  }
}

TEST_CASE("words are case-sensitive and whole") {
  check_events(Side::client, "received bob\n\n", {R"(unknown "received bob")"});
  check_events(Side::client, "RECEIVEDbob\n\n", {R"(unknown "RECEIVEDbob")"});
  check_events(Side::client, "SENDbob\n\n", {R"(unknown "SENDbob")"});
}

TEST_CASE("the other side's messages are unknown, and end where they would end there") {
  check_events(Side::client, "REGISTERED TOSEND bob\nSENT bob\nRECEIVED x\n",
               {R"(unknown "REGISTERED TOSEND bob")", R"(unknown "SENT bob")", R"(RECEIVED "x")"});
  check_events(Side::server, "REGISTER TOSEND bob\nRECEIVED bob\nSENT x\n",
               {R"(unknown "REGISTER TOSEND bob")", R"(unknown "RECEIVED bob")", R"(delivered "x")"});
  check_events(Side::client, "FORWARD bob\nContent-length: 2\n\nhi", {R"(unknown "FORWARD bob")"});
}

TEST_CASE("F1.5 what is written is exact to the byte") {
  CHECK(to_frame(Register{Channel::to_send, "bob"}) == "REGISTER TOSEND bob\n\n");
  CHECK(to_frame(Register{Channel::to_recv, "bob"}) == "REGISTER TORECV bob\n\n");
  CHECK(to_frame(Registered{Channel::to_send, "bob"}) == "REGISTERED TOSEND bob\n\n");
  CHECK(to_frame(Registered{Channel::to_recv, "bob"}) == "REGISTERED TORECV bob\n\n");
  CHECK(to_frame(Send{"bob", "caf\xc3\xa9"}) == "SEND bob\nContent-length: 5\n\ncaf\xc3\xa9");
  CHECK(to_frame(Send{"ALL", ""}) == "SEND ALL\nContent-length: 0\n\n");
  CHECK(to_frame(Forward{"bob", "a\0b"s}) == "FORWARD bob\nContent-length: 3\n\na\0b"s);
  CHECK(to_frame(Received{"bob"}) == "RECEIVED bob\n\n");
  CHECK(to_frame(Received{""}) == "RECEIVED\n\n");
  CHECK(to_frame(Delivered{"bob"}) == "SENT bob\n\n");
  CHECK(to_frame(Error{7, ""}) == "ERROR 7\n\n");
  CHECK(to_frame(Error{100, "Username already taken"}) == "ERROR 100 Username already taken\n\n");
  CHECK(to_frame(ErrorCode::malformed_username) == "ERROR 100 Malformed username\n\n");
  CHECK(to_frame(ErrorCode::no_user_registered) == "ERROR 101 No user registered\n\n");
  CHECK(to_frame(ErrorCode::unable_to_send) == "ERROR 102 Unable to send\n\n");
  CHECK(to_frame(ErrorCode::header_incomplete) == "ERROR 103 Header incomplete\n\n");
}

TEST_CASE("M2 a delivery can be reported with either word") {
  string out = "before";
  append(out, Delivered{"bob"}, DeliveredWord::send);
  append(out, Delivered{"ALL"}, DeliveredWord::sent);
  CHECK(out == "beforeSEND bob\n\nSENT ALL\n\n");
}

TEST_CASE("append_header is the frame without its body") {
  parley::SmallText<64> out;
  CHECK(out.append("before"));
  CHECK(append_header(out, Forward{"bob", "hello"}));
  CHECK(out.text() == "beforeFORWARD bob\nContent-length: 5\n\n");
}

TEST_CASE("on the stack a message is written as elsewhere") {
  const auto check = [](const auto& message, auto... variant) {
    const string frame = to_frame(message, variant...);
    parley::SmallText<64> out;
    CHECK(append(out, message, variant...));
    CHECK(out.text() == frame);
  };
  for (const string& body : {""s, "hello"s, "0123456789"s}) check(Forward{"bob", body});
  for (const auto word : {DeliveredWord::sent, DeliveredWord::send})
    for (const auto* const name : {"bob", ""}) check(Delivered{name}, word);
  check(ErrorCode::unable_to_send);
  check(ErrorCode::header_incomplete);
}

TEST_CASE("on the stack nothing is written of what has no room") {
  parley::SmallText<10> out;
  CHECK(append(out, Delivered{"bob"}, DeliveredWord::sent));
  CHECK_FALSE(out.append("!"));
  CHECK_FALSE(append(out, ErrorCode::unable_to_send));
  CHECK(out.text() == "SENT bob\n\n");
}

TEST_CASE("what is written is read back as the same message") {
  const string body("any \n\n\r\0 bytes \xff", 16);
  const string long_body(FrameLimits{}.body_bytes, '\n');
  const auto round_trip = [](Side from, const auto& message, const string& as_read) {
    check_events(from, to_frame(message), {as_read});
  };
  for (const auto& text : {body, long_body, ""s}) {
    const Send send{"bob", text};
    const Forward forward{"bob", text};
    round_trip(Side::client, send, describe(send));
    round_trip(Side::server, forward, describe(forward));
  }
  for (const auto channel : {Channel::to_send, Channel::to_recv}) {
    const Register request{channel, "bob"};
    const Registered answer{channel, "bob"};
    round_trip(Side::client, request, describe(request));
    round_trip(Side::server, answer, describe(answer));
  }
  round_trip(Side::client, Received{"bob"}, R"(RECEIVED "bob")");
  round_trip(Side::server, Delivered{"bob"}, R"(delivered "bob")");
  for (const auto code : {ErrorCode::malformed_username, ErrorCode::no_user_registered,
                          ErrorCode::unable_to_send, ErrorCode::header_incomplete}) {
    const string as_read = describe(Error{static_cast<int>(code), phrase(code)});
    round_trip(Side::client, code, as_read);
    round_trip(Side::server, code, as_read);
  }
}
