// Names, who has one, and who may try again: R1, R2, R3; a user with two sockets: R4.
#include "tests/conformance/cases/tables.hpp"

namespace parley::conform {

using two_socket::Channel;
using two_socket::ErrorCode;

namespace {

std::string register_frame(std::string_view channel, std::string_view name) {
  return "REGISTER " + std::string(channel) + ' ' + std::string(name) + "\n\n";
}

/// The name is refused on both channels, and the server can be used afterwards.
void refuse_name(Trial& t, std::string_view name) {
  for (const std::string_view channel : {"TOSEND", "TORECV"}) {
    Link& link = t.connect("newcomer, " + std::string(channel));
    link.send(register_frame(channel, name));
    t.expect_error(link, ErrorCode::malformed_username);
  }
}

void two_sockets(Trial& t) {
  for (const std::string stem : {"alice", "bob"})
    for (const Channel channel : {t.first(), t.second()})
      t.connect_for(stem + (channel == Channel::to_send ? ", sending" : ", receiving"), channel,
                    t.name(stem));
}

void lone_connection(Trial& t) {
  t.stay_alone();
  Link& link = t.connect("alice, sending");
  link.send(to_frame(two_socket::Register{t.first(), t.name("alice")}));
  const std::string expected = "an answer to REGISTER, from the only connection there is,";
  const auto came = link.receive();
  const auto* end = std::get_if<WaitEnd>(&came);
  if (end != nullptr && end->kind == WaitEnd::Kind::silence && end->bytes.empty())
    t.fail(expected, "nothing, until a second one comes");
  if (end != nullptr) link.fail(expected, *end);
}

void receiving_first(Trial& t) {
  const std::string name = t.name("alice");
  t.connect_for("alice, receiving", Channel::to_recv, name);
  t.connect_for("alice, sending", Channel::to_send, name);
}

void interleaved(Trial& t) {
  const std::string alice = t.name("alice");
  const std::string bob = t.name("bob");
  Link& alice_receiving = t.connect("alice, receiving");
  Link& bob_sending = t.connect("bob, sending");
  Link& bob_receiving = t.connect("bob, receiving");
  Link& alice_sending = t.connect("alice, sending");
  const bool sending_first = t.first() == Channel::to_send;
  t.register_for(sending_first ? bob_sending : bob_receiving, t.first(), bob);
  t.register_for(sending_first ? alice_sending : alice_receiving, t.first(), alice);
  t.register_for(sending_first ? alice_receiving : alice_sending, t.second(), alice);
  t.register_for(sending_first ? bob_receiving : bob_sending, t.second(), bob);
  t.exchange({alice, &alice_sending, &alice_receiving}, {bob, &bob_sending, &bob_receiving});
}

void longest_name(Trial& t) {
  std::string name = t.name("Zz9");
  name.resize(32, 'q');
  t.sign_on("longest", name);
  t.sign_on("digits", "4" + t.name("2"));
}

void one_letter(Trial& t) {
  t.sign_on("one letter", "x");
}

void taken_name(Trial& t) {
  const User alice = t.sign_on("alice");
  Link& thief = t.connect("thief");
  thief.send(to_frame(two_socket::Register{t.first(), alice.name}));
  thief.expect({"an ERROR", [](const two_socket::Event& event, std::string_view) {
                  return std::holds_alternative<two_socket::Error>(event);
                }});
}

/// Many want the name in the same moment: one gets it.
void taken_at_once(Trial& t) {
  constexpr int rivals = 8;
  for (int round = 0; round < 10; ++round) {
    const std::string name = t.name("wanted") + static_cast<char>('a' + round);
    std::vector<Link*> links;
    for (int i = 0; i < rivals; ++i) links.push_back(&t.connect("rival " + std::to_string(i + 1)));
    for (Link* link : links) link->send(to_frame(two_socket::Register{t.first(), name}));
    int winners = 0;
    for (Link* link : links) {
      const Frame frame = link->expect({registered(t.first(), name).text + ", or an ERROR",
                                        [](const two_socket::Event& event, std::string_view) {
                                          return std::holds_alternative<two_socket::Registered>(event) ||
                                                 std::holds_alternative<two_socket::Error>(event);
                                        }});
      winners += std::holds_alternative<two_socket::Registered>(frame.event) ? 1 : 0;
    }
    if (winners != 1)
      t.fail("one of " + std::to_string(rivals) + " to get the name",
             "REGISTERED for " + std::to_string(winners) + " of them");
  }
}

void taken_code(Trial& t) {
  const User alice = t.sign_on("alice");
  Link& thief = t.connect("thief");
  thief.send(to_frame(two_socket::Register{t.first(), alice.name}));
  t.expect_error(thief, ErrorCode::malformed_username);
}

void holder_stays(Trial& t) {
  const User alice = t.sign_on("alice");
  const User bob = t.sign_on("bob");
  for (const Channel channel : {Channel::to_send, Channel::to_recv}) {
    Link& thief = t.connect("thief");
    thief.send(to_frame(two_socket::Register{channel, alice.name}));
    (void)thief.receive();
    thief.close();
  }
  t.exchange(bob, alice);
  t.exchange(alice, bob);
}

void half_taken(Trial& t) {
  const std::string name = t.name("alice");
  const bool sending_first = t.first() == Channel::to_send;
  Link& holder = t.connect_for("alice, first", t.first(), name);
  Link& thief = t.connect("thief");
  thief.send(to_frame(two_socket::Register{t.first(), name}));
  (void)thief.receive();
  Link& second = t.connect_for("alice, second", t.second(), name);
  const User bob = t.sign_on("bob");
  t.exchange(bob, {name, sending_first ? &holder : &second, sending_first ? &second : &holder});
}

/// With a name that this server refuses, whichever that is.
void retry(Trial& t) {
  const std::string name = t.name("alice");
  for (const std::string_view refused : {"not a name", "", "al-ice", "ALL"}) {
    Link& socket = t.connect("alice");
    socket.send(register_frame(t.first() == Channel::to_send ? "TOSEND" : "TORECV", refused));
    const auto came = socket.receive();
    const auto* frame = std::get_if<Frame>(&came);
    if (frame == nullptr || !std::holds_alternative<two_socket::Error>(frame->event)) {
      socket.close();
      continue;
    }
    t.register_for(socket, t.first(), name);
    t.connect_for("alice, second", t.second(), name);
    return;
  }
  t.cannot_show("R1.2-blank");
}

void register_twice(Trial& t) {
  const User alice = t.sign_on("alice");
  const User bob = t.sign_on("bob");
  alice.sending->send(to_frame(two_socket::Register{Channel::to_send, alice.name}));
  t.expect_error(*alice.sending, ErrorCode::malformed_username);
  alice.sending->send(to_frame(two_socket::Register{Channel::to_send, t.name("other")}));
  t.expect_error(*alice.sending, ErrorCode::malformed_username);
  t.exchange(alice, bob);
  t.exchange(bob, alice);
}

}  // namespace

std::vector<Case> registration_cases() {
  const std::string_view strict_names =
      "The name is checked too loosely: it must be ASCII letters and digits from its first to its last byte.";
  const std::string_view splits_line =
      "The request line is split at blanks and what is left over is ignored, so that \"al ice\" becomes "
      "\"al\".";
  return {
      {signs_on,
       "a user registers TOSEND, then TORECV",
       {},
       "REGISTERED must name the channel and the user, on the socket that asked.",
       two_sockets},
      {"R4.1-lone",
       "a lone connection is answered",
       {signs_on},
       "Sockets are accepted in pairs: nobody is answered before a second one has come.",
       lone_connection},
      {"R4.2-receiving-first",
       "a user registers TORECV, then TOSEND",
       {signs_on},
       "The server expects TOSEND to come first, or pairs sockets by the order in which they come.",
       receiving_first},
      {"R4.2-interleaved",
       "two users register their four sockets in a mixed order",
       {"L4.2-idle", delivers},
       "Sockets are paired by the order in which they were accepted instead of by name.",
       interleaved},
      {"R1.1-longest-name",
       "names of 32 letters, and of digits",
       {signs_on},
       "The name is checked too strictly.",
       longest_name},
      {"R1.1-one-letter",
       "a name of one letter",
       {signs_on},
       "The name is checked too strictly.",
       one_letter},
      {"R1.2-empty", "an empty name", {}, strict_names, [](Trial& t) { refuse_name(t, ""); }},
      {"R1.2-blank",
       "a name with a blank in it",
       {},
       splits_line,
       [](Trial& t) { refuse_name(t, "al ice"); }},
      {"R1.2-punctuation",
       "names with - _ . @ in them",
       {},
       strict_names,
       [](Trial& t) {
         for (const auto* name : {"al-ice", "al_ice", "al.ice", "@alice"}) refuse_name(t, name);
       }},
      {"R1.2-not-ascii",
       "names with letters that are not ASCII",
       {},
       "The language's own test for letters also knows letters that are not ASCII.",
       [](Trial& t) {
         for (const auto* name : {"zo\xC3\xAB", "\xCE\xB1\xCE\xB2", "al\xFFice"}) refuse_name(t, name);
       }},
      {"R1.2-control-byte",
       "a name with a control byte in it",
       {},
       strict_names,
       [](Trial& t) { refuse_name(t, "al\x1bice"); }},
      {"R1.3-all",
       "the name ALL",
       {},
       "ALL is not kept for broadcasts.",
       [](Trial& t) { refuse_name(t, t.settings().dialect.broadcast_word); }},
      {"R2.1-taken",
       "a second user wants the same name",
       {signs_on},
       "Nobody looks whether the name is there already.",
       taken_name},
      {"R2.2-code",
       "the code for a taken name",
       {"R2.1-taken"},
       "A taken name is refused with another code than 100.",
       taken_code},
      {"R2.1-at-once",
       "eight want the same name in the same moment",
       {"R2.1-taken", "R2.3-half-holder"},
       "Looking whether a name is free and entering it are two steps, with room for another thread in "
       "between.",
       taken_at_once},
      {"R2.3-holder-stays",
       "who has the name keeps sending and receiving",
       {delivers},
       "The second registration replaces the first one's socket before it is refused.",
       holder_stays},
      {"R2.3-half-holder",
       "who has half of the name completes it",
       {delivers},
       "A name is only taken when both of its sockets are there.",
       half_taken},
      {"R3.1-retry",
       "another try on the socket of a refused name",
       {signs_on},
       "The socket is closed, or its thread ends, after a bad name.",
       retry},
      {"R3.2-again",
       "REGISTER again on a registered socket",
       {delivers},
       "A second REGISTER on a socket is accepted, or throws the user out.",
       register_twice},
  };
}

}  // namespace parley::conform
