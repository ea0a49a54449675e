// Strangers, crowds and those who say nothing: L4.
#include "tests/conformance/cases/tables.hpp"

namespace parley::conform {
namespace {

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

}  // namespace parley::conform
