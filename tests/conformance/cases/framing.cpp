// Messages in pieces and several in one piece, how they may end, and what the server writes: F1, F3, F4, L1,
// M2, M3.
#include <algorithm>

#include "tests/conformance/cases/tables.hpp"

namespace parley::conform {

using two_socket::Channel;

namespace {

/// A SEND of alice's is on its way: it is delivered.
void expect(Trial& t, const Pair& p, std::string_view body) {
  t.expect_forward(p.bob, p.alice, body);
  t.end_exchange(p.alice, p.bob);
}

void deliver_raw(Trial& t, const Pair& p, std::string_view frame, std::string_view body) {
  p.alice.sending->send(frame);
  expect(t, p, body);
}

std::string send_frame(const Pair& p, std::string_view body) {
  return to_frame(two_socket::Send{p.bob.name, body});
}

void byte_by_byte(Trial& t) {
  const Pair p(t);
  p.alice.sending->send_byte_by_byte(send_frame(p, "Hello"));
  t.expect_forward(p.bob, p.alice, "Hello");
  t.receipts(p.bob).send_byte_by_byte(to_frame(two_socket::Received{p.alice.name}));
  t.take_report(p.alice, p.bob.name);
}

void register_byte_by_byte(Trial& t) {
  const std::string name = t.name("slow");
  Link& sending = t.connect("slow, sending");
  sending.send_byte_by_byte(to_frame(two_socket::Register{t.first(), name}));
  sending.expect(registered(t.first(), name));
  Link& receiving = t.connect("slow, receiving");
  receiving.send_byte_by_byte(to_frame(two_socket::Register{t.second(), name}));
  receiving.expect(registered(t.second(), name));
}

/// Cut at every place where a header ends or a body begins, with a fence between the pieces: the server has
/// read the first when the second is sent.
void cut_at_boundaries(Trial& t) {
  const Pair p(t);
  const std::string frame = send_frame(p, "Hello");
  const std::size_t line = frame.find('\n');
  const std::size_t header = frame.find("\n\n");
  for (const std::size_t cut :
       {std::size_t{2}, line, line + 1, header, header + 1, header + 2, header + 4, frame.size() - 1}) {
    p.alice.sending->send(frame.substr(0, cut));
    t.fence();
    p.alice.sending->send(frame.substr(cut));
    expect(t, p, "Hello");
  }
}

void long_body_in_pieces(Trial& t) {
  const Pair p(t);
  std::string body(900, 'x');  // fits into the buffers of most

  for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i % 26);
  const std::string frame = send_frame(p, body);
  std::vector<std::size_t> cuts;
  // The header stays whole: where it may be cut is another case's affair.
  for (std::size_t cut = frame.find("\n\n") + 2 + t.random()() % 150; cut < frame.size();
       cut += 1 + t.random()() % 150)
    cuts.push_back(cut);
  p.alice.sending->send_in_pieces(frame, cuts);
  expect(t, p, body);
}

void two_sends(Trial& t) {
  const Pair p(t);
  p.alice.sending->send(send_frame(p, "one") + send_frame(p, "two"));
  for (const std::string_view body : {"one", "two"}) {
    t.expect_forward(p.bob, p.alice, body);
    t.acknowledge(p.bob, p.alice);
  }
  t.take_report(p.alice, p.bob.name);
  t.take_report(p.alice, p.bob.name);
}

void register_and_send(Trial& t) {
  const User bob = t.sign_on("bob");
  const std::string name = t.name("hasty");
  Link& receiving = t.connect_for("hasty, receiving", Channel::to_recv, name);
  Link& sending = t.connect("hasty, sending");
  sending.send(to_frame(two_socket::Register{Channel::to_send, name}) +
               to_frame(two_socket::Send{bob.name, "hi"}));
  sending.expect(registered(Channel::to_send, name));
  const User hasty{name, &sending, &receiving};
  t.expect_forward(bob, hasty, "hi");
  t.end_exchange(hasty, bob);
}

void trailing_half(Trial& t) {
  const Pair p(t);
  const std::string second = send_frame(p, "two");
  p.alice.sending->send(send_frame(p, "one") + second.substr(0, 7));
  expect(t, p, "one");
  p.alice.sending->send(second.substr(7));
  expect(t, p, "two");
}

void exact_answers(Trial& t) {
  const User bob = t.sign_on("bob");
  const std::string name = t.name("alice");
  Link& sending = t.connect("alice, sending");
  Link& receiving = t.connect("alice, receiving");
  const User alice{name, &sending, &receiving};
  for (const Channel channel : {t.first(), t.second()}) {
    Link& link = channel == Channel::to_send ? sending : receiving;
    link.send(to_frame(two_socket::Register{channel, name}));
    const std::string line =
        (channel == Channel::to_send ? "REGISTERED TOSEND " : "REGISTERED TORECV ") + name;
    link.expect_bytes(line + "\n\n", line + t.settings().dialect.register_end);
  }
  for (const std::string_view body : {"hi", "on"}) {
    t.send(bob, name, body);
    receiving.expect_bytes("FORWARD " + bob.name + "\nContent-length: 2\n\n" + std::string(body));
    t.acknowledge({name, &sending, &receiving}, bob);
    if (t.settings().lacking.reports) continue;
    Link& answers = t.answers(bob);
    const Frame report = answers.expect(delivered(t.settings(), name));
    const auto& recipient = std::get<two_socket::Delivered>(report.event).recipient;
    const std::string line = report.bytes.substr(0, report.bytes.find(' ')) + ' ' + std::string(recipient);
    if (report.bytes != line + '\n') answers.fail(line, report);
    answers.expect_bytes("\n");  // the second LF of the report
  }
  sending.send(to_frame(two_socket::Send{t.name("nobody"), "hi"}));
  t.answers(alice).expect(any_error());
  t.answers(alice).expect_bytes("\n");
}

void messages_end(Trial& t) {
  const std::string name = t.name("alice");
  Link& link = t.connect("alice, sending");
  link.send(to_frame(two_socket::Register{t.first(), name}));
  (void)link.expect(registered(t.first(), name));
  const bool has_empty_line = std::ranges::count(t.settings().dialect.register_end, '\n') > 1;
  if (has_empty_line) link.expect_line_end("the empty line that ends REGISTERED");
}

void report_ends(Trial& t) {
  const Pair p(t);
  for (int i = 0; i < 2; ++i) {
    t.begin_exchange(p.alice, p.bob);
    t.acknowledge(p.bob, p.alice);
    Link& answers = t.answers(p.alice);
    const Frame frame = answers.expect(delivered(t.settings(), p.bob.name));
    const std::string end = "the empty line that ends the report";
    if (!t.settings().dialect.report_line_end) continue;
    if (frame.lacks_line_end) answers.fail("a line end, and " + end, frame);
    answers.expect_line_end(end);
  }
}

void nothing_behind_body(Trial& t) {
  const Pair p(t);
  for (int i = 0; i < 2; ++i) {
    t.begin_exchange(p.alice, p.bob);
    t.end_exchange(p.alice, p.bob);
  }
  t.fence();
  p.bob.receiving->expect_no_bytes("nothing behind the body, which has as many bytes as its header says");
}

void one_write(Trial& t) {
  const Pair p(t);
  for (int i = 0; i < 10; ++i) {
    t.send(p.alice, p.bob.name, "a message in one piece");
    const Frame frame = p.bob.receiving->expect(forward(p.alice.name, "a message in one piece"));
    if (frame.pieces > 1)
      t.fail("each FORWARD in one piece", "one in " + std::to_string(frame.pieces) + " pieces");
    t.end_exchange(p.alice, p.bob);
  }
}

/// Two users sign on and one message is delivered, with these bytes for the end of a line and of a block.
void chat_with(Trial& t, const std::string& line_end, const std::string& block_end,
               const std::string& bodiless_end) {
  const auto sign_on = [&](std::string_view stem) {
    const Dialect& dialect = t.settings().dialect;
    if (dialect.register_end != "\n\n" || dialect.torecv_first) return t.sign_on(stem);
    User user{t.name(stem), &t.connect(std::string(stem) + ", sending"),
              &t.connect(std::string(stem) + ", receiving")};
    user.sending->send("REGISTER TOSEND " + user.name + bodiless_end);
    user.sending->expect(registered(Channel::to_send, user.name));
    user.receiving->send("REGISTER TORECV " + user.name + bodiless_end);
    user.receiving->expect(registered(Channel::to_recv, user.name));
    return user;
  };
  const User alice = sign_on("alice");
  const User bob = sign_on("bob");
  alice.sending->send("SEND " + bob.name + line_end + "Content-length: 5" + block_end + "Hello");
  t.expect_forward(bob, alice, "Hello");
  t.receipts(bob).send("RECEIVED " + alice.name + bodiless_end);
  t.take_report(alice, bob.name);
}

void line_ends(Trial& t, const std::string& line_end, const std::string& blank_line) {
  chat_with(t, line_end, line_end + blank_line, line_end + blank_line);
}

void single_line_feed(Trial& t) {
  chat_with(t, "\n", "\n\n", "\n");
}

void blank_lines_before(Trial& t) {
  const Pair p(t);
  deliver_raw(t, p, send_frame(p, "one"), "one");
  p.alice.sending->send("\n");  // a line feed behind the body
  t.fence();
  deliver_raw(t, p, "\n\n" + send_frame(p, "two"), "two");
}

void long_header(Trial& t) {
  const Pair p(t);
  std::string frame = "SEND " + p.bob.name + "\nContent-length: 2\nX-Filler: ";
  frame += std::string(4096 - frame.size() - 2, 'x') + "\n\n";
  deliver_raw(t, p, frame + "hi", "hi");
}

void error_codes(Trial& t) {
  const User alice = t.sign_on("alice");
  t.send(alice, t.name("nobody"), "x");
  Link& answers = t.answers(alice);
  const auto came = answers.receive();
  const auto* frame = std::get_if<Frame>(&came);
  if (frame == nullptr) answers.fail("ERROR and a code", std::get<WaitEnd>(came));
  const auto* error = std::get_if<two_socket::Error>(&frame->event);
  const bool is_known = error != nullptr && ((error->code >= 100 && error->code <= 103) ||
                                             error->code == t.settings().dialect.code_for(102));
  if (!is_known) answers.fail("ERROR and a code from 100 to 103", *frame);
}

void delivered_words(Trial& t) try {
  const Pair p(t);
  t.begin_exchange(p.alice, p.bob);
  t.acknowledge(p.bob, p.alice);
  const Expected report = delivered(t.settings(), p.bob.name);
  Link& answers = t.answers(p.alice);
  const auto came = answers.receive();
  if (const auto* frame = std::get_if<Frame>(&came)) {
    if (std::holds_alternative<two_socket::Delivered>(frame->event) &&
        !report.matches(frame->event, frame->bytes))
      answers.fail(report.text, *frame);
  } else if (const auto& end = std::get<WaitEnd>(came); end.kind == WaitEnd::Kind::garbage) {
    answers.fail(report.text, end);
  }
  // That a report comes at all is D1.2's affair.
} catch (CaseFailed& failed) {
  failed.failure.without = failed.failure.in_set_up ? Without::nothing : Without::judged;
  throw;
}

}  // namespace

std::vector<Case> piece_cases() {
  const std::string_view one_recv = "Each call of recv is taken for one message.";
  return {
      {"F1.1-empty-line",
       "messages of the server end with an empty line",
       {signs_on},
       "The answer lacks its second \\n.",
       messages_end},
      {"F3.1-byte-by-byte", "SEND and RECEIVED one byte at a time", {delivers}, one_recv, byte_by_byte},
      {"F3.1-register", "REGISTER one byte at a time", {signs_on}, one_recv, register_byte_by_byte},
      {"F3.1-boundaries",
       "SEND cut where lines, header and body meet",
       {"F3.1-byte-by-byte"},
       one_recv,
       cut_at_boundaries},
      {"F3.1-long-body",
       "a SEND of 900 bytes whose body comes in many pieces",
       {delivers},
       "The body is read with one call of recv.",
       long_body_in_pieces},
      {"F3.2-two-sends",
       "two SENDs in one piece",
       {delivers, "F1.1-report"},
       "What recv returned behind the first message is thrown away, or taken for its body.",
       two_sends},
      {"F3.2-register-and-send",
       "REGISTER and SEND in one piece",
       {"F3.2-two-sends", "R4.2-receiving-first"},
       "What came behind REGISTER is thrown away.",
       register_and_send},
      {"F3.3-trailing-half",
       "a SEND and the beginning of the next in one piece",
       {"F3.2-two-sends", "F3.1-byte-by-byte"},
       "The server waits for the rest of the second message before it acts on the first, or loses it.",
       trailing_half},
  };
}

std::vector<Case> framing_cases() {
  return {
      {"F1.1-report",
       "the report of a delivery ends with an empty line",
       {delivers},
       "The report lacks its line end, or the empty line behind it.",
       report_ends},
      {"F2.8-nothing-behind",
       "nothing comes behind the body of a FORWARD",
       {delivers},
       "A line end is written behind the body that Content-length does not count: the next message begins "
       "with it.",
       nothing_behind_body},
      {"F1.2-crlf",
       "CR LF at the end of lines",
       {delivers},
       "",
       [](Trial& t) { line_ends(t, "\r\n", "\r\n"); }},
      {"F1.2-blank-line",
       "an \"empty\" line with a blank in it",
       {delivers},
       "",
       [](Trial& t) { line_ends(t, "\n", " \n"); }},
      {"F1.2-trailing-blank",
       "a blank behind the name",
       {delivers},
       "",
       [](Trial& t) { line_ends(t, " \n", "\n"); }},
      {"F1.3-single-line-feed",
       "one LF at the end of a message without a body",
       {delivers},
       "",
       single_line_feed},
      {"F1.4-blank-lines-before",
       "blank lines before a request",
       {delivers},
       "A stray blank line is taken for a request.",
       blank_lines_before},
      {"F1.5-exact",
       "the server's messages, byte by byte",
       {delivers, "F1.1-empty-line", "F1.1-report", "F2.8-nothing-behind"},
       "Blanks or line feeds too many.",
       exact_answers},
      {"F4.1-one-write",
       "each FORWARD comes in one piece",
       {delivers},
       "Header and body are written apart.",
       one_write},
      {"L1.1-long-header",
       "a header block of 4,096 bytes",
       {"F2.6-other-headers"},
       "The header is read into a buffer that is too small.",
       long_header},
      {known_word,
       "the word that reports a delivery",
       {passes_on},
       "The word is another than SENT or SEND.",
       delivered_words},
      {"M3.1-codes", "errors begin with ERROR and a code", {signs_on}, "The code is missing.", error_codes},
  };
}

}  // namespace parley::conform
