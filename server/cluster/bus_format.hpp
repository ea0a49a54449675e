#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/bans/ban.hpp"

namespace parley::cluster {

// What nodes write to each other (CLUSTER.md, "On the bus"). Pure: bytes <-> values. Any thread.

inline constexpr std::uint64_t bus_version = 1;
/// What stands in a packet before its items.
inline constexpr std::size_t envelope_fields = 6;

// What is longer or larger is a fault. The numbers are such that clocks can be reckoned with in nanoseconds.
inline constexpr std::size_t max_node_name_bytes = 64;
inline constexpr std::size_t max_dialect_bytes = 32;
inline constexpr std::size_t max_operator_text_bytes = 4 * 1024;
inline constexpr std::size_t max_address_bytes = 64;        ///< with its port
inline constexpr std::int64_t max_since_s = 9'000'000'000;  ///< the year 2255
inline constexpr std::int64_t max_sent_ms =
    4'000'000'000'000;  ///< before or after the clock's zero: 126 years

/// A user as its node tells others of it.
struct BusUser {
  std::string name;
  std::string dialect;
  std::string room;           ///< as it is shown
  std::uint64_t arrival = 0;  ///< the order of arrival on all nodes: the revision of the claim
  std::int64_t since_s = 0;   ///< of 1970, in UTC; not negative
  bool operator==(const BusUser&) const = default;
};

/// What became of a message at a node. The values are those on the bus.
enum class BusOutcome : std::uint8_t { received = 0, failed = 1, rejected = 2 };

// The items of a packet.

struct Arrived {
  BusUser user;
  bool operator==(const Arrived&) const = default;
};
struct Left {
  std::string name;
  bool operator==(const Left&) const = default;
};
struct Moved {
  std::string name;
  std::string room;
  bool operator==(const Moved&) const = default;
};
struct Renamed {
  std::string former;
  BusUser user;  ///< as it is now
  bool operator==(const Renamed&) const = default;
};
/// A part of all users of the sender; the first part begins anew, the last one ends the list.
struct Users {
  bool is_first = false;
  bool is_last = false;
  std::vector<BusUser> users;
  bool operator==(const Users&) const = default;
};
/// Asks for all users: something was lost.
struct AskUsers {
  bool operator==(const AskUsers&) const = default;
};
/// A line to one user, or, with an empty recipient, to everyone in the room. `number` is the sender's, for
/// the Answer; 0: no answer is wanted. From
/// `answer_by_ms` of the sender's steady clock on it must not begin to leave any more; 0: no such end.
struct Line {
  std::string sender;
  std::string recipient;
  std::string room;
  std::string body;  ///< any bytes
  std::uint64_t number = 0;
  std::uint64_t answer_by_ms = 0;
  bool operator==(const Line&) const = default;
};
/// What became of the Line, or the Fence, of that number.
struct Answer {
  std::uint64_t number = 0;
  BusOutcome outcome = BusOutcome::failed;
  bool operator==(const Answer&) const = default;
};
/// Asks for an Answer of that number, once all before it has been done here.
struct Fence {
  std::uint64_t number = 0;
  bool operator==(const Fence&) const = default;
};
/// Nothing but the sequence number that it comes with.
struct Tick {
  bool operator==(const Tick&) const = default;
};
/// The node stops: all its users are gone.
struct Bye {
  bool operator==(const Bye&) const = default;
};
/// An operator has a user of the recipient's removed; the reason may be empty.
struct Kick {
  std::string name;
  std::string reason;
  bool operator==(const Kick&) const = default;
};
/// What an operator tells everybody.
struct Say {
  std::string text;
  bool operator==(const Say&) const = default;
};
/// What the sender knows of bans, or has just heard from its operator.
struct Bans {
  std::vector<Ban> bans;
  bool operator==(const Bans&) const = default;
};

/// Asks how the connections of the recipient's users are doing, for an operator. `number` is the sender's,
/// for the Standings.
struct AskStandings {
  std::uint64_t number = 0;
  bool operator==(const AskStandings&) const = default;
};
/// How one user's connections are doing.
struct BusStanding {
  std::string name;
  std::string address;
  std::uint64_t sent_bytes = 0;
  std::uint64_t received_bytes = 0;
  std::uint64_t queue_bytes = 0;
  bool operator==(const BusStanding&) const = default;
};
/// A part of what the AskStandings of that number asked for; the last one ends it.
struct Standings {
  std::uint64_t number = 0;
  bool is_last = false;
  std::vector<BusStanding> users;
  bool operator==(const Standings&) const = default;
};

using Item = std::variant<Arrived, Left, Moved, Renamed, Users, AskUsers, Line, Answer, Fence, Tick, Bye,
                          Kick, Say, Bans, AskStandings, Standings>;

/// Who sends a packet, and where in the row of all that it sends to this node.
struct Envelope {
  std::string node;
  std::uint64_t incarnation = 0;            ///< of the sender, new each time that it has to claim again
  std::uint64_t recipient_incarnation = 0;  ///< whom it was meant for, 0 when not known
  std::uint64_t sequence = 0;  ///< from 1, one more with each packet of this incarnation to this one
  std::int64_t sent_ms = 0;    ///< by the sender's steady clock
  bool operator==(const Envelope&) const = default;
};

struct Packet {
  Envelope envelope;
  std::vector<Item> items;
  bool operator==(const Packet&) const = default;
};

/// Tells everybody that a node is alive, each time that it has renewed its lease.
struct Heartbeat {
  std::string node;
  std::uint64_t incarnation = 0;
  std::uint64_t lease_revision = 0;
  std::string accounts;  ///< AccountDigest::to_text(): which names have a password there
  bool operator==(const Heartbeat&) const = default;
};

/// What a name, or a node, is claimed with: the value of its key.
struct Claim {
  std::string node;
  std::uint64_t incarnation = 0;
  std::string name;  ///< as registered; empty in the claim of a node
  bool operator==(const Claim&) const = default;
};

/// What is wrong with bytes from the bus, for the log.
struct BusFault {
  std::string what;
};

/// One item; what cannot be parsed again, say a name that nobody can have, is encoded all the same.
std::string encode(const Item& item);
/// One packet of items that encode() made, fewer than 2^32. The result is one MessagePack array.
std::string pack(const Envelope& envelope, std::span<const std::string> items);
std::string encode(const Heartbeat& heartbeat);
std::string encode(const Claim& claim);

/// Any bytes, in linear time: a fault, never an exception but std::bad_alloc. Items of an unknown kind are
/// left out, as are unknown fields: a later program may have them. Names, rooms and nodes that cannot be such
/// are a fault. What a fault says is a sentence of ours, without bytes of the sender's.
std::variant<Packet, BusFault> parse_packet(std::string_view bytes);
std::variant<Heartbeat, BusFault> parse_heartbeat(std::string_view bytes);
std::optional<Claim> parse_claim(std::string_view bytes);

/// Whether a node may be called so: 1 to 64 bytes of UTF-8 that show as they are, without control characters.
bool is_valid_node_name(std::string_view name);

/// A packet of which the broker says that nobody has its subject: it stands at the end of the subject that
/// the broker writes that to.
struct LostPacket {
  std::string_view token;  ///< of the node that it was for
  std::uint64_t incarnation = 0;
  std::uint64_t sequence = 0;
};
std::string to_subject_end(const LostPacket& packet);
/// Of any subject; nobody's packet when it ends otherwise. Points into it.
LostPacket parse_lost(std::string_view subject);

/// A name as a token of a subject and of a key: letters, digits and '-' as they are, other bytes as _XX,
/// nothing as _. Different for different names.
std::string to_token(std::string_view name);

}  // namespace parley::cluster
