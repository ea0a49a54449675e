#pragma once

#include <cstddef>
#include <future>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/peer.hpp"

namespace parley::test {

// The bytes of each message, written down once more: what is under test does not check itself.
std::string register_frame(std::string_view channel, std::string_view name);
std::string registered_frame(std::string_view channel, std::string_view name);
std::string send_frame(std::string_view recipient, std::string_view body);
std::string forward_frame(std::string_view sender, std::string_view body);
std::string received_frame(std::string_view sender);
std::string sent_frame(std::string_view recipient);

inline constexpr std::string_view malformed_username = "ERROR 100 Malformed username\n\n";
inline constexpr std::string_view username_taken = "ERROR 100 Username already taken\n\n";
inline constexpr std::string_view no_user_registered = "ERROR 101 No user registered\n\n";
inline constexpr std::string_view unable_to_send = "ERROR 102 Unable to send\n\n";
inline constexpr std::string_view header_incomplete = "ERROR 103 Header incomplete\n\n";

/// REGISTER on this socket, which the server confirms in the same spelling.
void register_for(Peer& peer, std::string_view channel, std::string_view name, Where where = Where::here());

/// Whether a user has a socket for each direction or one for both (R5).
enum class Sockets { two, one };

/// A registered user. Belongs to one thread.
class User {
 public:
  /// Connects and registers; returns when the server has confirmed both.
  User(const Endpoint& server, std::string name, Sockets sockets = Sockets::two,
       const PeerOptions& options = {}, Where where = Where::here());

  const std::string& name() const { return name_; }

  /// The sockets for SEND and its answers, and for FORWARD and its answers; the same with Sockets::one.
  Peer& sending() { return sending_; }
  Peer& receiving() { return receiving_ ? *receiving_ : sending_; }

  void send(std::string_view recipient, std::string_view body, Where where = Where::here());
  void expect_sent(std::string_view recipient, Where where = Where::here());
  void expect_unable_to_send(Where where = Where::here());

  void expect_forward(std::string_view sender, std::string_view body, Where where = Where::here());
  void acknowledge(std::string_view sender, Where where = Where::here());
  /// expect_forward() and acknowledge().
  void receive(std::string_view sender, std::string_view body, Where where = Where::here());

  /// The server has ended every socket of this user, properly or with a reset.
  void expect_gone(Where where = Where::here());

  /// Ends every socket properly.
  void close();

 private:
  std::string name_;
  Peer sending_;
  std::optional<Peer> receiving_;
};

/// A message from one to the other and its acknowledgement: shows that both are served. Comes after whatever
/// the server had to do for either of them before, so it fences "and nothing else came".
void exchange(User& sender, User& recipient, std::string_view body = "fence", Where where = Where::here());

/// Acknowledges every message to `user` on a thread of its own until the server ends the stream. The future
/// gives how many those were.
std::future<std::size_t> answer_everything(User user);

}  // namespace parley::test
