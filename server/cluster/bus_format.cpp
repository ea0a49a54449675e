#include "server/cluster/bus_format.hpp"

#include <algorithm>

#include "protocol/text.hpp"
#include "protocol/words.hpp"
#include "server/cluster/message_pack.hpp"

namespace parley::cluster {
namespace {

using namespace message_pack;

constexpr std::size_t largest_fixed_part_bytes = 64;  // of an item with a body, names apart

void append_user(MapWriter& map, const BusUser& user) {
  append_string(map.key('n'), user.name);
  append_string(map.key('d'), user.dialect);
  append_string(map.key('r'), user.room);
  append_unsigned(map.key('a'), user.arrival);
  append_signed(map.key('s'), user.since_s);
}

/// Writes one item; each operator() begins with the kind.
struct ItemWriter {
  std::string& out;
  MapWriter map{out};

  void kind(std::string_view word) { append_string(map.key('t'), word); }

  void operator()(const Arrived& item) {
    kind("arrived");
    append_user(map, item.user);
  }
  void operator()(const Left& item) {
    kind("left");
    append_string(map.key('n'), item.name);
  }
  void operator()(const Moved& item) {
    kind("moved");
    append_string(map.key('n'), item.name);
    append_string(map.key('r'), item.room);
  }
  void operator()(const Renamed& item) {
    kind("renamed");
    append_string(map.key('f'), item.former);
    append_user(map, item.user);
  }
  void operator()(const Users& item) {
    kind("users");
    append_boolean(map.key('h'), item.is_first);
    append_boolean(map.key('e'), item.is_last);
    append_array_header(map.key('u'), item.users.size());
    for (const BusUser& user : item.users) {
      MapWriter inner(out);
      append_user(inner, user);
    }
  }
  void operator()(const AskUsers&) { kind("ask"); }
  void operator()(const Line& item) {
    out.reserve(out.size() + item.sender.size() + item.recipient.size() + item.room.size() +
                item.body.size() + largest_fixed_part_bytes);
    kind("line");
    append_string(map.key('n'), item.sender);
    append_string(map.key('p'), item.recipient);
    append_string(map.key('r'), item.room);
    append_binary(map.key('b'), item.body);
    append_unsigned(map.key('i'), item.number);
    append_unsigned(map.key('w'), item.answer_by_ms);
  }
  void operator()(const Answer& item) {
    kind("answer");
    append_unsigned(map.key('i'), item.number);
    append_unsigned(map.key('o'), static_cast<std::uint64_t>(item.outcome));
  }
  void operator()(const Fence& item) {
    kind("fence");
    append_unsigned(map.key('i'), item.number);
  }
  void operator()(const Tick&) { kind("tick"); }
  void operator()(const Bye&) { kind("bye"); }
  void operator()(const Kick& item) {
    kind("kick");
    append_string(map.key('n'), item.name);
    append_string(map.key('x'), item.reason);
  }
  void operator()(const Say& item) {
    kind("say");
    append_string(map.key('x'), item.text);
  }
  void operator()(const Bans& item) {
    kind("bans");
    append_array_header(map.key('u'), item.bans.size());
    for (const Ban& ban : item.bans) {
      MapWriter inner(out);
      const bool is_name = std::holds_alternative<std::string>(ban.whom);
      append_string(inner.key(is_name ? 'n' : 'x'), to_text(ban.whom));
      append_signed(inner.key('s'), ban.until_s);
      append_signed(inner.key('a'), ban.changed_ms);
      append_boolean(inner.key('e'), ban.is_lifted);
    }
  }
  void operator()(const AskStandings& item) {
    kind("look");
    append_unsigned(map.key('i'), item.number);
  }
  void operator()(const Standings& item) {
    kind("looks");
    append_unsigned(map.key('i'), item.number);
    append_boolean(map.key('e'), item.is_last);
    append_array_header(map.key('u'), item.users.size());
    for (const BusStanding& user : item.users) {
      MapWriter inner(out);
      append_string(inner.key('n'), user.name);
      append_string(inner.key('x'), user.address);
      append_unsigned(inner.key('f'), user.sent_bytes);
      append_unsigned(inner.key('g'), user.received_bytes);
      append_unsigned(inner.key('q'), user.queue_bytes);
    }
  }
};

}  // namespace

std::string encode(const Item& item) {
  std::string out;
  std::visit(ItemWriter{out}, item);
  return out;
}

std::string pack(const Envelope& envelope, std::span<const std::string> items) {
  std::size_t bytes = largest_fixed_part_bytes + envelope.node.size();
  for (const std::string& item : items) bytes += item.size();
  std::string out;
  out.reserve(bytes);
  append_array_header(out, envelope_fields + items.size());
  append_unsigned(out, bus_version);
  append_string(out, envelope.node);
  append_unsigned(out, envelope.incarnation);
  append_unsigned(out, envelope.recipient_incarnation);
  append_unsigned(out, envelope.sequence);
  append_signed(out, envelope.sent_ms);
  for (const std::string& item : items) out += item;
  return out;
}

std::string to_subject_end(const LostPacket& packet) {
  return std::string(packet.token) + '.' + std::to_string(packet.incarnation) + '.' +
         std::to_string(packet.sequence);
}

std::string encode(const Heartbeat& heartbeat) {
  std::string out;
  MapWriter map(out);
  append_unsigned(map.key('v'), bus_version);
  append_string(map.key('m'), heartbeat.node);
  append_unsigned(map.key('c'), heartbeat.incarnation);
  append_unsigned(map.key('l'), heartbeat.lease_revision);
  append_string(map.key('k'), heartbeat.accounts);
  return out;
}

std::string encode(const Claim& claim) {
  std::string out;
  MapWriter map(out);
  append_unsigned(map.key('v'), bus_version);
  append_string(map.key('m'), claim.node);
  append_unsigned(map.key('c'), claim.incarnation);
  append_string(map.key('n'), claim.name);
  return out;
}

bool is_valid_node_name(std::string_view name) {
  return !name.empty() && name.size() <= max_node_name_bytes && is_printable(name);
}

std::string to_token(std::string_view name) {
  if (name.empty()) return "_";
  std::string token;
  for (const char c : name) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-') {
      token += c;
      continue;
    }
    token += '_';
    append_hex(token, static_cast<unsigned char>(c));
  }
  return token;
}

}  // namespace parley::cluster
