// What becomes of a message, and what its recipient makes of it: D1.
#include <algorithm>
#include <chrono>

#include "tests/conformance/cases/tables.hpp"

namespace parley::conform {

using two_socket::ErrorCode;

namespace {

void forwards(Trial& t) {
  const Pair p(t);
  t.begin_exchange(p.alice, p.bob);
}

/// Messages go on arriving, whatever is told of them.
bool goes_on_passing(Trial& t) try {
  const User carol = t.sign_on("carol");
  const User dave = t.sign_on("dave");
  for (const std::string_view body : {"Hello", "And again"}) {
    t.send(carol, dave.name, body);
    for (bool has_come = false; !has_come;) {
      const auto came = dave.receiving->receive();
      const auto* frame = std::get_if<Frame>(&came);
      if (frame == nullptr) return false;
      has_come = std::holds_alternative<two_socket::Forward>(frame->event);
    }
    t.acknowledge(dave, carol);
  }
  return true;
} catch (const CaseFailed&) {
  return false;
}

/// A RECEIVED on the other socket is understood.
bool listens_on_to_send(Trial& t) try {
  const User erin = t.sign_on("erin");
  const User frank = t.sign_on("frank");
  t.begin_exchange(erin, frank);
  frank.sending->send(to_frame(two_socket::Received{erin.name}));
  t.expect_delivered(erin, frank.name);
  return true;
} catch (const CaseFailed&) {
  return false;
}

void unicast(Trial& t) try {
  const Pair p(t);
  t.exchange(p.alice, p.bob, "Hello");
  t.exchange(p.bob, p.alice, "Hello yourself");
  t.exchange(p.alice, p.bob, "And again");
} catch (CaseFailed& failed) {
  if (t.is_seen_apart(goes_on_passing))
    failed.failure.without = Without::judged;
  else if (t.is_seen_apart(listens_on_to_send))
    failed.failure.without = Without::judged_with_receipts_on_to_send;
  throw;
}

void right_recipient(Trial& t) {
  const Pair p(t);
  const User carol = t.sign_on("carol");
  t.exchange(p.alice, p.bob, "for bob");
  t.exchange(p.alice, carol, "for carol");
  t.exchange(p.bob, carol, "from bob");
}

/// The recipient answers so, and the sender is told that.
void refuse(Trial& t, const Pair& p, std::string_view answer, ErrorCode told) {
  t.begin_exchange(p.alice, p.bob);
  t.receipts(p.bob).send(answer);
  t.expect_error(p.alice, told);
}

void rejected(Trial& t) {
  const Pair p(t);
  refuse(t, p, rejection, ErrorCode::header_incomplete);
  t.exchange(p.alice, t.sign_on("carol"));  // no clause asks bob to stay
}

/// Whatever the server makes of a rejection, it makes the same of one in other words.
void other_phrase(Trial& t) {
  const User alice = t.sign_on("alice");
  int code = 0;
  for (const std::string_view answer : {rejection, std::string_view("ERROR 103 cannot parse this\n\n")}) {
    const User bob = t.sign_on("bob", t.name(code == 0 ? "bob" : "carol"));
    t.begin_exchange(alice, bob);
    t.receipts(bob).send(answer);
    const Frame frame = alice.sending->expect(any_error());
    const int told = std::get<two_socket::Error>(frame.event).code;
    if (code != 0 && told != code)
      alice.sending->fail("ERROR " + std::to_string(code) + ", as for another phrase", frame);
    code = told;
  }
}

void other_error(Trial& t) {
  refuse(t, Pair(t), "ERROR 102 Unable to send\n\n", ErrorCode::unable_to_send);
}

void unknown_user(Trial& t) {
  const Pair p(t);
  t.exchange(p.alice, p.bob);
  t.send(p.alice, t.name("nobody"), "Hello?");
  t.expect_error(p.alice, ErrorCode::unable_to_send);
  t.exchange(p.alice, p.bob);  // bob was not sent what was for nobody
}

void malformed_recipient(Trial& t) {
  const Pair p(t);
  for (const std::string_view recipient : {"al ice", "a-b", ""}) {
    p.alice.sending->send("SEND " + std::string(recipient) + "\nContent-length: 2\n\nhi");
    t.expect_some_error(p.alice);  // its code is D1.5's affair
  }
  t.exchange(p.alice, p.bob);
}

void recipient_dies(Trial& t, void (*end)(const User&)) {
  const Pair p(t);
  t.begin_exchange(p.alice, p.bob, "Are you there?");
  end(p.bob);
  t.expect_error(p.alice, ErrorCode::unable_to_send);
  t.exchange(p.alice, t.sign_on("carol"));
}

void silent_recipient(Trial& t) {
  const Pair p(t);
  t.take_time();
  t.begin_exchange(p.alice, p.bob, "Are you there?");
  t.answers(p.alice).expect(error(t.settings(), ErrorCode::unable_to_send), t.settings().receipt_time);
}

/// Several senders wait for a recipient who takes a third of the receipt time for each.
void answered_in_time(Trial& t) {
  using Clock = std::chrono::steady_clock;
  using std::chrono::milliseconds;
  if (t.settings().lacking.reports) t.cannot_show(delivers);
  const User bob = t.sign_on("bob");
  std::vector<User> waiting;
  for (const char* stem : {"alice", "carol", "dave", "erin", "frank"}) waiting.push_back(t.sign_on(stem));
  t.take_time();
  const auto time = t.settings().receipt_time;
  const auto begin = Clock::now();
  const auto end = begin + time + milliseconds{1000};
  for (const User& sender : waiting) t.send(sender, bob.name, "Hello");
  for (int receipts = 1; !waiting.empty() && Clock::now() < end; ++receipts) {
    const auto next_receipt = std::min(begin + receipts * time / 3, end);
    while (!waiting.empty() && Clock::now() < next_receipt)
      std::erase_if(waiting, [&](const User& sender) {
        Link& answers = t.answers(sender);
        if (!answers.wait_for_input(milliseconds{5})) return false;
        const auto answer = answers.receive();
        if (const auto* const over = std::get_if<WaitEnd>(&answer)) answers.fail("an answer", *over);
        return true;
      });
    if (!bob.receiving->has_input()) continue;
    const auto message = bob.receiving->receive();
    if (const auto* const frame = std::get_if<Frame>(&message))
      if (const auto* const forward = std::get_if<two_socket::Forward>(&frame->event))
        t.receipts(bob).send(to_frame(two_socket::Received{forward->sender}));
  }
  // On a busy machine a server may not have had the processor by then.
  wait_until_at_rest(t.settings().is_at_rest, t.settings().timeout);
  std::erase_if(waiting, [&](const User& sender) { return t.answers(sender).has_input(); });
  if (!waiting.empty())
    t.fail("an answer to each of 5 senders within the receipt time and a second",
           "none to " + std::to_string(waiting.size()) + " of them");
}

void late_receipt(Trial& t) {
  const Pair p(t);
  t.take_time();
  t.begin_exchange(p.alice, p.bob, "first");
  t.answers(p.alice).expect(error(t.settings(), ErrorCode::unable_to_send), t.settings().receipt_time);
  // Whether bob is still there is the server's choice; what it says of the second message must be true.
  t.send(p.alice, p.bob.name, "second");
  if (&t.first_with_input(t.answers(p.alice), *p.bob.receiving) == &t.answers(p.alice))
    return t.expect_some_error(p.alice);
  if (std::holds_alternative<WaitEnd>(p.bob.receiving->receive())) return t.expect_some_error(p.alice);
  t.acknowledge(p.bob, p.alice);  // the first, too late
  t.fence();
  t.answers(p.alice).expect_nothing("no report on the second message for the receipt of the first");
}

}  // namespace

std::vector<Case> delivery_cases() {
  const std::string_view dies =
      "The thread that waits for the receipt ends with an exception, or goes on waiting, when the "
      "recipient's socket ends.";
  return {
      {passes_on,
       "a message is passed on",
       {signs_on},
       "FORWARD must name the sender and go out on the socket that registered TORECV.",
       forwards},
      {delivers,
       "messages are reported as delivered",
       {passes_on, known_word},
       "After RECEIVED the sender must get SENT on its TOSEND socket.",
       unicast},
      {"D1.1-right-recipient",
       "each of three users gets its own messages",
       {delivers},
       "The recipient of an earlier message is used again.",
       right_recipient},
      {"D1.3-rejected",
       "the recipient answers ERROR 103",
       {"D2.1-no-early-report", "D2.2-one-answer"},
       "The server does not hand the recipient's error on.",
       rejected},
      {"M3.2-other-phrase",
       "the recipient answers ERROR 103 with a phrase of its own",
       {"D2.1-no-early-report", "D2.2-one-answer"},
       "The whole line is compared instead of the code.",
       other_phrase},
      {"D1.4-other-error",
       "the recipient answers ERROR 102",
       {"D2.1-no-early-report"},
       "Only one error of the recipient is known, and any other leaves the sender waiting.",
       other_error},
      {"D1.5-unknown",
       "a message to a user who is not there",
       {"D2.4-body-consumed"},
       "The answer has another code, looking the name up ends without an answer, or the recipient of the "
       "last message is used.",
       unknown_user},
      {"D1.6-malformed",
       "a message to a name that can not be one",
       {delivers},
       "A malformed recipient ends the connection.",
       malformed_recipient},
      {"D1.7-recipient-leaves",
       "the recipient leaves in mid-delivery",
       {"D2.1-no-early-report"},
       dies,
       [](Trial& t) { recipient_dies(t, end_properly); }},
      {"D1.7-recipient-reset",
       "the recipient is killed in mid-delivery",
       {"D2.1-no-early-report"},
       dies,
       [](Trial& t) { recipient_dies(t, end_with_reset); }},
      {"D1.8-silent",
       "a recipient that never answers",
       {"D2.1-no-early-report"},
       "The wait for the recipient's answer has no limit.",
       silent_recipient},
      {"D1.9-in-time",
       "an answer in time to each of several senders to one slow recipient",
       {"D1.8-silent", "D3.2-slow-recipient"},
       "The receipt time begins when the FORWARD leaves, so that whoever waits behind others waits for the "
       "sum.",
       answered_in_time},
      {"D5.4-too-late",
       "a receipt that comes after its time",
       {"D1.8-silent"},
       "A RECEIVED that was given up is taken for the next message's.",
       late_receipt},
  };
}

}  // namespace parley::conform
