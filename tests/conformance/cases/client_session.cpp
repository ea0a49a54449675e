// Coming and going of a client: C1, R5, C6.
#include "tests/conformance/cases/tables.hpp"

namespace parley::conform {

using namespace client_basics;
using two_socket::Channel;

namespace {

using std::chrono::milliseconds;

void registers_for_both(ClientTrial& t) {
  t.sign_on();
}

void two_sockets(ClientTrial& t) {
  t.sign_on();
  if (&t.sending() == &t.receiving()) t.fail("a socket for each channel", "both REGISTERs on one socket");
}

void sockets_of_its_own_choice(ClientTrial& t) {
  t.sign_on();
  t.deliver(t.name("zoe"), "on the socket for receiving");
  t.fence();
  t.deliver(t.name("zoe"), "and there again");
}

/// No message has come on the link.
void expect_no_message(ClientTrial& t, Link& link) {
  while (link.has_input()) {
    const auto came = t.receive(link, milliseconds{50});
    const auto* frame = std::get_if<Frame>(&came);
    if (frame == nullptr) return;
    t.fail("no message before both REGISTERs are answered",
           "the message " + describe(frame->event, 60) + " on " + link.label());
  }
}

/// The answers are held back while lines are typed.
void waits_for_registered(ClientTrial& t) {
  const std::string bob = t.name("bob");
  t.sign_on([&](const Registration& registration, bool last) {
    t.type_message(bob, "too early");
    t.look();
    expect_no_message(t, *registration.link);
    // The other socket has its answer already, and may be used too early.
    if (last)
      expect_no_message(t,
                        registration.channel == two_socket::Channel::to_send ? t.receiving() : t.sending());
    t.accept(registration);
  });
  // Whether what was typed too early is sent later is the client's choice.
  t.type_message(bob, "in time");
  for (int early = 0; early < 2; ++early) {
    const auto frame =
        t.expect(t.sending(), {"SEND " + bob, [](const two_socket::Event& event, std::string_view) {
                                 return std::holds_alternative<two_socket::Send>(event);
                               }});
    const bool is_last = std::get<two_socket::Send>(frame.event).body == "in time";
    t.reports().send(to_frame(two_socket::Delivered{bob}));
    if (is_last) return;
  }
  t.expect_send(bob, "in time");
}

constexpr std::string_view name_taken = "ERROR 100 Malformed username\n\n";

void refused_name(ClientTrial& t) {
  t.sign_on();
  const std::string after_success = t.news_since({});
  t.start();
  const auto registration = t.await_register();
  t.learn_screen();
  const auto before = t.now();
  registration.link->send(name_taken);
  const std::string news = t.expect_news(before, t.profile().refused_name, "a word on the refused name");
  if (!after_success.empty() && news == after_success)
    t.fail("a word on the refused name", "the same text as for a name that is accepted");
}

void another_name(ClientTrial& t) {
  t.start();
  const std::string refused = t.user();
  auto registration = t.await_register();
  t.learn_screen();
  const auto before = t.now();
  registration.link->send(name_taken);
  // When both REGISTERs were written at once the other one is refused too.
  t.look();
  t.expect_news(before, {}, "a question for another name");
  t.type_other_name(t.name("anna"));
  constexpr int most_registers = 6;
  bool to_send = false;
  bool to_recv = false;
  for (int i = 0; i < most_registers && !(to_send && to_recv); ++i) {
    registration = t.await_register();
    if (registration.name == refused) {
      registration.link->send(name_taken);
      continue;
    }
    if (registration.name != t.user())
      t.fail("REGISTER for the other name, " + t.user(), "REGISTER for " + registration.name);
    t.accept(registration);
    (registration.channel == Channel::to_send ? to_send : to_recv) = true;
  }
  if (!to_send || !to_recv)
    t.fail("REGISTER for both channels as " + t.user(), std::to_string(most_registers) + " REGISTERs");
  t.wait_until_ready();
  t.fence();
}

/// half_close() or abort() of every connection of the client.
void end_both(ClientTrial& t, void (Link::*end)()) {
  (t.sending().*end)();
  if (&t.sending() != &t.receiving()) (t.receiving().*end)();
}

void server_goes(ClientTrial& t, void (Link::*end)(), const std::string& what) {
  t.sign_on();
  const auto before = t.settled();
  end_both(t, end);
  t.expect_news_or_end(before, "a word on the " + what + " of both connections, or the client's own end");
}

void server_ends(ClientTrial& t) {
  server_goes(t, &Link::half_close, "end");
}

void server_resets(ClientTrial& t) {
  server_goes(t, &Link::abort, "reset");
}

void receiving_socket_ends(ClientTrial& t) {
  t.sign_on();
  const auto before = t.settled();
  t.receiving().half_close();
  t.expect_news_or_end(before, "a word on the end of the socket for receiving, or the client's own end");
}

void sending_socket_ends(ClientTrial& t) {
  t.sign_on();
  const std::string bob = t.name("bob");
  t.type_and_expect(bob, "are you there?");
  const auto before = t.settled();
  t.sending().half_close();
  t.expect_news_or_end(before,
                       "a word on the end of the socket for sending, where an answer is awaited, or the "
                       "client's own end");
}

void does_not_spin(ClientTrial& t) {
  constexpr milliseconds look_interval{20};
  t.sign_on();
  t.settled();
  end_both(t, &Link::half_close);
  t.look();
  const std::string work = endless_work(
      [&] { return t.terminal().ended() ? milliseconds{0} : t.terminal().process().processor_time(); },
      [&](milliseconds time) {
        bool rests = false;
        for (milliseconds waited{0}; waited < time; waited += look_interval) {
          t.terminal().read_for(look_interval);
          rests = rests || t.terminal().process().is_at_rest();
        }
        return rests || t.terminal().ended();
      });
  if (!work.empty()) t.fail("no work when the server has gone", work);
}

}  // namespace

std::vector<ClientCase> client_registration_cases() {
  return {
      {registers,
       "it registers for both channels under its name",
       {},
       "The client does not connect, asks for something first, or sends something else than its two "
       "REGISTERs.",
       registers_for_both},
      {"C1.2-two-sockets",
       "a socket for each channel",
       {registers},
       "Both REGISTERs go out on the same socket.",
       two_sockets},
      {"R5.1-own-choice",
       "one socket or two: messages go where they belong",
       {sends, receives, shows},
       "",
       sockets_of_its_own_choice},
      {"C1.3-waits-for-registered",
       "lines typed before REGISTERED",
       {sends},
       "The client does not read the answers to its REGISTERs before it reads the keyboard.",
       waits_for_registered},
      {"C1.4-refused-name",
       "the name is refused",
       {registers},
       "The answer to REGISTER is not looked at, or any answer is taken for REGISTERED.",
       refused_name},
      {"C1.5-another-name",
       "another name after a refusal",
       {"C1.4-refused-name", sends},
       "The client ends when its name is refused, or goes on with a socket that the server has closed.",
       another_name},
  };
}

std::vector<ClientCase> client_ending_cases() {
  const std::string_view end_not_seen =
      "recv returns nothing at the end of the stream; that is not looked at, or only by one of the threads.";
  return {
      {"C6.1-server-ends", "the server ends both connections", {registers}, end_not_seen, server_ends},
      {"C6.1-server-resets",
       "the server is killed: both connections are reset",
       {registers},
       "The exception for a broken connection ends one thread silently.",
       server_resets},
      {"C6.1-receiving-socket",
       "the server ends the socket for receiving",
       {"C6.1-server-ends"},
       "The thread that receives ends silently.",
       receiving_socket_ends},
      {"C6.1-sending-socket",
       "the server ends the socket for sending while an answer is awaited",
       {"C6.1-server-ends", sends},
       end_not_seen,
       sending_socket_ends},
      {"C6.1-no-spinning",
       "no busy loop when the server has gone",
       {registers},
       "recv returns nothing at once at the end of the stream, and the loop around it goes on.",
       does_not_spin},
  };
}

}  // namespace parley::conform
