// What the sender is told, and what a RECEIVED stands for: D2, D5, D6, M2.
#include <chrono>

#include "tests/conformance/cases/tables.hpp"

namespace parley::conform {

using two_socket::Channel;

namespace {

// Long enough for most servers to act; nothing depends on whether they did.
constexpr std::chrono::milliseconds look_time{50};

/// An exchange whose report waits for the receipt.
void exchange_slowly(Trial& t, const Pair& p, const std::string& expected) {
  t.call_bystanders();
  t.begin_exchange(p.alice, p.bob);
  t.fence();
  t.answers(p.alice).expect_nothing(expected);
  t.end_exchange(p.alice, p.bob);
}

void no_early_report(Trial& t) {
  exchange_slowly(t, Pair(t), "no answer before bob has said RECEIVED");
}

void one_answer(Trial& t) {
  const Pair p(t);
  for (int i = 0; i < 3; ++i) {
    const User carol = t.sign_on("carol", t.name("carol") + static_cast<char>('a' + i));
    t.exchange(p.alice, p.bob);
    t.send(p.alice, t.name("nobody"), "x");
    t.expect_some_answer(p.alice);
    t.exchange(p.alice, p.bob);
    t.begin_exchange(p.alice, carol);
    t.receipts(carol).send(rejection);  // no clause asks her to stay
    t.expect_some_answer(p.alice);
  }
  t.begin_exchange(p.alice, p.bob);
  t.acknowledge(p.bob, p.alice);
  t.expect_delivered(p.alice, p.bob.name);
}

void pipelined_order(Trial& t) {
  const Pair p(t);
  const User carol = t.sign_on("carol");
  const std::string nobody = t.name("nobody");
  p.alice.sending->send(
      to_frame(two_socket::Send{p.bob.name, "one"}) + to_frame(two_socket::Send{nobody, "two"}) +
      to_frame(two_socket::Send{carol.name, "three"}) + to_frame(two_socket::Send{nobody, "four"}));
  t.expect_forward(p.bob, p.alice, "one");
  // A server may pass the third on before the first is answered, or not; its answer must not overtake either
  // way.
  const bool carol_first = carol.receiving->wait_for_input(look_time);
  const auto serve_carol = [&] {
    t.expect_forward(carol, p.alice, "three");
    t.acknowledge(carol, p.alice);
  };
  if (carol_first) {
    serve_carol();
    t.exchange(p.bob, carol);  // so the server has seen carol's receipt
  }
  t.acknowledge(p.bob, p.alice);
  if (!carol_first) serve_carol();
  t.expect_delivered(p.alice, p.bob.name);
  t.expect_some_error(p.alice);
  t.expect_delivered(p.alice, carol.name);
  t.expect_some_error(p.alice);
}

void body_of_refused_consumed(Trial& t) {
  const Pair p(t);
  t.send(p.alice, t.name("nobody"), "REGISTER TOSEND somebody");
  t.expect_some_answer(p.alice);
  t.exchange(p.alice, p.bob, "honest");
}

void to_self(Trial& t) {
  const User alice = t.sign_on("alice");
  t.exchange(alice, alice, "note to self");
}

void any_receipt_name(Trial& t) {
  const Pair p(t);
  for (const std::string& receipt :
       {"RECEIVED " + p.bob.name, std::string("RECEIVED somebody"), std::string("RECEIVED")}) {
    t.begin_exchange(p.alice, p.bob);
    t.receipts(p.bob).send(receipt + "\n\n");
    t.expect_delivered(p.alice, p.bob.name);
  }
}

void receipt_on_sending_socket(Trial& t) {
  const Pair p(t);
  t.begin_exchange(p.alice, p.bob);
  p.bob.sending->send(to_frame(two_socket::Received{p.alice.name}));
  t.expect_delivered(p.alice, p.bob.name);
}

void idle_receipt(Trial& t) {
  const Pair p(t);
  t.acknowledge(p.bob, p.alice);
  t.fence();
  p.bob.receiving->expect_nothing("nothing, and no end, for a RECEIVED that answers nothing");
  // Whatever is said to this on the same socket, the stray receipt has been read before (R3.2).
  p.bob.receiving->send(to_frame(two_socket::Register{Channel::to_recv, p.bob.name}));
  const bool has_been_read = std::holds_alternative<Frame>(p.bob.receiving->receive());
  exchange_slowly(t, p, "no answer before bob has said RECEIVED to this message");
  if (!has_been_read) t.cannot_show("R3.2-again");
}

void delivered_word(Trial& t) {
  if (t.settings().lacking.word) t.cannot_show(known_word);
  const Pair p(t);
  t.begin_exchange(p.alice, p.bob);
  t.acknowledge(p.bob, p.alice);
  const Frame frame = t.answers(p.alice).expect(delivered(t.settings(), p.bob.name));
  // Blanks and line ends are F1.5's affair.
  const auto& report = std::get<two_socket::Delivered>(frame.event);
  const std::string& word = t.settings().dialect.delivered_words.front();
  if (!frame.bytes.starts_with(word) || report.recipient != p.bob.name)
    t.answers(p.alice).fail(word + ' ' + p.bob.name, frame);
}

}  // namespace

std::vector<Case> answer_cases() {
  return {
      {"D2.1-no-early-report",
       "no report before RECEIVED",
       {delivers, "D3.2-slow-recipient"},
       "SENT is written when the message has been passed on, not when it was acknowledged.",
       no_early_report},
      {"D2.2-one-answer",
       "one answer to each SEND",
       {"D1.5-unknown"},
       "A SEND is answered twice, or an error is followed by a report.",
       one_answer},
      {"D2.3-pipelined",
       "answers come in the order of the SENDs",
       {"F3.2-two-sends", "D1.5-unknown"},
       "Answers are written as they become known, by whichever thread knows them first.",
       pipelined_order},
      {"D2.4-body-consumed",
       "the body of a SEND that fails is no request",
       {delivers},
       "The body of a SEND to an unknown user is left in the stream and read as the next request.",
       body_of_refused_consumed},
      {"D6.1-to-self",
       "a message to oneself",
       {delivers},
       "The server excludes the sender, or deadlocks on its own lock.",
       to_self},
      {"D5.1-any-name",
       "RECEIVED with another name, or none",
       {delivers},
       "The name behind RECEIVED is compared.",
       any_receipt_name},
      {"D5.2-sending-socket", "RECEIVED on the TOSEND socket", {delivers}, "", receipt_on_sending_socket},
      {"D5.3-answers-nothing",
       "RECEIVED when nothing was forwarded",
       {"D2.1-no-early-report"},
       "A RECEIVED that answers nothing is kept and taken for the next message's.",
       idle_receipt},
      {"M2.2-sent",
       "the report is SENT and the recipient's name",
       {delivers},
       "The report is SEND, or names somebody else.",
       delivered_word},
  };
}

}  // namespace parley::conform
