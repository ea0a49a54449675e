// What comes in, and what is shown of it: C4, C5.

#include <algorithm>

#include "protocol/text.hpp"
#include "tests/conformance/cases/tables.hpp"
#include "tests/support/every_byte.hpp"

namespace parley::conform {

using namespace client_basics;

namespace {

/// What is shown tells as well that a message was taken, and the other way round.
void go_by_the_other(CaseFailed& failed) {
  failed.failure.without = Without::excused;
}

void acknowledges(ClientTrial& t) try {
  t.sign_on();
  const std::string zoe = t.name("zoe");
  const std::string yan = t.name("yan");
  for (const auto& sender : {zoe, yan, zoe}) {
    t.forward(sender, "Hello");
    t.expect_received(sender);
  }
} catch (CaseFailed& failed) {
  go_by_the_other(failed);
  throw;
}

void shows_sender_and_text(ClientTrial& t) try {
  t.sign_on();
  const std::string zoe = t.name("zoe");
  const auto before = t.now();
  t.forward(zoe, "Hello from outside");
  t.expect_shown(before, zoe, {"Hello from outside"});
} catch (CaseFailed& failed) {
  go_by_the_other(failed);
  throw;
}

void two_senders(ClientTrial& t) {
  t.sign_on();
  t.deliver(t.name("zoe"), "the first of zoe");
  t.deliver(t.name("yan"), "the first of yan");
  t.deliver(t.name("zoe"), "the second of zoe");
}

void while_waiting_for_answer(ClientTrial& t) {
  t.sign_on();
  const std::string bob = t.name("bob");
  t.type_and_expect(bob, "Hello");
  t.deliver(t.name("zoe"), "in between");
  t.reports().send(to_frame(two_socket::Delivered{bob}));
  t.fence();
}

void after_bad_forward(ClientTrial& t) {
  t.sign_on();
  const auto before = t.settled();
  t.receiving().send("FORWARD " + t.name("zoe") + "\n\n");
  if (t.has_ended_with_a_word(before)) return;
  // What the client has said to the first is F2.2's affair.
  t.forward(t.name("yan"), "a good one");
  t.expect_shown(before, t.name("yan"), {"a good one"});
}

void body_with_parts(ClientTrial& t, const std::string& body, const std::vector<std::string>& parts) {
  t.sign_on();
  t.deliver(t.name("zoe"), body, parts);
  t.deliver(t.name("yan"), "and after it");
}

void half_typed(ClientTrial& t) {
  t.sign_on();
  t.type_half(t.name("bob"), "half a line and the rest");
  const auto before = t.now();
  const std::string zoe = t.name("zoe");
  t.forward(zoe, "while you type");
  t.expect_shown(before, zoe, {"while you type"});
}

void half_typed_is_kept(ClientTrial& t) {
  t.sign_on();
  const std::string bob = t.name("bob");
  const std::string text = "half a line and the rest";
  const std::string rest = t.type_half(bob, text);
  t.deliver(t.name("zoe"), "while you type");
  t.type_rest(rest);
  t.expect_send(bob, text);
  t.reports().send(to_frame(two_socket::Delivered{bob}));
  t.fence();
}

/// A message of which "left" and "right" are seen, and the bytes between them may be: all is shown that will
/// be. Returns the moment before it.
ClientTrial::Moment deliver_between(ClientTrial& t, const std::string& bytes) {
  t.sign_on();
  const std::string zoe = t.name("zoe");
  const auto before = t.settled();
  t.forward(zoe, "left" + bytes + "right");
  t.expect_taken(before, zoe, {"left", "right"});
  t.terminal().settle();
  return before;
}

/// Nothing of `raw` reaches the terminal.
void keeps_from_terminal(ClientTrial& t, const std::string& body, const std::vector<std::string>& raw) {
  const auto before = deliver_between(t, body);
  for (const auto& bytes : raw)
    if (t.terminal().raw_since(before).find(bytes) != std::string_view::npos)
      throw CaseFailed{{"no control characters of a message on the terminal",
                        "\"" + visible(bytes) + "\" as it stood in the message",
                        std::string(t.terminal().raw_since(before)),
                        t.terminal().raw_since(before).find(bytes), 0}};
}

/// C1 as bytes of their own: those that are no part of a UTF-8 sequence.
void keeps_c1_from_terminal(ClientTrial& t) {
  const auto before = deliver_between(t,
                                      "\x9b"
                                      "31m\xc2\x9b"
                                      "31m\xc2\x85");
  const std::string_view shown = t.terminal().raw_since(before);
  for (std::size_t at = 0; at < shown.size();) {
    const auto length = utf8_sequence_length(shown.substr(at));
    const auto byte = static_cast<unsigned char>(shown[at + (length == 2 ? 1 : 0)]);
    const bool is_c1 = (length == 0 || (length == 2 && shown[at] == '\xc2')) && byte >= 0x80 && byte < 0xa0;
    if (is_c1)
      throw CaseFailed{{"no control characters of a message on the terminal",
                        "a C1 control character as it stood in the message", std::string(shown), at, 0}};
    at += std::max<std::size_t>(length, 1);
  }
}

/// What is shown between the two words that stand around it in the message.
std::string shown_between(ClientTrial& t, const std::string& body) {
  const auto before = deliver_between(t, body);
  const std::string text(t.terminal().text_since(before));
  const auto left = text.find("left");
  const auto right = text.find("right", left);
  if (left == std::string::npos || right == std::string::npos)
    t.fail("\"left\" and \"right\" one behind the other on the terminal", "something else");
  const auto begin = left + std::string_view("left").size();
  return text.substr(begin, right - begin);
}

void line_breaks(ClientTrial& t) {
  const std::string forged = t.name("bob") + ": a line of bob's?";
  for (const std::string line_end : {"\n", "\r\n"}) {
    const std::string between = shown_between(t, line_end + forged);
    const auto at = std::min(between.find(forged), between.size());
    const auto line_begin = between.rfind('\n', at);
    // A mark before it says whose line it is.
    if (line_begin == std::string::npos || !squeezed(between.substr(line_begin, at - line_begin)).empty())
      continue;
    t.fail(
        "a line end in a message made visible, as \\n for example, or a mark where the line behind it begins",
        "a line end, behind which the message looks like somebody else's");
  }
}

void visible_controls(ClientTrial& t) {
  if (shown_between(t, "\x01").empty())
    t.fail("a control character made visible, as \\x01 for example", "\"leftright\"");
}

void visible_broken_utf8(ClientTrial& t, const std::string& broken) {
  const std::string between = shown_between(t, broken);
  if (squeezed(between).empty())
    t.fail("bytes that are not UTF-8 made visible, as \\xff for example", "\"leftright\"");
  for (std::string_view rest = between; !rest.empty();) {
    const auto length = utf8_sequence_length(rest);
    if (length == 0)
      throw CaseFailed{{"bytes that are not UTF-8 made visible, as \\xff for example",
                        "the same bytes as in the message", between, between.size() - rest.size(), 0}};
    rest.remove_prefix(length);
  }
}

}  // namespace

std::vector<ClientCase> client_receiving_cases() {
  const std::string_view as_text =
      "The body is read or shown as text, and the thread that receives dies of what is none.";
  const std::string_view raw = "The body is printed as it came.";
  return {
      {receives,
       "RECEIVED and the sender's name for each FORWARD",
       {registers},
       "RECEIVED is not sent, not on the socket of the FORWARD, or not with the sender's name.",
       acknowledges},
      {shows,
       "the sender and the text of a FORWARD are shown",
       {registers},
       "The socket for receiving is read only when the user has typed something, or the sender is left out.",
       shows_sender_and_text},
      {"C4.1-two-senders",
       "messages of two senders, each under its own name",
       {receives, shows},
       "The sender of an earlier message is shown again.",
       two_senders},
      {"C4.1-while-waiting",
       "a FORWARD while an answer is awaited",
       {receives, shows, sends},
       "Nothing is received while the client waits for the answer to a SEND.",
       while_waiting_for_answer},
      {"C4.1-after-bad-forward",
       "a good FORWARD after one that could not be read",
       {shows},
       "The thread that receives ends after ERROR 103.",
       after_bad_forward},
      {"C4.2-empty",
       "an empty message",
       {receives, shows},
       "A length of 0 is taken for a missing one, or recv is asked for 0 bytes and its answer for the end.",
       [](ClientTrial& t) { body_with_parts(t, "", {}); }},
      {"C4.1-lines",
       "a message of several lines",
       {receives, shows},
       "The body is read as one line.",
       [](ClientTrial& t) {
         body_with_parts(t, "first line\n\nsecond line\n", {"first line", "second line"});
       }},
      {"C4.1-long",
       "a message longer than a line of the screen",
       {receives, shows},
       "The text is cut off.",
       [](ClientTrial& t) {
         body_with_parts(t, "begin-" + std::string(300, 'x') + "-end", {"begin-", "-end"});
       }},
      {"C4.1-utf8",
       "a message in UTF-8",
       {receives, shows},
       "The body is read or shown in another encoding.",
       [](ClientTrial& t) {
         const std::string text = "Gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xE6\x97\xA5";
         body_with_parts(t, text, {text});
       }},
      {"C4.3-half-typed",
       "a FORWARD while a line is half typed",
       {shows},
       "The thread that reads the keyboard is the one that receives.",
       half_typed},
      {"C2.1-half-typed",
       "the line that was half typed is sent whole",
       {"C4.3-half-typed", sends, receives},
       "What was typed is thrown away, or mixed up, when a message is shown.",
       half_typed_is_kept},
      {"C4.4-every-byte",
       "a message of every byte from 0 to 255",
       {receives, shows},
       as_text,
       [](ClientTrial& t) { body_with_parts(t, test::every_byte(), {}); }},
      {"C4.4-nul",
       "a message with NUL bytes",
       {receives, shows},
       as_text,
       [](ClientTrial& t) { body_with_parts(t, std::string("a\0b\0\0c", 6), {}); }},
      {"C4.4-not-utf8",
       "a message that is not UTF-8",
       {receives, shows},
       as_text,
       [](ClientTrial& t) { body_with_parts(t, "\xff\xfe\xc3", {}); }},
      {"C5.1-escape-sequences",
       "a message with escape sequences",
       {receives, shows},
       raw,
       [](ClientTrial& t) {
         keeps_from_terminal(t,
                             "\x1b]0;owned\x07-\x1b[35;46;9m-\x1b"
                             "c-",
                             {"\x1b]0;owned", "\x1b[35;46;9m",
                              "\x1b"
                              "c"});
       }},
      {"C5.1-bell-and-delete",
       "a message with BEL, BS and DEL",
       {receives, shows},
       raw,
       [](ClientTrial& t) {
         keeps_from_terminal(t, "\x07-\x08\x08-\x7f", {"\x07", "\x08\x08-", "\x7f"});
       }},
      {"C5.1-c1",
       "a message with C1 control characters",
       {receives, shows, "C4.4-not-utf8"},
       raw,
       keeps_c1_from_terminal},
      {"C5.1-line-ends",
       "a message with line ends in it: nobody can forge another's",
       {receives, shows},
       raw,
       line_breaks},
      {"C5.1-visible",
       "a control character is shown as something",
       {receives, shows},
       "Control characters are left out.",
       visible_controls},
      {"C5.2-broken",
       "bytes that are not UTF-8 are shown as something",
       {receives, shows, "C4.4-not-utf8"},
       "Bytes that are not UTF-8 are left out, printed as they came, or take the whole message with them.",
       [](ClientTrial& t) { visible_broken_utf8(t, "\xff\xfe"); }},
      {"C5.2-cut",
       "a character that is cut short is shown as something",
       {receives, shows, "C4.4-not-utf8"},
       "Bytes that are not UTF-8 are left out, printed as they came, or take the whole message with them.",
       [](ClientTrial& t) { visible_broken_utf8(t, "\xe2\x82"); }},
  };
}

}  // namespace parley::conform
