// Several users at the same time: D3, and D1.1 among many.
#include <map>
#include <set>

#include "tests/conformance/cases/tables.hpp"

namespace parley::conform {
namespace {

void slow_recipient(Trial& t) {
  const User alice = t.sign_on("alice");
  const User bob = t.sign_on("bob");
  const User carol = t.sign_on("carol");
  const User dave = t.sign_on("dave");
  t.begin_exchange(alice, bob, "take your time");
  t.exchange(carol, dave, "meanwhile");
  t.exchange(dave, carol, "meanwhile");
  t.end_exchange(alice, bob);
}

void one_at_a_time(Trial& t) {
  const User alice = t.sign_on("alice");
  const User bob = t.sign_on("bob");
  const User carol = t.sign_on("carol");
  t.call_bystanders();
  t.begin_exchange(alice, bob, "first");
  t.send(carol, bob.name, "second");
  t.fence();
  bob.receiving->expect_nothing("no second FORWARD before the first is answered");
  t.acknowledge(bob, alice);
  t.expect_forward(bob, carol, "second");
  t.acknowledge(bob, carol);
}

void order_of_sends(Trial& t) {
  const User alice = t.sign_on("alice");
  const User bob = t.sign_on("bob");
  constexpr int count = 30;
  std::string all;
  for (int i = 0; i < count; ++i) all += to_frame(two_socket::Send{bob.name, std::to_string(i)});
  alice.sending->send(all);
  for (int i = 0; i < count; ++i) {
    t.expect_forward(bob, alice, std::to_string(i));
    t.acknowledge(bob, alice);
  }
  for (int i = 0; i < count; ++i) t.take_report(alice, bob.name);
}

/// The recipient accepts the first message and rejects the second: each sender must hear its own outcome.
void own_outcome(Trial& t) {
  const User alice = t.sign_on("alice");
  const User carol = t.sign_on("carol");
  t.call_bystanders();
  for (int round = 0; round < 6; ++round) {
    // No clause asks one who has rejected a message to stay.
    const User bob = t.sign_on("bob", t.name("bob") + static_cast<char>('a' + round));
    for (const User* sender : {round % 2 == 0 ? &alice : &carol, round % 2 == 0 ? &carol : &alice})
      t.send(*sender, bob.name, "from " + sender->name);
    const auto take_one = [&] {
      const Frame frame = bob.receiving->expect(
          {"FORWARD from alice or carol", [&](const two_socket::Event& event, std::string_view) {
             const auto* message = std::get_if<two_socket::Forward>(&event);
             return message != nullptr && (message->sender == alice.name || message->sender == carol.name) &&
                    message->body == "from " + std::string(message->sender);
           }});
      return std::get<two_socket::Forward>(frame.event).sender == alice.name;
    };
    const bool alice_is_first = take_one();
    const User& lucky = alice_is_first ? alice : carol;
    const User& other = alice_is_first ? carol : alice;
    t.acknowledge(bob, lucky);
    if (take_one() == alice_is_first) t.fail("FORWARD from " + other.name, "another from " + lucky.name);
    if (round == 0) {
      t.fence();
      other.sending->expect_nothing("no answer before bob has given one");
    }
    t.receipts(bob).send(rejection);
    t.take_report(lucky, bob.name);
    t.expect_some_error(other);  // its code is D1.3's affair
  }
}

/// Eight senders at the same moment, again and again: nothing is lost, nothing is mixed. What they are told
/// is another case's affair.
void many_to_one(Trial& t) {
  constexpr int rounds = 25;
  const User bob = t.sign_on("bob");
  std::map<std::string, User> senders;
  for (const auto* stem : {"ann", "ben", "cat", "dan", "eve", "fay", "gus", "hal"}) {
    const User sender = t.sign_on(stem);
    senders.emplace(sender.name, sender);
  }
  for (int round = 0; round < rounds; ++round) {
    const std::string says = " says " + std::to_string(round);
    for (const auto& [name, sender] : senders) t.send(sender, bob.name, name + says);
    std::set<std::string> left;
    for (const auto& [name, sender] : senders) left.insert(name);
    while (!left.empty()) {
      const Frame frame = bob.receiving->expect(
          {"a FORWARD from each sender", [&](const two_socket::Event& event, std::string_view) {
             const auto* message = std::get_if<two_socket::Forward>(&event);
             if (message == nullptr) return false;
             const std::string sender(message->sender);
             return left.contains(sender) && message->body == sender + says;
           }});
      const std::string sender(std::get<two_socket::Forward>(frame.event).sender);
      left.erase(sender);
      t.acknowledge(bob, senders.at(sender));
    }
    if (t.settings().lacking.reports) continue;
    for (const auto& [name, sender] : senders) t.expect_some_answer(sender);
  }
}

void mutual(Trial& t) {
  const User alice = t.sign_on("alice");
  const User bob = t.sign_on("bob");
  for (int round = 0; round < 10; ++round) {
    t.send(alice, bob.name, "to bob");
    t.send(bob, alice.name, "to alice");
    t.expect_forward(bob, alice, "to bob");
    t.expect_forward(alice, bob, "to alice");
    t.acknowledge(bob, alice);
    t.acknowledge(alice, bob);
    t.take_report(alice, bob.name);
    t.take_report(bob, alice.name);
  }
}

void sender_leaves(Trial& t) {
  const User bob = t.sign_on("bob");
  for (const bool reset : {false, true}) {
    const User alice = t.sign_on("alice", t.name("alice") + (reset ? "r" : "e"));
    t.begin_exchange(alice, bob, "and I am gone");
    for (Link* link : {alice.sending, alice.receiving}) reset ? link->abort() : link->close();
    t.acknowledge(bob, alice);
  }
  t.exchange(t.sign_on("carol"), bob);
}

}  // namespace

std::vector<Case> concurrency_cases() {
  return {
      {"D3.2-slow-recipient",
       "others chat while one recipient has not answered",
       {delivers},
       "A lock is held, or the only thread waits, while a recipient's receipt is outstanding.",
       slow_recipient},
      {"D3.1-one-at-a-time",
       "the next FORWARD waits for the receipt of the last",
       {"D3.2-slow-recipient"},
       "FORWARDs are written as they come, and clients that take one message per recv lose some.",
       one_at_a_time},
      {"D3.3-order",
       "thirty messages arrive in the order in which they were sent",
       {"F3.2-two-sends"},
       "Each message is passed on by a thread of its own.",
       order_of_sends},
      {"D3.4-own-outcome",
       "two senders to one recipient, who accepts one and rejects the other",
       {"D2.1-no-early-report", "D2.2-one-answer"},
       "Two threads read receipts from the same socket, and each may get the other's.",
       own_outcome},
      {"D1.1-many-to-one",
       "eight senders to one recipient: nothing is lost, nothing is mixed",
       {delivers},
       "Writes of several threads to one socket are not kept apart.",
       many_to_one},
      {"D3.4-mutual",
       "two users send to each other at the same moment",
       {"D3.2-slow-recipient"},
       "Two threads wait for each other's lock.",
       mutual},
      {"D3.5-sender-leaves",
       "the sender leaves without waiting for its answer",
       {delivers},
       "Writing the report to a closed socket ends the thread or the process (SIGPIPE, an exception nobody "
       "catches).",
       sender_leaves},
  };
}

}  // namespace parley::conform
