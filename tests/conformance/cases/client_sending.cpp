// What the user types, and what is said of it: C2, C3, M2, M3, and how the client writes.
#include <algorithm>

#include "protocol/text.hpp"
#include "tests/conformance/cases/tables.hpp"

namespace parley::conform {

using namespace client_basics;
using std::chrono::milliseconds;

namespace {

void sends_text(ClientTrial& t, const std::string& text) {
  t.sign_on();
  t.converse(t.name("bob"), text);
  t.fence();
}

void sends_several(ClientTrial& t) {
  t.sign_on();
  t.converse(t.name("bob"), "one");
  t.converse(t.name("carol"), "two");
  t.converse(t.name("bob"), "three");
}

void sends_to_all(ClientTrial& t) {
  t.sign_on();
  t.converse(t.settings().dialect.broadcast_word, "Hello everybody");
  t.fence();
}

/// Nothing is sent: the SEND of the next line is the next that comes, or the client says why and ends.
void refuses_line(ClientTrial& t, const std::string& line_template) {
  t.sign_on();
  const auto before = t.settled();
  t.type(fill_in(line_template, t.name("bob"), "no message"));
  t.terminal().settle();
  if (!t.has_ended_with_a_word(before)) return t.fence();
  const auto came = t.receive(t.sending(), milliseconds{0});
  if (const auto* frame = std::get_if<Frame>(&came)) t.sending().fail("no message", *frame);
}

void tells_right_form(ClientTrial& t) {
  t.sign_on();
  const auto before = t.settled();
  t.type(fill_in(t.profile().line_without_recipient, t.name("bob"), "no message"));
  t.expect_news(before, t.profile().refused_line, "a word on a line of the wrong form");
}

void waits_for_answer(ClientTrial& t) {
  const std::string bob = t.name("bob");
  const std::string carol = t.name("carol");
  t.sign_on();
  t.type_message(bob, "one");
  t.type_message(carol, "two");
  t.expect_send(bob, "one");
  t.look();
  t.expect_nothing(t.sending(), "no SEND before the one before it is answered");
  t.reports().send(to_frame(two_socket::Delivered{bob}));
  // The second line may have been kept, or lost by a client that empties the keyboard's buffer.
  constexpr milliseconds time_to_send_it{500};
  t.terminal().read_until([&] { return t.sending().wait_for_input(milliseconds{1}); }, time_to_send_it);
  if (!t.sending().has_input()) return t.fence();
  t.expect_send(carol, "two");
  t.reports().send(to_frame(two_socket::Delivered{carol}));
  t.fence();
}

/// A line is sent and answered on that socket; returns what is shown then.
std::string answer(ClientTrial& t, Link& link, std::string_view bytes, const std::optional<Pattern>& pattern,
                   const std::string& expected) {
  t.type_and_expect(t.name("bob"), "Hello");
  const auto before = t.settled();
  link.send(bytes);
  return t.expect_news(before, pattern, expected);
}

/// What is shown when there is an answer; empty when nothing is.
std::string shown_after(ClientTrial& t, std::string_view bytes) {
  t.type_and_expect(t.name("bob"), "Hello");
  const auto before = t.settled();
  t.reports().send(bytes);
  constexpr milliseconds time_to_show{500};
  t.terminal().read_until([&] { return !t.news_since(before).empty(); }, time_to_show);
  t.terminal().settle();
  return t.news_since(before);
}

std::string sent(const ClientTrial& t) {
  return to_frame(two_socket::Delivered{t.name("bob")});
}

void tells_of_delivery(ClientTrial& t) {
  t.sign_on();
  answer(t, t.reports(), sent(t), t.profile().delivered, "a word on the delivery after SENT");
}

/// An ERROR is told, and not as success is. No clause asks the client to go on.
void tells_of_failure(ClientTrial& t, std::string_view error) {
  t.sign_on();
  const std::string success = shown_after(t, sent(t));
  const std::string expected = "a word that the message was not delivered after " +
                               std::string(error.substr(0, std::string_view("ERROR 10x").size()));
  const std::string news = answer(t, t.reports(), error, t.profile().not_delivered, expected);
  if (news == success) t.fail(expected, "the same as after SENT: \"" + visible(news) + '"');
}

/// The same report in other words is told, and not as an error is; the next line can be sent.
void takes_report(ClientTrial& t, const std::string& report) {
  t.sign_on();
  const std::string expected = "a word on the delivery after " + visible(report.substr(0, report.find('\n')));
  const std::string news = answer(t, t.reports(), report, t.profile().delivered, expected);
  t.fence();
  // Last: no clause asks the client to go on behind an error.
  const std::string failure = shown_after(t, "ERROR 102 Unable to send\n\n");
  if (news == failure) t.fail(expected, "the same as after ERROR 102: \"" + visible(news) + '"');
}

/// Those that may be written instead of the usual one.
void takes_other_words(ClientTrial& t) {
  const auto& words = t.settings().dialect.delivered_words;
  for (std::size_t i = 1; i < words.size(); ++i) takes_report(t, words[i] + ' ' + t.name("bob") + "\n\n");
}

void report_on_receiving_socket(ClientTrial& t) {
  t.sign_on();
  answer(t, t.receiving(), sent(t), t.profile().delivered, "a word on the delivery after SENT");
  t.fence();
}

void no_answer(ClientTrial& t) {
  t.sign_on();
  const std::string bob = t.name("bob");
  t.type_and_expect(bob, "Is anybody there?");
  const auto before = t.settled();
  t.expect_news(before, t.profile().no_answer, "a word that no answer has come", t.profile().answer_time);
  t.type_message(bob, "Anybody else?");
  t.expect_send(bob, "Anybody else?", t.profile().answer_time);  // the word may be that it goes on waiting
}

/// The bytes of each socket are these, as far as they have come.
void compare(ClientTrial& t, const Link& link, const std::string& expected) {
  const std::string came = to_standard(t.bytes_of(link), t.settings().dialect);
  const auto size = std::min(came.size(), expected.size());
  const auto differing = static_cast<std::size_t>(
      std::mismatch(came.begin(), came.begin() + static_cast<std::ptrdiff_t>(size), expected.begin()).first -
      came.begin());
  if (differing == size && came.size() <= expected.size()) return;
  throw CaseFailed{{"exactly the bytes \"" + visible(expected) + "\" on " + link.label(),
                    "others, from the byte at " + std::to_string(differing), came, differing, 0}};
}

void exact_bytes(ClientTrial& t) {
  t.sign_on();
  const std::string zoe = t.name("zoe");
  t.deliver(zoe, "one");
  t.deliver(zoe, "two");
  t.converse(t.name("bob"), "Hello");
  t.fence();
  if (&t.sending() == &t.receiving()) return;  // then the order is not known
  compare(t, t.sending(),
          to_frame(two_socket::Register{two_socket::Channel::to_send, t.user()}) +
              to_frame(two_socket::Send{t.name("bob"), "Hello"}) +
              to_frame(two_socket::Send{t.name("bob"), "fence 1"}));
  compare(t, t.receiving(),
          to_frame(two_socket::Register{two_socket::Channel::to_recv, t.user()}) +
              to_frame(two_socket::Received{zoe}) + to_frame(two_socket::Received{zoe}));
}

void nothing_behind_body(ClientTrial& t) {
  t.sign_on();
  for (const auto* text : {"one", "two"}) t.converse(t.name("bob"), text);
  const std::string came = t.bytes_of(t.sending());
  const auto behind = came.find("one") + std::string_view("one").size();
  const bool may_end_line = t.settings().dialect.body_newline;
  if (came.compare(behind, 4, "SEND") == 0 || (may_end_line && came.compare(behind, 5, "\nSEND") == 0))
    return;
  throw CaseFailed{{"nothing between the body \"one\" and the next SEND on " + t.sending().label(),
                    "bytes that no Content-length counts", came, behind, 0}};
}

/// Every message but the last of a socket: behind that one the line may still be on its way.
void empty_lines(ClientTrial& t) {
  t.sign_on();
  const std::string zoe = t.name("zoe");
  t.deliver(zoe, "one");
  t.deliver(zoe, "two");
  t.fence();
  t.fence();
  for (const Link* link : {&t.sending(), &t.receiving()}) {
    std::string bytes = t.bytes_of(*link);
    std::erase_if(bytes, [](char c) { return c == '\r' || c == ' ' || c == '\t'; });
    for (const std::string_view word : {"REGISTER", "RECEIVED"}) {
      const auto begin = bytes.find(word);
      if (begin == std::string::npos) continue;
      const auto end = bytes.find('\n', begin);
      if (end != std::string::npos && bytes.substr(end, 2) == "\n\n") continue;
      if (word == "REGISTER" && std::ranges::count(t.settings().dialect.register_end, '\n') == 1) continue;
      throw CaseFailed{{"an empty line behind " + std::string(word) + " on " + link->label(),
                        "something else",
                        t.bytes_of(*link),
                        {},
                        0}};
    }
  }
}

void one_write(ClientTrial& t) {
  t.sign_on();
  const std::string bob = t.name("bob");
  for (int i = 0; i < 6; ++i) {
    t.type_message(bob, "a message in one piece");
    const auto came = t.receive(t.sending(), t.settings().timeout);
    const auto* frame = std::get_if<Frame>(&came);
    if (frame == nullptr) return t.expect_send(bob, "a message in one piece");
    if (frame->pieces > 1)
      t.fail("each SEND in one piece", "one in " + std::to_string(frame->pieces) + " pieces");
    t.reports().send(sent(t));
    t.terminal().settle();
  }
}

}  // namespace

std::vector<ClientCase> client_sending_cases() {
  const std::string_view form =
      "The line is taken apart without looking whether it begins with @ and a name and has a text.";
  const std::string_view split = "The line is split at every blank or @ and put together again.";
  const std::string_view report =
      "The whole line of the report is compared, or its second word is needed, instead of the first word "
      "alone.";
  return {
      {sends,
       "@name text is sent",
       {registers},
       "The line is not sent, with another body or recipient, or on the socket for receiving.",
       [](ClientTrial& t) { sends_text(t, "Hello"); }},
      {"C2.1-several",
       "several lines to several users",
       {sends},
       "The recipient of the first line is used again, or only one line is ever read.",
       sends_several},
      {"C2.1-blanks",
       "a text with two blanks in a row",
       {sends},
       split,
       [](ClientTrial& t) { sends_text(t, "two  blanks and  more"); }},
      {"C2.1-at-sign",
       "a text with @ in it",
       {sends},
       split,
       [](ClientTrial& t) { sends_text(t, "write to me@example.org or @carol"); }},
      {"C2.1-one-letter",
       "a text of one letter",
       {sends},
       "The line's length is checked with one too many.",
       [](ClientTrial& t) { sends_text(t, "x"); }},
      {"C2.2-all",
       "@ALL text is sent to everybody",
       {sends},
       "ALL is taken for a mistake, or sent in other letters.",
       sends_to_all},
      {"C2.3-no-recipient",
       "a line that does not begin with @",
       {sends},
       form,
       [](ClientTrial& t) { refuses_line(t, t.profile().line_without_recipient); }},
      {"C2.3-no-text",
       "@name and no text",
       {sends},
       form,
       [](ClientTrial& t) { refuses_line(t, t.profile().line_without_text); }},
      {"C2.3-no-name",
       "@ and no name",
       {sends},
       form,
       [](ClientTrial& t) { refuses_line(t, t.profile().line_without_name); }},
      {"C2.3-empty",
       "an empty line",
       {sends},
       "The first character of the line is looked at without asking whether there is one.",
       [](ClientTrial& t) { refuses_line(t, t.profile().empty_line); }},
      {"C2.4-right-form",
       "a line of the wrong form is not refused in silence",
       {registers},
       "Lines of the wrong form are skipped without a word.",
       tells_right_form},
      {"F2.1-utf8",
       "a text in UTF-8: its length is in bytes",
       {sends},
       "Content-length counts characters instead of bytes, or the text is written in another encoding.",
       [](ClientTrial& t) { sends_text(t, "Gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80"); }},
      {tells_delivered,
       "SENT is told",
       {sends},
       "The answer to a SEND is read and thrown away, or not read at all.",
       tells_of_delivery},
      {tells_failed,
       "ERROR 102 is told, and not as success",
       {sends},
       "Any answer is taken for success, or errors are not shown.",
       [](ClientTrial& t) { tells_of_failure(t, "ERROR 102 Unable to send\n\n"); }},
      {"C3.3-error-103",
       "ERROR 103 is told, and not as success",
       {tells_failed},
       "Only one code is known.",
       [](ClientTrial& t) { tells_of_failure(t, "ERROR 103 Header incomplete\n\n"); }},
      {"C3.3-error-101",
       "ERROR 101 is told, and not as success",
       {tells_failed},
       "Only one code is known.",
       [](ClientTrial& t) { tells_of_failure(t, "ERROR 101 No user registered\n\n"); }},
      {"M3.2-other-phrase",
       "ERROR 102 with a phrase of the server's own",
       {tells_failed},
       "The whole line is compared instead of the code.",
       [](ClientTrial& t) { tells_of_failure(t, "ERROR 102 nobody here by that name\n\n"); }},
      {"C3.1-waits",
       "two lines at once: the second waits for the answer to the first",
       {sends},
       "The client does not wait for the answer before it reads the next line.",
       waits_for_answer},
      {"C3.4-no-answer", "no answer comes", {sends}, "The wait for the answer has no limit.", no_answer},
      {"M2.3-send", "the report is SEND instead of SENT", {tells_delivered}, report, takes_other_words},
      {"M2.3-no-name",
       "the report is SENT without a name",
       {tells_delivered},
       report,
       [](ClientTrial& t) { takes_report(t, "SENT\n\n"); }},
      {"M2.3-other-name",
       "the report is SENT and somebody else's name",
       {tells_delivered},
       report,
       [](ClientTrial& t) { takes_report(t, to_frame(two_socket::Delivered{t.user()})); }},
      {"M2.4-receiving-socket",
       "the report comes on TORECV",
       {tells_delivered},
       "",
       report_on_receiving_socket},
      {"F1.1-empty-line",
       "messages of the client end with an empty line",
       {sends, receives, shows},
       "REGISTER or RECEIVED lacks its second \\n.",
       empty_lines},
      {"F2.8-nothing-behind",
       "nothing comes behind the body of a SEND",
       {sends},
       "A line end is written behind the body that Content-length does not count: the next request begins "
       "with it.",
       nothing_behind_body},
      {"F1.5-exact",
       "the client's messages, byte by byte",
       {"F1.1-empty-line", "F2.8-nothing-behind"},
       "Blanks or line feeds too many, or CR LF.",
       exact_bytes},
      {"F4.1-one-write",
       "each SEND comes in one piece",
       {sends},
       "Header and body are written apart, or byte by byte.",
       one_write},
  };
}

}  // namespace parley::conform
