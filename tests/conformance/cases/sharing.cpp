#include <algorithm>
#include <map>
#include <set>

#include "tests/conformance/bench/case.hpp"

// What several users at the same time may expect of each other: concurrency, leaving, hygiene.
namespace parley::conform {

using two_socket::Channel;
using two_socket::ErrorCode;

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

/// Registers the name again until the server has noticed that it is free; it is bounded.
User sign_on_again(Trial& t, const std::string& name) {
  constexpr std::chrono::milliseconds patience{
      200};  // for a server that does not answer while the name is taken
  Patience patience_in_all(t.settings().timeout, t.settings().is_at_rest, t.settings().interruption);
  const std::string expected = registered(t.first(), name).text + ", since the name is free";
  for (;;) {
    Link& first = t.connect("the same name, first");
    first.send(to_frame(two_socket::Register{t.first(), name}));
    const auto came = first.receive(patience);
    const auto* frame = std::get_if<Frame>(&came);
    if (frame != nullptr && std::holds_alternative<two_socket::Registered>(frame->event)) {
      Link& second = t.connect_for("the same name, second", t.second(), name);
      const bool sending_first = t.first() == Channel::to_send;
      return {name, sending_first ? &first : &second, sending_first ? &second : &first};
    }
    if (patience_in_all.left().count() == 0)
      frame == nullptr ? first.fail(expected, std::get<WaitEnd>(came)) : first.fail(expected, *frame);
    first.wait_for_input(std::chrono::milliseconds(10));
    first.close();
  }
}

void name_is_free(Trial& t, void (*end)(const User&)) {
  const User alice = t.sign_on("alice");
  const User bob = t.sign_on("bob");
  t.exchange(bob, alice);
  end(alice);
  const User again = sign_on_again(t, alice.name);
  t.exchange(again, bob);
}

void routed_to_new(Trial& t) {
  const User alice = t.sign_on("alice");
  const User bob = t.sign_on("bob");
  t.exchange(bob, alice);
  end_properly(alice);
  const User again = sign_on_again(t, alice.name);
  t.exchange(bob, again, "to the new alice");
}

void other_socket(Trial& t, bool sending_first) {
  const User alice = t.sign_on("alice");
  (sending_first ? alice.sending : alice.receiving)->close();
  (sending_first ? alice.receiving : alice.sending)->expect_gone();
}

void after_error(Trial& t) {
  const User alice = t.sign_on("alice");
  alice.sending->send("SEND somebody\n\n");
  t.expect_error(alice, ErrorCode::header_incomplete);
  t.exchange(t.sign_on("bob"), sign_on_again(t, alice.name));
}

void half_is_free(Trial& t) {
  const std::string name = t.name("half");
  Link& link = t.connect_for("half", t.first(), name);
  link.close();
  sign_on_again(t, name);
}

void garbage(Trial& t) {
  const User alice = t.sign_on("alice");
  const User bob = t.sign_on("bob");
  std::string noise(2000, '\0');
  for (char& byte : noise) byte = static_cast<char>(t.random()() & 0xFFU);
  const std::string tls_hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  for (const std::string& bytes :
       {noise, std::string(64 * 1024, 'A'), tls_hello,
        std::string("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), std::string("\n\n\n\n"),
        std::string("SEND"), std::string("REGISTER\n\n"), std::string("REGISTER TOSEND\n\n")}) {
    Link& stranger = t.connect("stranger");
    stranger.send(bytes);
    t.exchange(alice, bob);
    stranger.close();
    t.exchange(bob, alice);
  }
}

void idle_connections(Trial& t) {
  std::vector<Link*> idle;
  for (int i = 0; i < 3; ++i) idle.push_back(&t.connect("somebody who says nothing"));
  const User alice = t.sign_on("alice");
  Link& half = t.connect("somebody who stops in the middle");
  half.send("REGISTER TOS");
  const User bob = t.sign_on("bob");
  t.exchange(alice, bob);
}

void opened_and_dropped(Trial& t) {
  const User alice = t.sign_on("alice");
  for (int i = 0; i < 200; ++i) {
    Link& link = t.connect("passer-by");
    if (i % 8 == 1) link.send("REGISTER TOSEND " + t.name("passer") + "\n\n");
    if (i % 8 == 2) link.send("SEND somebody\nContent-length: 100\n\npart");
    i % 2 == 0 ? link.close() : link.abort();
  }
  t.exchange(alice, t.sign_on("bob"));
}

void many_users(Trial& t) {
  std::vector<User> users;
  for (int i = 0; i < 30; ++i) users.push_back(t.sign_on("user", t.name("user") + 'x' + std::to_string(i)));
  for (std::size_t i = 0; i < users.size(); ++i) t.exchange(users[i], users[(i + 7) % users.size()]);
}

/// Nobody works for those who have gone.
void rests_after_leaving(Trial& t) {
  const User alice = t.sign_on("alice");
  const User bob = t.sign_on("bob");
  t.exchange(alice, bob);
  Link& stranger = t.connect("somebody who stops in the middle");
  stranger.send("REGISTER TOS");
  stranger.close();
  end_properly(alice);
  end_with_reset(bob);
  if (!t.settings().processor_time)
    t.cannot_show("", "Only of a program that the suite starts can be told how much it works.");
  const std::string work =
      endless_work(t.settings().processor_time, [&](auto time) { return t.is_seen_at_rest(time); });
  if (!work.empty()) t.fail("no work when its clients have gone", work);
}

void still_serves(Trial& t) {
  const User alice = t.sign_on("alice");
  const User bob = t.sign_on("bob");
  t.exchange(alice, bob);
  t.exchange(bob, alice);
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

std::vector<Case> leaving_cases() {
  const std::string_view forgets = "The name stays in the map when its sockets have gone.";
  return {
      {"R7.1-name-is-free",
       "the name of a user who left can be registered again",
       {delivers},
       forgets,
       [](Trial& t) { name_is_free(t, end_properly); }},
      {"R7.1-after-reset",
       "so can the name of a user who was killed",
       {"R7.1-name-is-free"},
       "A reset ends the thread with an exception before it removes the name.",
       [](Trial& t) { name_is_free(t, end_with_reset); }},
      {"R7.1-half",
       "so can a name of which only one socket was registered",
       {"R7.1-name-is-free"},
       forgets,
       half_is_free},
      {"R7.1-after-error",
       "so can the name of a user whose socket the server has closed with ERROR 103",
       {"R7.1-name-is-free", "D7.1-closes", "F2.2-missing"},
       "The connection is closed on a way that leaves the name in the map.",
       after_error},
      {"R7.3-new-sockets",
       "messages to a name that came again go to its new socket",
       {"R7.1-name-is-free"},
       "The old socket is still in the map.",
       routed_to_new},
      {"R7.2-sending-ends",
       "the receiving socket ends when the sending one has",
       {signs_on},
       "Nobody closes the other socket.",
       [](Trial& t) { other_socket(t, true); }},
      {"R7.2-receiving-ends",
       "the sending socket ends when the receiving one has",
       {signs_on},
       "Nobody reads the receiving socket while nothing is forwarded, so its end is not noticed.",
       [](Trial& t) { other_socket(t, false); }},
  };
}

std::vector<Case> hygiene_cases() {
  return {
      {"L4.1-garbage",
       "garbage, a TLS hello and an HTTP request disturb nobody",
       {delivers},
       "An exception in one connection's thread ends the process.",
       garbage},
      {"L4.2-idle",
       "connections that say nothing block nobody",
       {delivers},
       "The accept loop itself waits for the first message of each connection.",
       idle_connections},
      {"L4.3-opened-and-dropped",
       "200 connections are opened and dropped",
       {delivers},
       "A connection that ends early ends the accept loop, or its thread keeps running.",
       opened_and_dropped},
      {"L4.3-many-users",
       "thirty users at once",
       {delivers},
       "There is room for a few connections only.",
       many_users},
      {"L4.4-no-spinning",
       "no work for clients that have gone",
       {delivers},
       "recv() that returns nothing is called again and again: it means that the stream has ended.",
       rests_after_leaving},
      {"L4.3-still-serves",
       "after all that, the server still serves",
       {delivers},
       "Something before has left the server in a bad state.",
       still_serves},
  };
}

std::vector<Case> server_cases() {
  std::vector<Case> all;
  // Basic first: what others need stands before them.
  for (auto* section :
       {registration_cases, channel_cases, delivery_cases, body_cases, piece_cases, header_cases,
        framing_cases, broadcast_cases, concurrency_cases, leaving_cases, hygiene_cases})
    std::ranges::move(section(), std::back_inserter(all));
  return all;
}

}  // namespace parley::conform
