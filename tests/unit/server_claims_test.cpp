#include <doctest/doctest.h>

#include <array>
#include <asio/io_context.hpp>
#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "protocol/unwelcome.hpp"
#include "protocol/user_name.hpp"
#include "server/dialects.hpp"
#include "server/log.hpp"
#include "server/net/sessions.hpp"
#include "tests/support/peer.hpp"
#include "tests/unit/fake_nodes.hpp"

namespace parley {
namespace {

using namespace std::chrono_literals;
using test::FakeMember;
using test::Happened;
using test::Peer;

const std::string unchecked(names_unchecked);
const std::string given_away(name_given_away);

/// A server that has other nodes, without its doors.
class Host {
 public:
  Host() {
    Waker::install();
    context_.chat.connect(others);
    for (const Dialect& dialect : dialects())
      factories_.emplace(dialect.name, dialect.make_sessions(context_, {}));
  }
  ~Host() {
    others.release();
    sessions_.stop_all("the test ends", [] { return false; });
  }

  Peer connect(std::string_view dialect) {
    Peer peer({"127.0.0.1", acceptor_.local_endpoint().port()});
    sessions_.start(factories_.at(dialect)(std::make_shared<Connection>(acceptor_.accept(), shared_)), [] {});
    return peer;
  }

  ChatService& chat() { return context_.chat; }
  Directory& directory() { return context_.directory; }
  /// A user of another node has the name now.
  void admit(std::string name) {
    chat().admit(std::make_shared<FakeMember>(std::move(name), events, node_two_), {}, 1, 1'000);
  }

  test::Events events;
  test::FakeNodes others{events};

 private:
  std::shared_ptr<spdlog::logger> log_ = make_logger("test", spdlog::level::off);
  Context context_{{}, {}, *log_, Directory()};
  Budget budget_{context_.limits.max_waiting_bytes};
  PeerLog peer_log_{*log_};
  asio::io_context io_context_;
  asio::ip::tcp::acceptor acceptor_{io_context_, {asio::ip::make_address("127.0.0.1"), 0}};
  Lookout lookout_;
  Writer writer_{budget_};
  const Connection::Shared shared_{context_.limits, writer_, lookout_, budget_, peer_log_, *log_};
  std::map<std::string_view, SessionFactory> factories_;
  const std::shared_ptr<Member> node_two_ = std::make_shared<FakeMember>("node two", events);
  Sessions sessions_{writer_, lookout_, 10ms};
};

/// How a client of a dialect with one socket asks for the name ann, and what it reads then.
struct OneSocket {
  std::string_view dialect;
  std::string greeting;
  std::string request;
  std::string welcome;
  std::string refused;  // for a name that cannot be checked
  std::string ended;    // for a name that was given away
};

std::string notification(const std::string& sentence) {
  return R"({"type": "notification", "payload": {"message": ")" + sentence + "\"}}\n";
}

std::string payload(const std::string& text) {
  return (text.size() < 10 ? "0" : "") + std::to_string(text.size()) + text;
}

const OneSocket one_socket_dialects[] = {
    {"telnet", "Please enter your name: ", "ann\r\n", "1 user(s) online: ann\r\n",
     unchecked + ". Please enter your name: ", given_away + "\r\n"},
    {"livecode", "", "AUTH,3\nann\n", "VERI,0\nMESG,13\nann connected\n", "ERRO,44\n" + unchecked + '\n',
     "ERRO,38\n" + given_away + '\n'},
    {"names", "", "08NAME ann", payload("Hello ann"), payload(unchecked + '.'), payload(given_away)},
    {"rooms", "", R"({"type": "connect", "payload": {"name": "ann"}})",
     "{\"type\": \"connect_ack\", \"payload\": {\"message\": \"Connected to the room.\"}}\n",
     notification(unchecked + '.'), notification(given_away)},
};

TEST_CASE("OD11.2: a name that cannot be checked is refused, and may be tried again on the same connection") {
  for (const OneSocket& client : one_socket_dialects) {
    CAPTURE(client.dialect);
    Host host;
    Peer peer = host.connect(client.dialect);
    peer.expect(client.greeting);
    host.others.answer(NameClaim::unchecked);
    peer.send(client.request);
    peer.expect(client.refused);
    CHECK(host.directory().page_behind("", 9).count == 0);
    host.others.answer(NameClaim::granted);
    peer.send(client.request);
    peer.expect(client.welcome);
  }
}

TEST_CASE("OD11.4: whose name was given away is told so, and the stream ends") {
  for (const OneSocket& client : one_socket_dialects) {
    CAPTURE(client.dialect);
    Host host;
    Peer peer = host.connect(client.dialect);
    peer.expect(client.greeting);
    peer.send(client.request);
    peer.expect(client.welcome);
    host.events.take();
    host.admit("ANN");
    CHECK(peer.receive_until_end() == client.ended);
    CHECK(host.events.take().empty());
    CHECK(host.directory().find("ann").member->name() == "ANN");
  }
}

TEST_CASE("OD11.2: a new name that cannot be checked is refused, and the old one stays") {
  Host host;
  Peer peer = host.connect("names");
  peer.send("08NAME ann");
  peer.expect(payload("Hello ann"));
  host.others.answer(NameClaim::unchecked);
  peer.send("08NAME bob");
  peer.expect(payload(unchecked + '.'));
  peer.send("09GET_NAMES");
  peer.expect(payload("ann"));
}

std::string registration(std::string_view channel) {
  return "REGISTER " + std::string(channel) + " ann\n\n";
}

std::string registered(std::string_view channel) {
  return "REGISTERED " + std::string(channel) + " ann\n\n";
}

const std::string early = "SEND bob\nContent-length: 1\n\nx";
const std::string no_user_registered = "ERROR 101 No user registered\n\n";

std::string refused(const std::string& phrase) {
  return "ERROR 100 " + phrase + "\n\n";
}

constexpr std::array<std::string_view, 2> channels{"TOSEND", "TORECV"};

TEST_CASE("R2.4: a user of two sockets whose name was given away is told so on both, and both end") {
  for (int round = 0; round < 20; ++round) {
    Host host;
    Peer sending = host.connect("two-socket");
    Peer receiving = host.connect("two-socket");
    sending.send(registration("TOSEND"));
    sending.expect(registered("TOSEND"));
    const bool is_half = round % 2 == 0;
    if (!is_half) {
      receiving.send(registration("TORECV"));
      receiving.expect(registered("TORECV"));
    }
    host.admit("ann");
    CHECK(sending.receive_until_end() == refused(given_away));
    if (is_half) {
      receiving.send(registration("TORECV"));
      receiving.expect(refused("Username already taken"));
    } else {
      CHECK(receiving.receive_until_end() == refused(given_away));
    }
    CHECK(host.directory().find("ann").member->carrier() != nullptr);
  }
}

/// Two sockets ask for one name: the second while the claim of the first is out, as far as can be told.
/// Returns how many claims were made.
std::size_t register_both(Host& host, NameClaim outcome, bool receiver_is_first,
                          std::array<std::string, 2> answers) {
  std::array<Peer, 2> peers{host.connect("two-socket"), host.connect("two-socket")};
  const std::size_t first = receiver_is_first ? 1 : 0;
  const std::size_t second = 1 - first;
  host.others.answer(outcome);
  host.others.hold();
  std::atomic<bool> is_out = false;
  host.others.during_claim([&] {
    is_out = true;
    is_out.notify_all();
  });
  peers[first].send(registration(channels[first]));
  is_out.wait(false);
  // What comes before the second REGISTER is answered: that one is at hand then.
  peers[second].send(early + registration(channels[second]));
  peers[second].expect(no_user_registered);
  host.others.release();
  for (const std::size_t i : {first, second}) peers[i].expect(answers[i]);
  // No half of a user stays where the claim failed.
  const auto newcomer = std::make_shared<FakeMember>("ann", host.events);
  CHECK((host.directory().reserve(newcomer) != newcomer) == (outcome == NameClaim::granted));
  std::size_t claims = 0;
  for (const auto& event : host.events.take()) claims += event == "claim ann" ? 1 : 0;
  return claims;
}

TEST_CASE("OD11.3: the second REGISTER is answered as the claim of the first one ends, in either order") {
  struct Case {
    NameClaim outcome;
    std::array<std::string, 2> answers;
  };
  const Case cases[] = {
      {NameClaim::granted, {registered("TOSEND"), registered("TORECV")}},
      {NameClaim::taken, {refused("Username already taken"), refused("Username already taken")}},
      {NameClaim::unchecked, {refused(unchecked), refused(unchecked)}},
  };
  for (const Case& expected : cases)
    for (const bool receiver_is_first : {false, true}) {
      CAPTURE(receiver_is_first);
      int rounds_with_one_claim = 0;
      for (int round = 0; round < 20; ++round) {
        Host host;
        if (register_both(host, expected.outcome, receiver_is_first, expected.answers) == 1)
          ++rounds_with_one_claim;
      }
      CHECK(rounds_with_one_claim > 0);
    }
}

TEST_CASE("R4.2: two REGISTERs at the same moment are one claim and one user") {
  for (int round = 0; round < 100; ++round) {
    Host host;
    std::array<Peer, 2> peers{host.connect("two-socket"), host.connect("two-socket")};
    std::thread other([&] { peers[0].send(registration(channels[0])); });
    peers[1].send(registration(channels[1]));
    other.join();
    for (std::size_t i = 0; i < peers.size(); ++i) peers[i].expect(registered(channels[i]));
    CHECK(host.events.take() == Happened{"claim ann", "arrived ann"});
  }
}

TEST_CASE("who goes while its name is being claimed leaves the name free") {
  for (const std::string_view dialect : {"two-socket", "telnet"}) {
    CAPTURE(dialect);
    Host host;
    host.others.hold();
    std::atomic<bool> is_out = false;
    host.others.during_claim([&] {
      is_out = true;
      is_out.notify_all();
    });
    {
      Peer peer = host.connect(dialect);
      peer.send(dialect == "telnet" ? "ann\r\n" : registration("TOSEND"));
      is_out.wait(false);
    }
    host.others.release();
    Peer watcher = host.connect("names");
    test::wait_until(
        [&] {  // as soon as the session has seen the end
          watcher.send("08NAME ann");
          return watcher.receive_once() == payload("Hello ann");
        },
        "the name to be free");
  }
}

}  // namespace
}  // namespace parley
