// How a client reads: F1, F2, F3, L.
#include "tests/conformance/cases/tables.hpp"

namespace parley::conform {

using namespace client_basics;
using two_socket::Channel;

namespace {

std::string forward_frame(const std::string& sender, const std::string& text) {
  return to_frame(two_socket::Forward{sender, text});
}

/// Two messages that came in some special way: both are shown and acknowledged.
void expect_both(ClientTrial& t, ClientTrial::Moment since, const std::string& first,
                 const std::string& first_text, const std::string& second, const std::string& second_text) {
  t.expect_received(first);
  t.expect_received(second);
  t.expect_shown(since, first, {first_text});
  t.expect_shown(since, second, {second_text});
}

/// The frame is the only one; its text is shown.
void deliver_raw(ClientTrial& t, const std::string& frame, const std::string& sender,
                 const std::string& text) {
  const auto before = t.now();
  t.receiving().send(frame);
  t.expect_taken(before, sender, {text});
}

void forward_byte_by_byte(ClientTrial& t) {
  t.sign_on();
  const std::string zoe = t.name("zoe");
  const auto before = t.now();
  t.send_byte_by_byte(t.receiving(), forward_frame(zoe, "letter by letter"));
  t.expect_taken(before, zoe, {"letter by letter"});
  t.deliver(zoe, "and whole again");
}

void cut_at_boundaries(ClientTrial& t) {
  t.sign_on();
  const std::string zoe = t.name("zoe");
  const std::string text = "cut into two";
  const std::string frame = forward_frame(zoe, text);
  const auto line_end = frame.find('\n') + 1;
  const auto header_end = frame.find("\n\n") + 2;
  int number = 0;
  for (const std::size_t cut : {std::size_t{3}, line_end - 1, line_end, line_end + 8, header_end - 2,
                                header_end - 1, header_end, header_end + 1, frame.size() - 1}) {
    const std::string unique = text.substr(0, text.size() - 1) + std::to_string(number++);
    const auto before = t.now();
    t.send_slowly(t.receiving(), forward_frame(zoe, unique), {cut});
    t.expect_taken(before, zoe, {unique});
  }
}

void long_body_in_pieces(ClientTrial& t) {
  t.sign_on();
  const std::string zoe = t.name("zoe");
  const std::string text = "begin-" + std::string(3'000, 'x') + "-end";
  const std::string frame = forward_frame(zoe, text);
  std::vector<std::size_t> cuts;
  for (std::size_t at = 500; at < frame.size(); at += 500) cuts.push_back(at);
  const auto before = t.now();
  t.send_slowly(t.receiving(), frame, cuts);
  t.expect_taken(before, zoe, {"begin-"});
  t.deliver(zoe, "a short one");
}

void cut_character(ClientTrial& t) {
  t.sign_on();
  const std::string zoe = t.name("zoe");
  const std::string text = "5 \xE2\x82\xAC for \xF0\x9F\x98\x80";
  const std::string frame = forward_frame(zoe, text);
  const auto euro = frame.find("\xE2\x82\xAC");
  const auto before = t.now();
  t.send_slowly(t.receiving(), frame, {euro + 1, euro + 2, frame.size() - 2});
  t.expect_taken(before, zoe, {text});
}

void registered_byte_by_byte(ClientTrial& t) {
  t.sign_on([&](const Registration& registration, bool) {
    const auto answer = ClientTrial::answer_to(registration);
    t.send_byte_by_byte(*registration.link, answer.substr(0, answer.size() - 1));
    t.accept(registration, answer.substr(answer.size() - 1));
  });
  t.deliver(t.name("zoe"), "after REGISTERED");
  t.fence();
}

void report_byte_by_byte(ClientTrial& t) {
  t.sign_on();
  const std::string bob = t.name("bob");
  t.type_and_expect(bob, "Hello");
  const auto before = t.settled();
  t.send_byte_by_byte(t.reports(), to_frame(two_socket::Delivered{bob}));
  t.expect_news(before, t.profile().delivered, "a word on the delivery after SENT");
  t.fence();
}

void two_forwards(ClientTrial& t) {
  t.sign_on();
  const std::string zoe = t.name("zoe");
  const std::string yan = t.name("yan");
  const auto before = t.now();
  t.receiving().send(forward_frame(zoe, "the first of two") + forward_frame(yan, "the second of two"));
  expect_both(t, before, zoe, "the first of two", yan, "the second of two");
}

void registered_and_forward(ClientTrial& t) {
  const std::string zoe = t.name("zoe");
  ClientTrial::Moment before;
  bool is_sent = false;
  t.sign_on([&](const Registration& registration, bool last) {
    std::string answer = ClientTrial::answer_to(registration);
    before = t.now();
    // Only whoever has both of its sockets can be sent something.
    is_sent = last && registration.channel == Channel::to_recv;
    if (is_sent) answer += registration.link->in_dialect(forward_frame(zoe, "at once"));
    t.accept(registration, answer);
  });
  if (!is_sent) t.receiving().send(forward_frame(zoe, "at once"));
  t.expect_taken(before, zoe, {"at once"});
  t.fence();
}

void trailing_half(ClientTrial& t) {
  t.sign_on();
  const std::string zoe = t.name("zoe");
  const std::string yan = t.name("yan");
  const std::string second = forward_frame(yan, "complete at last");
  const auto before = t.now();
  t.receiving().send(forward_frame(zoe, "complete at once") + second.substr(0, second.size() / 2));
  t.expect_taken(before, zoe, {"complete at once"});
  t.receiving().send(second.substr(second.size() / 2));
  t.expect_taken(before, yan, {"complete at last"});
}

void header(ClientTrial& t, const std::string& lines) {
  t.sign_on();
  const std::string zoe = t.name("zoe");
  deliver_raw(t, "FORWARD " + zoe + "\n" + lines + "\n\nHello", zoe, "Hello");
  t.deliver(zoe, "an ordinary one");
}

/// A FORWARD that must be refused; it has no body, so that its end is known to everybody.
void bad_header(ClientTrial& t, const std::string& lines) {
  t.sign_on();
  t.receiving().send("FORWARD " + t.name("zoe") + "\n" + lines + "\n");
  t.expect_error_103();
}

void whole_body(ClientTrial& t, const std::string& body, const std::vector<std::string>& parts) {
  t.sign_on();
  t.deliver(t.name("zoe"), body, parts);
  t.deliver(t.name("yan"), "the next one");
}

void line_ends(ClientTrial& t, const std::string& line_end, const std::string& empty_line) {
  const std::string end = line_end + empty_line;
  const Dialect& dialect = t.settings().dialect;
  t.sign_on([&](const Registration& registration, bool) {
    const auto answer = to_frame(two_socket::Registered{registration.channel, registration.name});
    const bool is_exact = dialect.register_end == "\n\n";
    t.accept(registration,
             is_exact ? answer.substr(0, answer.size() - 2) + end : ClientTrial::answer_to(registration));
  });
  const std::string zoe = t.name("zoe");
  deliver_raw(t, "FORWARD " + zoe + line_end + "Content-length: 5" + end + "Hello", zoe, "Hello");
  const std::string bob = t.name("bob");
  t.type_and_expect(bob, "Hello");
  t.reports().send("SENT " + bob + (dialect.report_line_end ? end : "\n\n"));
  t.fence();
}

void single_line_feed(ClientTrial& t) {
  t.sign_on([&](const Registration& registration, bool) {
    const auto answer = to_frame(two_socket::Registered{registration.channel, registration.name});
    const bool is_exact = t.settings().dialect.register_end == "\n\n";
    t.accept(registration,
             is_exact ? answer.substr(0, answer.size() - 1) : ClientTrial::answer_to(registration));
  });
  t.deliver(t.name("zoe"), "after REGISTERED");
  const std::string bob = t.name("bob");
  t.type_and_expect(bob, "Hello");
  t.reports().send("SENT " + bob + (t.settings().dialect.report_line_end ? "\n" : "\n\n"));
  t.fence();
}

void blank_lines_before(ClientTrial& t) {
  t.sign_on();
  const std::string zoe = t.name("zoe");
  deliver_raw(t, forward_frame(zoe, "a line feed behind it") + "\n", zoe, "a line feed behind it");
  deliver_raw(t, "\n\n" + forward_frame(zoe, "two before it"), zoe, "two before it");
  const std::string bob = t.name("bob");
  t.type_and_expect(bob, "Hello");
  const std::string line_end = t.settings().dialect.report_line_end ? "\n" : "";
  t.reports().send(line_end + to_frame(two_socket::Delivered{bob}) + line_end);
  t.fence();
}

void long_header(ClientTrial& t) {
  t.sign_on();
  const std::string zoe = t.name("zoe");
  constexpr std::size_t header_bytes = 4096;
  std::string frame = "FORWARD " + zoe + "\nContent-length: 5\nX-Filler: ";
  frame += std::string(header_bytes - frame.size() - 2, 'x') + "\n\n";
  deliver_raw(t, frame + "Hello", zoe, "Hello");
  t.deliver(zoe, "an ordinary one");
}

void body_of(ClientTrial& t, std::size_t bytes) {
  const std::string begin = "begin-";
  whole_body(t, begin + std::string(bytes - begin.size(), 'x'), {begin});
}

}  // namespace

std::vector<ClientCase> client_framing_cases() {
  const std::vector<std::string_view> base = {receives, shows};
  const std::string_view one_recv = "Each call of recv is taken for one message.";
  const std::string_view number =
      "The value of Content-length is converted without looking at it first; the conversion throws, and the "
      "thread that receives dies.";
  const std::string_view missing = "F2.2-missing";
  const std::string_view answers_103 =
      "ERROR 103 is never sent, or the message is acknowledged all the same.";
  return {
      {"F3.1-byte-by-byte", "FORWARD one byte at a time", base, one_recv, forward_byte_by_byte},
      {"F3.1-boundaries",
       "FORWARD cut where lines, header and body meet",
       {receives, shows, "F3.1-byte-by-byte"},
       one_recv,
       cut_at_boundaries},
      {"F3.1-long-body", "a FORWARD of 3,000 bytes in many pieces", base,
       "The body is read with one call of recv.", long_body_in_pieces},
      {"F3.1-cut-character",
       "a character cut between two pieces",
       {receives, shows, "F3.1-byte-by-byte"},
       "Each piece is decoded by itself.",
       cut_character},
      {"F3.1-registered",
       "REGISTERED one byte at a time",
       {receives, shows, sends},
       one_recv,
       registered_byte_by_byte},
      {"F3.1-report", "SENT one byte at a time", {tells_delivered}, one_recv, report_byte_by_byte},
      {"F3.2-two-forwards", "two FORWARDs in one piece", base,
       "What recv returned behind the first message is thrown away, or taken for its body.", two_forwards},
      {"F3.2-registered-and-forward",
       "REGISTERED and a FORWARD in one piece",
       {receives, shows, sends},
       "What came behind REGISTERED is thrown away.",
       registered_and_forward},
      {"F3.3-trailing-half",
       "a FORWARD and the beginning of the next in one piece",
       {receives, shows, "F3.1-byte-by-byte", "F3.2-two-forwards"},
       "The client waits for the rest of the second message before it shows the first, or loses it.",
       trailing_half},
      {missing,
       "FORWARD without Content-length",
       {registers},
       answers_103,
       [](ClientTrial& t) { bad_header(t, ""); }},
      {"F2.2-other-field",
       "FORWARD with another field instead",
       {missing},
       "The number is taken from the second line whatever its name is.",
       [](ClientTrial& t) { bad_header(t, "Length: 0\n"); }},
      {"F2.3-letters",
       "Content-length: abc",
       {registers},
       number,
       [](ClientTrial& t) { bad_header(t, "Content-length: abc\n"); }},
      {"F2.3-negative",
       "Content-length: -5",
       {registers},
       "A negative length is used as it is.",
       [](ClientTrial& t) { bad_header(t, "Content-length: -5\n"); }},
      {"F2.3-plus",
       "Content-length: +5",
       {"F2.3-letters"},
       "The language's own conversion also takes a sign.",
       [](ClientTrial& t) { bad_header(t, "Content-length: +5\n"); }},
      {"F2.3-trailing",
       "Content-length: 5x",
       {"F2.3-letters"},
       "The conversion stops at the first letter and takes what is before it.",
       [](ClientTrial& t) { bad_header(t, "Content-length: 5x\n"); }},
      {"F2.3-empty",
       "Content-length: and nothing",
       {"F2.3-letters"},
       number,
       [](ClientTrial& t) { bad_header(t, "Content-length:\n"); }},
      {"F2.4-two-lengths",
       "two different Content-lengths",
       {registers},
       "One of the two is taken.",
       [](ClientTrial& t) { bad_header(t, "Content-length: 5\nContent-length: 2\n"); }},
      {"F2.5-case", "content-LENGTH in other letters", base,
       "The name of the header field is compared with its capitals.",
       [](ClientTrial& t) { header(t, "content-LENGTH: 5"); }},
      {"F2.5-blanks", "no blank, or several, before the value", base,
       "The header line is cut at fixed positions.",
       [](ClientTrial& t) {
         header(t, "Content-length:5");
         header(t, "Content-length:    5");
       }},
      {"F2.6-other-headers", "other header lines before and after", base,
       "The second line is taken for Content-length whatever it is.",
       [](ClientTrial& t) { header(t, "X-Mood: good\nContent-length: 5\nX-Other: 1"); }},
      {"F2.7-blank-lines", "a body that begins and ends with blank lines", base,
       "The body is found by looking for the last blank line, or ends at the first.",
       [](ClientTrial& t) {
         whole_body(t, "\n\n\nabove\n\nbelow\n\n", {"above", "below"});
       }},
      {"F2.7-looks-like-a-message", "a body that looks like a message", base,
       "The body is read up to a newline instead of as many bytes as its length says.",
       [](ClientTrial& t) {
         whole_body(t, "FORWARD " + t.name("eve") + "\nContent-length: 4\n\nfake", {"fake"});
       }},
      {"F1.2-crlf",
       "CR LF at the end of lines",
       {receives, shows, sends},
       "",
       [](ClientTrial& t) { line_ends(t, "\r\n", "\r\n"); }},
      {"F1.2-blank-line",
       "an \"empty\" line with a blank in it",
       {receives, shows, sends},
       "",
       [](ClientTrial& t) { line_ends(t, "\n", " \n"); }},
      {"F1.3-single-line-feed",
       "one LF at the end of a message without a body",
       {receives, shows, sends},
       "",
       single_line_feed},
      {"F1.4-blank-lines-before",
       "blank lines before a message",
       {receives, shows, sends},
       "A stray blank line is taken for a message.",
       blank_lines_before},
      {"L1.1-long-header",
       "a header block of 4,096 bytes",
       {receives, shows, "F2.6-other-headers"},
       "The header is read into a buffer that is too small.",
       long_header},
      {"L2.1-page", "a message of 5,000 bytes", base,
       "The body is larger than the buffer that it is read into.", [](ClientTrial& t) { body_of(t, 5'000); }},
      {"L2.1-longest",
       "a message of 65,536 bytes",
       {"L2.1-page", "F3.1-long-body"},
       "The body is read with one call of recv, or is larger than the buffer.",
       [](ClientTrial& t) { body_of(t, 65'536); }},
  };
}

}  // namespace parley::conform
