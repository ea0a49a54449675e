// What is left of a user who has gone: R7.
#include "tests/conformance/cases/tables.hpp"

namespace parley::conform {

using two_socket::Channel;
using two_socket::ErrorCode;

namespace {

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

}  // namespace

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

}  // namespace parley::conform
