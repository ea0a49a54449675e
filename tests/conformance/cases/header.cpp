// What a header may look like, and what becomes of one that is wrong: F2, D7.
#include "tests/conformance/cases/tables.hpp"

namespace parley::conform {

using two_socket::ErrorCode;

namespace {

void header_lines(Trial& t, std::initializer_list<std::string_view> blocks) {
  const Pair p(t);
  for (const std::string_view block : blocks) {
    p.alice.sending->send("SEND " + p.bob.name + "\n" + std::string(block) + "\n\nHello");
    t.expect_forward(p.bob, p.alice, "Hello");
    t.end_exchange(p.alice, p.bob);
  }
}

/// ERROR 103, and then the end of the stream.
void bad_header(Trial& t, std::string_view header_lines) {
  const Pair p(t);
  p.alice.sending->send("SEND " + p.bob.name + "\n" + std::string(header_lines) + "\nHello");
  t.expect_error(p.alice, ErrorCode::header_incomplete);
  t.exchange(t.sign_on("carol"), p.bob);  // nothing of it was delivered
}

/// Behind a bad header that this server answers with ERROR 103, whichever that is.
void closes_after_103(Trial& t) {
  const User bob = t.sign_on("bob");
  char suffix = 'a';
  for (const std::string_view bad : {"", "Content-length: abc\n", "Content-length: -5\n"}) {
    const User alice = t.sign_on("alice", t.name("alice") + suffix++);
    alice.sending->send("SEND " + bob.name + "\n" + std::string(bad) + "\n");
    const auto came = t.answering(alice).receive();
    const auto* frame = std::get_if<Frame>(&came);
    const auto* error = frame == nullptr ? nullptr : std::get_if<two_socket::Error>(&frame->event);
    const int code = static_cast<int>(ErrorCode::header_incomplete);
    if (error != nullptr && (error->code == code || error->code == t.settings().dialect.code_for(code)))
      return alice.sending->expect_gone();
  }
  t.cannot_show("F2.2-missing");
}

void no_reset(Trial& t) {
  for (int i = 0; i < 10; ++i) {
    const User alice = t.sign_on("alice", t.name("alice") + static_cast<char>('a' + i));
    alice.sending->send("SEND nobody\n\n" + std::string(2000, 'x') + "\n\nSEND nobody\n\n");
    t.expect_error(alice, ErrorCode::header_incomplete);
    alice.sending->expect_end();
  }
}

void unknown_request(Trial& t) {
  const Pair p(t);
  p.alice.sending->send("SHOUT " + p.bob.name + "\n\n");
  t.expect_error(p.alice, ErrorCode::header_incomplete);
  p.alice.sending->expect_gone();
  t.exchange(t.sign_on("carol"), p.bob);
}

}  // namespace

std::vector<Case> header_cases() {
  const std::string_view number =
      "The value of Content-length is converted without looking at it first; the conversion throws, and the "
      "thread dies.";
  const std::string_view base = "F2.2-missing";
  return {
      {"F2.5-case",
       "content-LENGTH in other letters",
       {delivers},
       "The name of the header field is compared with its capitals.",
       [](Trial& t) { header_lines(t, {"content-LENGTH: 5"}); }},
      {"F2.5-blanks",
       "no blank, or several, before the value",
       {delivers},
       "The header line is cut at fixed positions.",
       [](Trial& t) {
         header_lines(t, {"Content-length:5", "Content-length:    5"});
       }},
      {"F2.6-other-headers",
       "other header lines before and after",
       {delivers},
       "The second line is taken for Content-length whatever it is.",
       [](Trial& t) { header_lines(t, {"X-Mood: good\nContent-length: 5\nX-Other: 1"}); }},
      {"F2.7-blank-lines",
       "a body that begins with blank lines",
       {delivers},
       "The body is found by looking for the last blank line.",
       [](Trial& t) {
         const Pair p(t);
         t.exchange(p.alice, p.bob, "\n\n\nHello\n\n");
       }},
      {base,
       "SEND without Content-length",
       {delivers},
       "A missing Content-length is taken for 0, or the server waits for it.",
       [](Trial& t) { bad_header(t, ""); }},
      {"F2.2-other-field",
       "SEND with another field instead",
       {base},
       "The number is taken from the second line whatever its name is.",
       [](Trial& t) { bad_header(t, "Length: 5\n"); }},
      {"F2.3-letters",
       "Content-length: abc",
       {delivers},
       number,
       [](Trial& t) { bad_header(t, "Content-length: abc\n"); }},
      {"F2.3-negative",
       "Content-length: -5",
       {delivers},
       "A negative length is used as it is.",
       [](Trial& t) { bad_header(t, "Content-length: -5\n"); }},
      {"F2.3-plus",
       "Content-length: +5",
       {"F2.3-letters"},
       "The language's own conversion also takes a sign.",
       [](Trial& t) { bad_header(t, "Content-length: +5\n"); }},
      {"F2.3-trailing",
       "Content-length: 5x",
       {"F2.3-letters"},
       "The conversion stops at the first letter and takes what is before it.",
       [](Trial& t) { bad_header(t, "Content-length: 5x\n"); }},
      {"F2.3-empty",
       "Content-length: and nothing",
       {"F2.3-letters"},
       number,
       [](Trial& t) { bad_header(t, "Content-length:\n"); }},
      {"F2.4-two-lengths",
       "two different Content-lengths",
       {delivers},
       "One of the two is taken.",
       [](Trial& t) { bad_header(t, "Content-length: 5\nContent-length: 2\n"); }},
      {"L2.2-huge",
       "a Content-length of twenty digits",
       {delivers},
       "The number overflows, or memory for it is asked for.",
       [](Trial& t) { bad_header(t, "Content-length: 99999999999999999999\n"); }},
      {"D7.1-closes",
       "the socket is closed after ERROR 103",
       {signs_on},
       "The server goes on reading, in the middle of what may be a body.",
       closes_after_103},
      {"D7.2-no-reset",
       "ERROR 103 can be read, also when more was sent",
       {"D7.1-closes", "F2.2-missing"},
       "The socket is closed with unread input in it, which resets the connection.",
       no_reset},
      {"D7.3-unknown-request",
       "an unknown request",
       {delivers},
       "Unknown requests are ignored.",
       unknown_request},
  };
}

}  // namespace parley::conform
