#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// What the systems of `parley-bench --peers` have in common: a server that is started for one measurement,
/// and a codec that says how its clients speak. The client around the codec is the same for all of them.
namespace parley::bench {

/// Groups of clients, each of which talks among itself: every sender writes one message after the other and
/// waits until each receiver of its group has acknowledged it, or in a room has read it.
struct Load {
  std::size_t groups = 1;
  std::size_t senders = 1;    ///< of each group
  std::size_t receivers = 1;  ///< of each group; more than one is a broadcast
  std::size_t body_bytes = 64;
  bool is_room = false;  ///< nothing goes back: the clients count among themselves who has the line
};

/// One client.
struct User {
  bool sends = false;
  std::size_t group = 0;
  std::size_t index = 0;  ///< in its group, among those who do the same

  /// No other user of the load has it: either the groups or the users of a group are one.
  std::string name() const { return (sends ? "s" : "r") + std::to_string(group + index); }
};

/// What an acknowledgement says where the protocol has no word for it.
inline constexpr std::string_view receipt_body = "ok";

/// Ends a line of IRC, of NATS and of RESP.
inline constexpr std::string_view line_end = "\r\n";

/// What a frame of a server is to a client.
enum class Kind {
  incomplete,  ///< more bytes are needed
  ready,       ///< signing on is one step further
  message,     ///< a message; at its sender, an acknowledgement
  ping,        ///< wants its own bytes back with PONG for PING, or there will be trouble
  refusal,     ///< something is wrong
  other,       ///< nothing that a client must act on
};

struct Frame {
  Kind kind = Kind::incomplete;
  std::string_view bytes;
};

/// One of the connections of a user, and how it begins.
struct Greeting {
  std::string bytes;
  std::size_t ready_frames = 0;  ///< that the server answers with
  bool sends = true;             ///< messages and receipts are written here
  bool receives = true;          ///< and read here
};

/// How the clients of one system speak under one load. Holds no state of a connection; safe from any thread.
class Codec {
 public:
  explicit Codec(const Load& load) : load_(load) {}
  virtual ~Codec() = default;

  /// The connections that a user opens, in this order.
  virtual std::vector<Greeting> greetings(const User& user) const = 0;

  /// A message of `sender` to the receivers of its group. The first word of `body` is the sender's name.
  virtual std::string request(const User& sender, std::string_view body) const = 0;

  /// The frame at the beginning of what a server sent.
  virtual Frame parse(std::string_view received) const = 0;

  /// Appends what a receiver answers to a message; in a room nothing.
  virtual void append_receipt(std::string& out, std::string_view message) const = 0;

  /// How many acknowledgements a sender reads for one message: each receiver's, unless the server counts
  /// them.
  virtual std::size_t answers() const { return load_.receivers; }

  /// True: the server keeps the receipts to itself, and what the sender reads shows nothing about them.
  virtual bool keeps_receipts() const { return false; }

 protected:
  const Load& load() const { return load_; }

  /// What the receivers of a group listen to where recipients are topics: its only member's name, or "ALL".
  std::string address(std::size_t group) const {
    return load_.receivers == 1 ? User{.sends = false, .group = group}.name() : "ALL";
  }

  /// What this user listens to where recipients are topics.
  std::string topic(const User& user) const { return user.sends ? user.name() : address(user.group); }

 private:
  Load load_;
};

/// A server that runs until this object goes. Belongs to one thread.
class Server {
 public:
  virtual ~Server() = default;
  virtual pid_t pid() const = 0;
  virtual std::uint16_t port() const = 0;  ///< of 127.0.0.1
};

/// For a system whose clients speak this codec.
template <typename Spoken>
std::unique_ptr<Codec> make_codec(const Load& load) {
  return std::make_unique<Spoken>(load);
}

struct PeerSystem {
  std::string_view name;
  std::string_view package;  ///< Debian's; empty: it is built here
  bool (*takes_part)(const Load& load) = [](const Load& load) { return !load.is_room; };
  std::unique_ptr<Server> (*start)();
  std::unique_ptr<Codec> (*make_codec)(const Load& load);
};

// One file each.
extern const PeerSystem relay_system;
extern const PeerSystem parleyd_system;
extern const PeerSystem nats_system;
extern const PeerSystem ngircd_system;
extern const PeerSystem mosquitto_system;
extern const PeerSystem redis_system;
// In a room; one file.
extern const PeerSystem telnet_system;
extern const PeerSystem livecode_system;
extern const PeerSystem rooms_system;
extern const PeerSystem web_system;

/// All of them, in the order of the tables.
const std::vector<const PeerSystem*>& peer_systems();

/// Throws std::runtime_error when there is no system of that name.
const PeerSystem& find_peer_system(std::string_view name);

}  // namespace parley::bench
