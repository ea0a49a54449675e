#include <algorithm>

#include "protocol/user_name.hpp"
#include "tests/conformance/cases/tables.hpp"

namespace parley::conform {

using two_socket::ErrorCode;

namespace {

enum class Receipts { all, all_but_last };

/// A sender and three recipients.
struct Crowd {
  explicit Crowd(Trial& t) : alice(t.sign_on("alice")) {
    for (const auto* stem : {"bob", "carol", "dave"}) others.push_back(t.sign_on(stem));
  }

  void expect_forwards(Trial& t, std::string_view body) const {
    for (const User& other : others) t.expect_forward(other, alice, body);
  }

  void acknowledge_all(Trial& t) const {
    for (const User& other : others) t.acknowledge(other, alice);
  }

  /// Takes each FORWARD and acknowledges it before the next is looked for: works with a server that goes
  /// round, and with one whose round comes back to the sender. Returns who was the last.
  const User& serve_one_by_one(Trial& t, std::string_view body, Receipts receipts = Receipts::all) {
    constexpr std::chrono::milliseconds short_look_time{1};
    std::vector<const User*> left;
    for (const User& other : others) left.push_back(&other);
    const auto deadline = std::chrono::steady_clock::now() + t.settings().timeout;
    for (;;) {
      const auto ready = std::ranges::find_if(
          left, [&](const User* user) { return user->receiving->wait_for_input(short_look_time); });
      if (ready == left.end() && std::chrono::steady_clock::now() < deadline) {
        take_own_copy(t);
        continue;
      }
      const User* user = ready == left.end() ? left.front() : *ready;
      t.expect_forward(*user, alice, body);
      const bool is_last = left.size() == 1;
      if (!is_last || receipts == Receipts::all) t.acknowledge(*user, alice);
      if (is_last) return *user;
      std::erase(left, user);
    }
  }

  /// SENT ALL, or SEND ALL.
  void expect_report(Trial& t) const {
    const Frame frame = t.answers(alice).expect(delivered(t.settings(), "ALL"));
    if (!is_broadcast_name(std::get<two_socket::Delivered>(frame.event).recipient))
      t.answers(alice).fail("SENT ALL", frame);
  }

  /// The server has time for an answer, where it gives some.
  void expect_some_answer(Trial& t) const {
    if (!t.settings().lacking.reports) t.expect_some_answer(alice);
  }

  User alice;
  std::vector<User> others;
  bool has_own_copy = false;  ///< the sender was sent its own message

 private:
  void take_own_copy(Trial& t) {
    if (has_own_copy || !alice.receiving->has_input()) return;
    const auto came = alice.receiving->receive();
    const auto* frame = std::get_if<Frame>(&came);
    has_own_copy = frame != nullptr && std::holds_alternative<two_socket::Forward>(frame->event);
    if (has_own_copy) t.acknowledge(alice, alice);
  }
};

void everyone(Trial& t) {
  Crowd c(t);
  t.send(c.alice, "ALL", "Hello all");
  c.serve_one_by_one(t, "Hello all");
}

void reported(Trial& t) {
  Crowd c(t);
  t.send(c.alice, "ALL", "Hello all");
  const User& last = c.serve_one_by_one(t, "Hello all", Receipts::all_but_last);
  t.fence();
  t.answers(c.alice).expect_nothing("no answer before the last recipient has said RECEIVED");
  t.acknowledge(last, c.alice);
  c.expect_report(t);
  // One answer for one SEND, and not one for each recipient: the next one is another's.
  t.send(c.alice, t.name("nobody"), "x");
  t.expect_some_error(c.alice);
}

void not_to_oneself(Trial& t) {
  Crowd c(t);
  t.send(c.alice, "ALL", "Hello all");
  c.serve_one_by_one(t, "Hello all");
  if (c.has_own_copy) t.fail("no copy of alice's own message", "FORWARD " + c.alice.name);
  if (t.settings().lacking.reports) t.fence();
  if (t.settings().lacking.reports ||
      &t.first_with_input(*c.alice.receiving, *c.alice.sending) != &t.answers(c.alice))
    c.alice.receiving->expect_nothing("no copy of alice's own message");
  t.take_report(c.alice, "ALL");
  t.exchange(c.others.front(), c.alice);
}

void one_refuses(Trial& t) {
  Crowd c(t);
  t.send(c.alice, "ALL", "Hello all");
  // Whoever is first refuses, so that a server that goes round would stop there.
  t.expect_forward(c.others[0], c.alice, "Hello all");
  t.receipts(c.others[0]).send(rejection);
  for (std::size_t i = 1; i < c.others.size(); ++i) {
    t.expect_forward(c.others[i], c.alice, "Hello all");
    t.acknowledge(c.others[i], c.alice);
  }
}

void failure_reported(Trial& t) {
  Crowd c(t);
  t.send(c.alice, "ALL", "Hello all");
  // The second of three, so that neither the first receipt nor the last can decide; in turn, for a server
  // that goes round.
  for (const User& other : c.others) {
    t.expect_forward(other, c.alice, "Hello all");
    if (&other == &c.others[1])
      t.receipts(other).send(rejection);
    else
      t.acknowledge(other, c.alice);
  }
  t.expect_error(c.alice, ErrorCode::unable_to_send);
}

void one_leaves(Trial& t) {
  Crowd c(t);
  t.send(c.alice, "ALL", "Hello all");
  t.expect_forward(c.others[0], c.alice, "Hello all");
  end_properly(c.others[0]);
  for (std::size_t i = 1; i < c.others.size(); ++i) {
    t.expect_forward(c.others[i], c.alice, "Hello all");
    t.acknowledge(c.others[i], c.alice);
  }
  c.expect_some_answer(t);
  t.exchange(c.alice, c.others[1]);
}

void after_departure(Trial& t) {
  Crowd c(t);
  const User gone = c.others.front();
  c.others.erase(c.others.begin());
  end_properly(gone);
  for (const User& other : c.others) t.exchange(c.alice, other);  // the server has had time to notice
  t.send(c.alice, "ALL", "Hello all");
  c.serve_one_by_one(t, "Hello all");
  c.expect_some_answer(t);
}

void all_at_once(Trial& t) {
  Crowd c(t);
  t.send(c.alice, "ALL", "Hello all");
  c.expect_forwards(t, "Hello all");  // nobody has acknowledged yet
  c.acknowledge_all(t);
  t.take_report(c.alice, "ALL");
}

void alone(Trial& t) {
  const User alice = t.sign_on("alice");
  t.send(alice, "ALL", "Anybody?");
  t.expect_error(alice, ErrorCode::unable_to_send);
  t.exchange(alice, t.sign_on("bob"));
}

void any_case(Trial& t) {
  Crowd c(t);
  t.send(c.alice, fold_case(t.settings().dialect.broadcast_word), "Hello all");
  c.serve_one_by_one(t, "Hello all");
  t.take_report(c.alice, "ALL");
}

void two_at_once(Trial& t) {
  const User alice = t.sign_on("alice");
  const User bob = t.sign_on("bob");
  t.send(alice, "ALL", "from alice");
  t.send(bob, "ALL", "from bob");
  t.expect_forward(bob, alice, "from alice");
  t.expect_forward(alice, bob, "from bob");
  t.acknowledge(bob, alice);
  t.acknowledge(alice, bob);
  t.take_report(alice, "ALL");
  t.take_report(bob, "ALL");
}

}  // namespace

std::vector<Case> broadcast_cases() {
  const std::string_view stops = "The loop over the recipients ends at the first one that fails.";
  std::vector<Case> cases{
      {"D4.1-everyone",
       "a broadcast reaches every other user",
       {passes_on},
       "ALL is looked up as a user's name, or the loop forgets somebody.",
       everyone},
      {"D4.3-reported",
       "a broadcast is answered once, when all have acknowledged",
       {"D4.1-everyone", "D2.1-no-early-report"},
       "The sender gets an answer for each recipient, or none.",
       reported},
      {"D4.1-after-departure",
       "a broadcast after somebody has left reaches the others, and is answered",
       {"D4.1-everyone", delivers},
       "The loop over the recipients ends at one who has left earlier.",
       after_departure},
      {"D4.2-not-to-oneself",
       "a broadcast does not come back",
       {"D4.1-everyone", delivers},
       "The loop over all users does not leave the sender out.",
       not_to_oneself},
      {"D4.5-one-refuses",
       "a broadcast that one refuses reaches the others",
       {"D4.1-everyone"},
       stops,
       one_refuses},
      {"D4.5-one-leaves",
       "a broadcast from which one leaves reaches the others, and is answered",
       {"D4.1-everyone", "D1.7-recipient-leaves"},
       stops,
       one_leaves},
      {"D4.4-failure-reported",
       "a broadcast that one refuses is answered with ERROR 102",
       {"D4.5-one-refuses", "D2.1-no-early-report"},
       "SENT ALL is written whatever the recipients answered.",
       failure_reported},
      {"D4.6-all-at-once",
       "a broadcast does not wait for one recipient before the next",
       {"D4.1-everyone", delivers},
       "Each recipient's receipt is awaited before the next recipient is sent anything: a slow one delays "
       "all.",
       all_at_once},
      {"D4.7-alone",
       "a broadcast when nobody else is there",
       {delivers},
       "A loop over nobody gives no answer, or SENT.",
       alone},
      {"D4.8-any-case", "a broadcast to all in small letters", {"D4.1-everyone", delivers}, "", any_case},
      {"D3.4-two-broadcasts",
       "two broadcasts at the same moment",
       {"D4.2-not-to-oneself", "D3.2-slow-recipient"},
       "A lock is held during the whole broadcast, or receipts are read by the wrong thread.",
       two_at_once},
  };
  for (Case& one : cases) {
    one.is_broadcast = true;
    one.leaves_early = one.id == "D4.5-one-leaves" || one.id == "D4.1-after-departure";
  }
  return cases;
}

}  // namespace parley::conform
