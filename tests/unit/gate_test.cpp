#include "protocol/gate.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/text.hpp"
#include "tests/unit/cuts.hpp"

namespace parley {
namespace {

using namespace std::string_literals;

constexpr std::array<const char*, 5> ports = {"two-socket", "livecode", "names", "telnet", "rooms"};

/// What became of the bytes: what went on to the parser, and what was said.
struct Outcome {
  std::vector<std::string> passed;  ///< piece by piece
  std::string sentence;
  bool is_decided = false;

  std::string all_passed() const {
    std::string all;
    for (const auto& piece : passed) all += piece;
    return all;
  }
};

Outcome run(std::string_view port, std::string_view bytes, std::size_t first_cut = 0,
            std::size_t piece_bytes = 0) {
  Gate gate(port);
  Outcome outcome;
  test::for_each_piece(bytes, first_cut, piece_bytes, [&](std::string_view piece, bool) {
    const std::size_t count = gate.feed(piece);
    REQUIRE(count <= piece.size());
    if (count > 0) outcome.passed.emplace_back(piece.substr(0, count));
    while (const auto held = gate.take()) outcome.passed.emplace_back(*held);
    return gate.verdict() != Gate::Verdict::foreign;
  });
  outcome.is_decided = gate.verdict() != Gate::Verdict::undecided;
  if (gate.verdict() == Gate::Verdict::foreign) outcome.sentence = gate.sentence();
  return outcome;
}

/// check(outcome) whole, byte by byte, cut at every position, and with bytes trailing.
template <typename Check>
void however_cut(std::string_view port, const std::string& bytes, const Check& check) {
  CAPTURE(port);
  CAPTURE(visible(bytes.substr(0, 100)));
  check(run(port, bytes));
  check(run(port, bytes, 0, 1));
  test::for_each_cut(bytes, [&](std::size_t cut) { check(run(port, bytes, cut)); });
}

/// A greeting of this client's, which nothing of goes on, but the line ends that it begins with where they
/// do.
/// In rooms digits alone are a message: such a greeting must come with the letters behind them.
void is_foreign(std::string_view port, std::string_view client, const std::string& bytes,
                const std::string& passed = {}) {
  const std::string sentence =
      "This port is for " + std::string(port) + " clients; yours speaks " + std::string(client) + ".";
  const auto check = [&](const Outcome& outcome) {
    REQUIRE(outcome.sentence == sentence);
    REQUIRE(outcome.all_passed() == passed);
  };
  const std::string with_trailing = bytes + "more\r\n{\"x\": 1}\x16\x03";
  if (port == "rooms" && client == "names") {
    check(run(port, with_trailing));
    for (std::size_t cut = bytes.find_first_not_of("0123456789") + 1; cut < bytes.size(); ++cut)
      check(run(port, bytes, cut, 1));
    return;
  }
  however_cut(port, bytes, check);
  however_cut(port, with_trailing, check);
}

/// All of it goes on, each piece as it was, and nothing is said.
void is_own(std::string_view port, const std::string& bytes) {
  however_cut(port, bytes, [&](const Outcome& outcome) {
    REQUIRE(outcome.sentence.empty());
    REQUIRE(outcome.is_decided);
    REQUIRE(outcome.all_passed() == bytes);
  });
}

/// Whoever else has come, on every port but its own.
void is_foreign_elsewhere(std::string_view client, const std::string& bytes) {
  for (const std::string_view port : ports)
    if (port != client) is_foreign(port, client, bytes);
}

std::string request_line(std::size_t bytes) {
  return "GET /" + std::string(bytes - 5, 'x');
}

}  // namespace

TEST_CASE("OD9 the other dialects' clients") {
  is_foreign_elsewhere("two-socket", "REGISTER TOSEND alice\n\n");
  is_foreign_elsewhere("two-socket", "REGISTER TORECV alice\n\n");
  for (const auto bytes : {"AUTH,3\nbob\n", "MESG,5\nhello\n", "DCNX,3\nbob\n", "STOP,0\n\n"})
    is_foreign_elsewhere("livecode", bytes);
  for (const auto bytes : {"06NAME A", "009GET_NAMES", "0011MSG B HELLO", "04EXIT", "0000000006NAME A"})
    is_foreign_elsewhere("names", bytes);
  for (const auto bytes : {R"({"type": "connect"})", "{\n  \"type\"", "{  \"", "{\r\n\"type\""})
    is_foreign_elsewhere("rooms", bytes);
}

TEST_CASE("OD9 HTTP, whatever the method, and however long the request line") {
  for (const auto bytes : {"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "POST /say?text=hello HTTP/1.0\r\n",
                           "M-SEARCH * HTTP/1.1\r\n", "OPTIONS * HTTP/1.1\r\n", "FOO / HTTP/1.1\r\n",
                           "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "CONNECT example.com:443 HTTP/1.1\r\n",
                           "CONNECT [::1]:443 HTTP/1.1\r\n", "GET http://a/ HTTP/1.1\r\n",
                           "VERSION-CONTROL /x HTTP/1.1\r\n", "RPC_IN_DATA / HTTP/1.1\r\n"})
    is_foreign_elsewhere("HTTP", bytes);
  for (const std::size_t bytes : {1500U, 4090U, 5000U})
    is_foreign_elsewhere("HTTP", request_line(bytes) + " HTTP/1.1\r\n");
  for (const auto port : {"two-socket", "livecode", "telnet"}) is_foreign(port, "HTTP", "get / http/1.0\r\n");
}

TEST_CASE("OD9 protocols that look like HTTP") {
  is_foreign_elsewhere("RTSP", "OPTIONS rtsp://a/b RTSP/1.0\r\n");
  is_foreign_elsewhere("RTSP", "OPTIONS * RTSP/1.0\r\n");
  is_foreign_elsewhere("SIP", "REGISTER sip:a@b SIP/2.0\r\n");
  is_foreign_elsewhere("SIP", "INVITE sips:a@b SIP/2.0\r\n");
}

TEST_CASE("OD9 TLS, SSH, SMTP, redis, IRC") {
  is_foreign_elsewhere("TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s);
  is_foreign_elsewhere("TLS", "\x80\x2e\x01\x03\x01\x00\x15"s);
  is_foreign_elsewhere("TLS", "\x80\x2e\x01\x00\x02\x00\x15"s);
  is_foreign_elsewhere("SSH", "SSH-2.0-OpenSSH_9.2p1\r\n");
  for (const auto bytes :
       {"EHLO mail.example.com\r\n", "HELO x\r\n", "HELO\n", "EHLO\r\n", "LHLO x\r\n", "MAIL FROM:<a@b>\r\n"})
    is_foreign_elsewhere("SMTP", bytes);
  is_foreign_elsewhere("redis", "*1\r\n$4\r\nPING\r\n");
  is_foreign_elsewhere("redis", "*12\r\n$3\r\n");
  is_foreign_elsewhere("IRC", "CAP LS 302\r\nNICK bob\r\n");
  for (const auto port : {"two-socket", "livecode", "telnet"}) {
    is_foreign(port, "redis", "PING\r\n");
    is_foreign(port, "redis", "ping\n");
    is_foreign(port, "SMTP", "ehlo x\r\n");
    is_foreign(port, "IRC", "NICK bob\r\nUSER bob 0 * :Bob\r\n");
    is_foreign(port, "IRC", "USER bob 0 * :Bob\r\n");
  }
}

TEST_CASE("OD9 a PROXY header of either version") {
  is_foreign_elsewhere("PROXY", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n");
  is_foreign_elsewhere("PROXY", "PROXY TCP6 ::1 ::1 1 2\r\n");
  is_foreign_elsewhere("PROXY", "PROXY UNKNOWN\r\n");
  const std::string version_2 = "\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c"s;
  for (const auto port : {"two-socket", "livecode", "names", "telnet"})
    is_foreign(port, "PROXY", version_2, "\r\n\r\n");
  is_foreign("rooms", "PROXY", version_2);
}

TEST_CASE(
    "OD9 line ends before a greeting go on where they are skipped or answered, and it is known behind them") {
  for (const auto port : {"two-socket", "livecode", "names", "telnet"})
    for (const auto line_ends : {"\r\n", "\n", "\r", "\n\n\r\n\r\n\r\n"}) {
      is_foreign(port, "HTTP", line_ends + "GET / HTTP/1.1\r\n"s, line_ends);
      is_foreign(port, "TLS", line_ends + "\x16\x03\x01"s, line_ends);
    }
  is_own("rooms", "\nGET / HTTP/1.1\r\n");
}

TEST_CASE("OD9 what a port's own clients say is theirs") {
  is_own("two-socket", "REGISTER TOSEND alice\n\n");
  is_own("two-socket", "SEND bob\nContent-length: 2\n\nhi");
  is_own("two-socket", "RECEIVED bob\n\n");
  is_own("two-socket", "\n\nREGISTER TORECV alice\n\n");
  is_own("livecode", "AUTH,3\nbob\n");
  is_own("livecode", "auth, 3\nbob\n");
  is_own("livecode", "MESG,five\n");
  for (const auto bytes :
       {"06NAME A", "NAME bob", "name bob\n", "GET_NAMES", "get_names\r\n", "MSG B hi", "EXIT", "exit\n",
        "04EXIT", "hello", "\r\nNAME bob\n", "GET\n", "HELLO THERE", "00000000000"})
    is_own("names", bytes);
  for (const auto bytes : {"bob\r\n",
                           "BOB\r\n",
                           "bob\r",
                           "bob\n",
                           "Jos\u00e9\n",
                           "\xff\xfd\x06",
                           "\xff\xfb\x1fzoe\r\n",
                           "\x04",
                           "bo\bb\n",
                           "QUIT\r\n",
                           "GET\r\n",
                           "/quit\r\n",
                           "7up\r\n",
                           "SSH\r\n",
                           "06\r\n",
                           "*\r\n",
                           "AUTH,\n",
                           "AUTHOR,3\n",
                           "EXIT\r\n",
                           "\r\nbob\r\n",
                           "PROXY\r\n",
                           "see HTTP/1.1\r\n",
                           "I like HTTP/1.1\r\n",
                           "\x16\n",
                           "NICK\n",
                           "\r\n\r\nQUIT\r\n"})
    is_own("telnet", bytes);
  for (const auto bytes :
       {R"({"type": "connect"})", "{", "{}", "{x", "hello", "hello\n", "\n", "h", "\xff", " GET",
        "HELLO THERE", "I like HTTP/1.1\n", "see /x HTTP/1.1", "PING\n", "NICK bob\n", "ehlo x\r\n"})
    is_own("rooms", bytes);
}

TEST_CASE("OD9 nothing of the port's own is held back, in whatever pieces it comes") {
  const auto goes_on_at_once = [](std::string_view port, std::string_view piece) {
    CAPTURE(port);
    CAPTURE(visible(piece));
    Gate gate(port);
    CHECK(gate.feed(piece) == piece.size());
    CHECK_FALSE(gate.is_holding());
    CHECK_FALSE(gate.take());
    return gate.verdict();
  };
  CHECK(goes_on_at_once("names", "06NAME A") == Gate::Verdict::own);
  CHECK(goes_on_at_once("names", "0") == Gate::Verdict::own);
  for (const auto piece :
       {"hello", "NAME bob", "NAME", "GET_NAMES", "MSG bob hi", "MSG", "EXIT", "exit", "h", "x y"})
    CHECK(goes_on_at_once("names", piece) == Gate::Verdict::own);
  for (const auto piece : {"{", "{\"type\": \"exit\"}", "hello", "h", "\n", "Hello", "\xe4", "1", "42", "0"})
    CHECK(goes_on_at_once("rooms", piece) == Gate::Verdict::own);
  for (const auto piece : {"\r\n", "\r", "\n", "\r\n\r\n", "\r\n\n\r\n"})
    for (const auto port : {"two-socket", "livecode", "names", "telnet"})
      CHECK(goes_on_at_once(port, piece) == Gate::Verdict::undecided);
  CHECK(goes_on_at_once("telnet", "\xff\xfd\x06") == Gate::Verdict::own);
  CHECK(goes_on_at_once("telnet", "\x04") == Gate::Verdict::own);
  CHECK(goes_on_at_once("telnet", "bob\r") == Gate::Verdict::own);
  CHECK(goes_on_at_once("livecode", "AUTH,3\n") == Gate::Verdict::own);
  CHECK(goes_on_at_once("two-socket", "REGISTER TOSEND alice\n") == Gate::Verdict::own);
  CHECK(goes_on_at_once("two-socket", "SEND bob\n") == Gate::Verdict::own);
}

TEST_CASE("OD9 of CR LF CR LF each line is answered before the rest of a PROXY header comes") {
  Gate gate("telnet");
  for (const std::string piece : {"\r\n", "\r", "\n"}) CHECK(gate.feed(piece) == piece.size());
  CHECK(gate.feed("\0\r\nQU"s) == 0);
  CHECK(gate.is_holding());
  CHECK(gate.feed("IT\n") == 0);
  CHECK(gate.verdict() == Gate::Verdict::foreign);
  CHECK_FALSE(gate.take());
}

TEST_CASE("OD9 pieces of raw text stay as they were") {
  for (const auto port : {"names", "rooms"}) {
    Gate gate(port);
    for (const std::string piece : {"GET", " ", "/x", " HT"}) {
      CHECK(gate.feed(piece) == 0);
      CHECK_FALSE(gate.take());
      CHECK(gate.is_holding());
    }
    CHECK(gate.feed("ML more") == 0);
    CHECK(gate.verdict() == Gate::Verdict::own);
    CHECK_FALSE(gate.is_holding());
    std::vector<std::string> pieces;
    while (const auto piece = gate.take()) pieces.emplace_back(*piece);
    CHECK(pieces == std::vector{"GET"s, " "s, "/x"s, " HT"s, "ML more"s});
    CHECK(gate.feed("more") == 4);
  }
}

TEST_CASE("OD9 whoever does not want to wait takes what is held for the port's own") {
  for (const auto port : ports) {
    Gate gate(port);
    CHECK(gate.feed("GET") == 0);
    gate.release();
    CHECK(gate.verdict() == Gate::Verdict::own);
    CHECK(gate.take() == "GET");
    CHECK_FALSE(gate.take());
  }
  Gate gate("telnet");
  CHECK(gate.feed("GET / HTTP/1.1\r\n") == 0);
  gate.release();
  CHECK(gate.verdict() == Gate::Verdict::foreign);
}

TEST_CASE("OD9 at most 4 KiB are undecided") {
  constexpr std::size_t bound = Gate::most_undecided_bytes;
  for (const auto port : ports) {
    Gate request(port);
    CHECK(request.feed(request_line(bound - 1)) == 0);
    CHECK(request.verdict() == Gate::Verdict::undecided);
    CHECK(request.feed("x") == 0);
    CHECK(request.verdict() == Gate::Verdict::foreign);
  }
  is_own("rooms", std::string(33, 'A'));
  is_own("names", std::string(33, 'A'));
  is_own("telnet", std::string(bound, '\n'));
  is_own("telnet", std::string(2 * bound, '\n') + "bob\n");
  is_own("names", "{" + std::string(bound - 1, ' '));
  is_foreign("names", "rooms", "{" + std::string(bound - 2, ' ') + '"');
}

TEST_CASE("OD9 a browser is at home at its own port alone") {
  const std::string request = "GET /ws HTTP/1.1\r\nHost: localhost\r\n\r\n";
  is_own("web", request);
  is_own("web", "HEAD / HTTP/1.0\r\n\r\n");
  is_own("web", request_line(Gate::most_undecided_bytes + 100));
  is_foreign("web", "rooms", "{\"type\"");
  is_foreign("web", "two-socket", "REGISTER TOSEND ann\n");
  is_foreign("web", "TLS", "\x16\x03\x01");
  is_foreign("rooms", "HTTP", request);
}

TEST_CASE("OD9 the sentence fits the narrowest dialect's frame") {
  Gate gate("two-socket");
  gate.feed("{\"type\"");
  CHECK(gate.sentence() == "This port is for two-socket clients; yours speaks rooms.");
  CHECK(gate.sentence().size() <= 99);
}

}  // namespace parley
