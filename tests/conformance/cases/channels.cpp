// Users with one of the two channels, with both on one socket, and with none yet: R4, R5, R6.
#include "tests/conformance/cases/tables.hpp"

namespace parley::conform {

using two_socket::Channel;
using two_socket::ErrorCode;

namespace {

void half_is_nobody(Trial& t) {
  const User alice = t.sign_on("alice");
  const std::string name = t.name("half");
  Link& receiving = t.connect_for("half, receiving", Channel::to_recv, name);
  t.send(alice, name, "too early");
  t.expect_some_error(alice);  // its code is D1.5's affair
  Link& sending = t.connect_for("half, sending", Channel::to_send, name);
  t.exchange(alice, {name, &sending, &receiving});
}

void registered_before_forward(Trial& t) {
  const User alice = t.sign_on("alice");
  for (int round = 0; round < 20; ++round) {
    const std::string name = t.name("new") + static_cast<char>('a' + round);
    Link& sending = t.connect("newcomer, sending");
    Link& receiving = t.connect("newcomer, receiving");
    const bool sending_first = t.first() == Channel::to_send;
    Link& last = sending_first ? receiving : sending;
    t.register_for(sending_first ? sending : receiving, t.first(), name);
    last.send(to_frame(two_socket::Register{t.second(), name}));
    t.send(alice, name, "welcome");
    last.expect(registered(t.second(), name));
    // Whether the message or the registration was first is the server's affair.
    if (&t.first_with_input(receiving, t.answers(alice)) == &receiving) {
      receiving.expect(forward(alice.name, "welcome"));
      t.acknowledge({name, &sending, &receiving}, alice);
      t.take_report(alice, name);
    } else if (const Frame answer = alice.sending->expect(any_answer());
               std::holds_alternative<two_socket::Delivered>(answer.event)) {
      t.expect_forward({name, &sending, &receiving}, alice, "welcome");  // too early a report
    }
    sending.close();
    receiving.close();
  }
}

/// Several times: it is a matter of chance.
void ready_at_once(Trial& t) {
  const User alice = t.sign_on("alice");
  for (int round = 0; round < 10; ++round) {
    const User bob = t.sign_on("bob", t.name("bob") + static_cast<char>('a' + round));
    t.take_as_ready();
    if (round % 2 == 0)
      t.exchange(bob, alice, "first words");
    else
      t.exchange(alice, bob, "welcome");
    end_properly(bob);
  }
}

void one_socket(Trial& t) {
  const User alice = t.sign_on_with_one_socket("alice");
  const User bob = t.sign_on("bob");
  t.exchange(alice, bob);
  t.exchange(bob, alice);
}

void crossfire(Trial& t) {
  {
    // A server may refuse such users (R5.1), and then owes them nothing.
    Link& link = t.connect("carol");
    t.register_for(link, t.first(), t.name("carol"));
    link.send(to_frame(two_socket::Register{t.second(), t.name("carol")}));
    const auto came = link.receive();
    const auto* frame = std::get_if<Frame>(&came);
    if (frame == nullptr || !std::holds_alternative<two_socket::Registered>(frame->event)) return;
  }
  const User alice = t.sign_on_with_one_socket("alice");
  const User bob = t.sign_on_with_one_socket("bob");
  // On one socket the FORWARD for a user and the report on its own SEND may come in either order.
  const auto take_one = [&](const User& me, const User& other, std::string_view body, bool& forwarded,
                            bool& reported) {
    const Expected message = forward(other.name, body);
    const Expected report = delivered(t.settings(), other.name);
    const Frame frame = me.receiving->expect(
        {message.text + ", or " + report.text, [&](const two_socket::Event& event, std::string_view bytes) {
           return (!forwarded && message.matches(event, bytes)) ||
                  (!reported && report.matches(event, bytes));
         }});
    const bool is_message = std::holds_alternative<two_socket::Forward>(frame.event);
    (is_message ? forwarded : reported) = true;
    if (is_message) t.acknowledge(me, other);
  };
  for (int round = 0; round < 20; ++round) {
    t.send(alice, bob.name, "to bob");
    t.send(bob, alice.name, "to alice");
    bool forwarded[2] = {};
    const bool none_is_due = t.settings().lacking.reports;
    bool reported[2] = {none_is_due, none_is_due};
    for (int i = 0; i < (none_is_due ? 2 : 4); ++i) {
      if (&t.first_with_input(*alice.receiving, *bob.receiving) == alice.receiving)
        take_one(alice, bob, "to alice", forwarded[0], reported[0]);
      else
        take_one(bob, alice, "to bob", forwarded[1], reported[1]);
    }
  }
}

void before_registration(Trial& t) {
  for (const std::string_view request :
       {"SEND somebody\nContent-length: 5\n\nhello", "RECEIVED somebody\n\n", "HELLO there\n\n"}) {
    Link& link = t.connect("stranger");
    link.send(request);
    t.expect_error(link, ErrorCode::no_user_registered);
  }
}

void stranger_sends(Trial& t) {
  const Pair p(t);
  Link& stranger = t.connect("stranger");
  stranger.send(to_frame(two_socket::Send{p.bob.name, "who am I?"}));
  t.fence();
  p.bob.receiving->expect_nothing("nothing from somebody who has not registered");
  t.exchange(p.alice, p.bob);
  t.expect_error(stranger, ErrorCode::no_user_registered);
}

void half_sends(Trial& t) {
  if (t.settings().dialect.torecv_first) return;  // there is no such user
  const User bob = t.sign_on("bob");
  const std::string name = t.name("half");
  Link& sending = t.connect_for("half, sending", Channel::to_send, name);
  sending.send(to_frame(two_socket::Send{bob.name, "too early"}));
  t.expect_error(sending, ErrorCode::no_user_registered);
  t.exchange(t.sign_on("carol"), bob);  // nothing was delivered before
}

void stays_open(Trial& t) {
  const std::string name = t.name("late");
  Link& sending = t.connect("late, sending");
  sending.send("RECEIVED somebody\n\n");
  t.expect_error(sending, ErrorCode::no_user_registered);
  t.register_for(sending, t.first(), name);
}

void early_body_consumed(Trial& t) {
  const std::string name = t.name("late");
  Link& sending = t.connect("late, sending");
  const std::string body = "REGISTER TOSEND " + t.name("wrong") + "\n\n";
  sending.send(to_frame(two_socket::Send{"somebody", body}));
  t.expect_error(sending, ErrorCode::no_user_registered);
  t.register_for(sending, t.first(), name);
}

void sixteen_errors(Trial& t) {
  Link& link = t.connect("stranger");
  for (int i = 0; i < 16; ++i) {
    link.send("RECEIVED somebody\n\n");
    t.expect_error(link, ErrorCode::no_user_registered);
  }
  link.send("RECEIVED somebody\n\n");
  const auto came = link.receive();
  if (const auto* frame = std::get_if<Frame>(&came);
      frame != nullptr && !std::holds_alternative<two_socket::Error>(frame->event))
    link.fail("ERROR 101, or the end of the connection", *frame);
  t.sign_on("alice");
}

}  // namespace

std::vector<Case> channel_cases() {
  return {
      {"R4.3-half-is-nobody",
       "a message to a user with one socket",
       {"R4.2-receiving-first", delivers},
       "A user is entered in the map at the first of its two REGISTERs.",
       half_is_nobody},
      {"R4.4-registered-first",
       "a message to a user that is just registering",
       {delivers},
       "The user can be found before REGISTERED has been written.",
       registered_before_forward},
      {"R4.7-at-once",
       "a user sends, and is sent to, as soon as both REGISTERED are there",
       {delivers},
       "REGISTERED is written before the user is entered in the map, and whoever reads it may be faster.",
       ready_at_once},
      {"R5.1-one-socket",
       "one socket registered for both channels",
       {delivers},
       "The server insists on two sockets.",
       one_socket},
      {"R5.2-crossfire",
       "two one-socket users send to each other at the same moment",
       {"F3.2-two-sends"},
       "The thread that reads the socket waits for a receipt that only it could read.",
       crossfire},
      {"R6.1-other-requests",
       "requests before registration",
       {},
       "Requests before registration are ignored, or end the connection.",
       before_registration},
      {"R6.1-to-a-user",
       "SEND to a registered user before registration",
       {delivers},
       "The message is passed on with an empty sender, or the thread dies looking the sender up.",
       stranger_sends},
      {"R6.2-half-sends",
       "SEND when only TOSEND is registered",
       {delivers},
       "SEND is served as soon as TOSEND is registered.",
       half_sends},
      {"R6.3-stays-open",
       "REGISTER after ERROR 101",
       {"R6.1-other-requests"},
       "The connection is closed after ERROR 101.",
       stays_open},
      {"R6.4-body-consumed",
       "REGISTER after a SEND that was too early",
       {"R6.3-stays-open"},
       "The body of the refused SEND is read as the next request.",
       early_body_consumed},
      {"R6.5-sixteen", "seventeen requests before registration", {"R6.3-stays-open"}, "", sixteen_errors},
  };
}

}  // namespace parley::conform
