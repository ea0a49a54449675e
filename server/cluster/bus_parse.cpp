#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include "protocol/text.hpp"
#include "protocol/user_name.hpp"
#include "server/cluster/bus_format.hpp"
#include "server/cluster/message_pack.hpp"

namespace parley::cluster {
namespace {

using message_pack::Reader;
using message_pack::Value;
using Type = Value::Type;

constexpr std::uint64_t any_number = std::numeric_limits<std::uint64_t>::max();

/// What this node's Unicode does not know yet another node's may: a name is refused for it only when it would
/// not show as it is, too.
bool is_name(NameFault fault, std::string_view name) {
  return fault == NameFault::none || (fault == NameFault::undefined && is_printable(name));
}

bool is_user_name(std::string_view name) {
  return is_name(check_name(name), name) && name.find(' ') == std::string_view::npos;
}

bool is_room_name(std::string_view name) {
  return is_name(check_room_name(name), name);
}

bool is_empty_or_user_name(std::string_view name) {
  return name.empty() || is_user_name(name);
}

bool is_empty_or_room_name(std::string_view name) {
  return name.empty() || is_room_name(name);
}

bool is_dialect(std::string_view word) {
  return !word.empty() && word.size() <= max_dialect_bytes && is_printable(word);
}

bool is_operator_text(std::string_view text) {
  return text.size() <= max_operator_text_bytes && is_printable(text);
}

bool is_address(std::string_view text) {
  return text.size() <= max_address_bytes && is_printable(text);
}

/// The fields of a map that is read for good: what is under each letter. Other keys are passed over, and of
/// two values under one letter the later counts. A field that is not there, or not what is asked for, is the
/// map's fault; the first fault stays, and what is returned then stands for nothing.
class Fields {
 public:
  /// Nothing: the next value is no map, or is cut off.
  static std::optional<Fields> read(Reader& reader) {
    auto map = reader.next_whole();
    if (!map || map->type != Type::map) return std::nullopt;
    Fields fields;
    Reader inside(map->bytes);
    while (!inside.is_at_end()) {
      const auto key = inside.next_whole();
      const auto value = inside.next_whole();
      if (is_letter(*key)) fields.values_[slot(key->bytes[0])] = *value;
    }
    return fields;
  }

  std::string_view fault() const { return fault_; }
  void fail(std::string_view fault) {
    if (fault_.empty()) fault_ = fault;
  }

  std::string_view text(char key, bool (*is_right)(std::string_view), std::string_view fault) {
    const Value& value = values_[slot(key)];
    if (value.type == Type::string && is_right(value.bytes)) return value.bytes;
    fail(fault);
    return {};
  }
  std::string user_name(char key) {
    return std::string(text(key, is_user_name, "a user's name is missing, or nobody can have it"));
  }
  std::string room_name(char key) {
    return std::string(text(key, is_room_name, "a room's name is missing, or no room can have it"));
  }
  std::string node_name() {
    return std::string(text('m', is_valid_node_name, "the node's name is missing, or no node can have it"));
  }
  std::string_view binary(char key) {
    const Value& value = values_[slot(key)];
    if (value.type != Type::binary) fail("the body is missing, or no binary");
    return value.bytes;
  }
  bool boolean(char key) {
    const Value& value = values_[slot(key)];
    if (value.type != Type::boolean) fail("a yes or no is missing");
    return value.number == 1;
  }
  std::uint64_t number(char key, std::uint64_t most = any_number) {
    const Value& value = values_[slot(key)];
    if (value.type != Type::not_negative || value.number > most) fail("a number is missing, or out of range");
    return value.number;
  }
  const Value& value(char key) const { return values_[slot(key)]; }

 private:
  static bool is_letter(const Value& key) {
    return key.type == Type::string && key.bytes.size() == 1 && key.bytes[0] >= 'a' && key.bytes[0] <= 'z';
  }
  static std::size_t slot(char key) { return static_cast<std::size_t>(key - 'a'); }

  std::array<Value, 26> values_{};
  std::string_view fault_;
};

BusUser read_user(Fields& fields) {
  BusUser user;
  user.name = fields.user_name('n');
  user.dialect = fields.text('d', is_dialect, "a dialect is missing, or no word");
  user.room = fields.room_name('r');
  user.arrival = fields.number('a');
  user.since_s = static_cast<std::int64_t>(fields.number('s', max_since_s));
  return user;
}

Item read_arrived(Fields& fields) {
  return Arrived{read_user(fields)};
}

Item read_left(Fields& fields) {
  return Left{fields.user_name('n')};
}

Item read_moved(Fields& fields) {
  return Moved{fields.user_name('n'), fields.room_name('r')};
}

Item read_renamed(Fields& fields) {
  return Renamed{fields.user_name('f'), read_user(fields)};
}

/// Each map of the list under `u`. What the array says of its length allocates nothing: each one is there
/// before there is room made for it.
template <typename Take>
void read_list(Fields& fields, Take take) {
  const Value& list = fields.value('u');
  if (list.type != Type::array) return fields.fail("a list is missing");
  for (Reader reader(list.bytes); !reader.is_at_end() && fields.fault().empty();) {
    auto one = Fields::read(reader);
    if (!one) return fields.fail("what is in a list is no map");
    take(*one);
    fields.fail(one->fault());
  }
}

Item read_users(Fields& fields) {
  Users item{fields.boolean('h'), fields.boolean('e'), {}};
  read_list(fields, [&](Fields& user) { item.users.push_back(read_user(user)); });
  return item;
}

Item read_kick(Fields& fields) {
  return Kick{fields.user_name('n'),
              std::string(fields.text('x', is_operator_text, "the reason is missing, or no line"))};
}

Item read_say(Fields& fields) {
  return Say{std::string(fields.text('x', is_operator_text, "the text is missing, or no line"))};
}

Ban read_ban(Fields& fields) {
  Ban ban;
  if (fields.value('x').type == Type::string) {
    if (const auto range = AddressRange::parse(fields.value('x').bytes))
      ban.whom = *range;
    else
      fields.fail("a banned address is none");
  } else {
    ban.whom = fields.user_name('n');
  }
  ban.until_s = static_cast<std::int64_t>(fields.number('s', max_ban_s));
  ban.changed_ms = static_cast<std::int64_t>(fields.number('a', max_ban_s * 1000));
  ban.is_lifted = fields.boolean('e');
  return ban;
}

Item read_bans(Fields& fields) {
  Bans item;
  read_list(fields, [&](Fields& ban) { item.bans.push_back(read_ban(ban)); });
  return item;
}

Item read_ask_standings(Fields& fields) {
  return AskStandings{fields.number('i')};
}

BusStanding read_standing(Fields& fields) {
  return {fields.user_name('n'), std::string(fields.text('x', is_address, "an address is missing, or none")),
          fields.number('f'), fields.number('g'), fields.number('q')};
}

Item read_standings(Fields& fields) {
  Standings item{fields.number('i'), fields.boolean('e'), {}};
  read_list(fields, [&](Fields& user) { item.users.push_back(read_standing(user)); });
  return item;
}

Item read_ask_users(Fields&) {
  return AskUsers{};
}

Item read_line(Fields& fields) {
  Line line;
  line.sender = fields.user_name('n');
  line.recipient = fields.text('p', is_empty_or_user_name, "the recipient is missing, or nobody's name");
  const bool is_private = !line.recipient.empty();
  line.room =
      is_private ? fields.text('r', is_empty_or_room_name, "a room's name is missing, or no room can have it")
                 : fields.room_name('r');
  line.body = fields.binary('b');
  line.number = fields.number('i');
  line.answer_by_ms = fields.number('w', max_sent_ms);
  return line;
}

Item read_answer(Fields& fields) {
  Answer answer;
  answer.number = fields.number('i');
  answer.outcome =
      static_cast<BusOutcome>(fields.number('o', static_cast<std::uint64_t>(BusOutcome::rejected)));
  return answer;
}

Item read_fence(Fields& fields) {
  return Fence{fields.number('i')};
}

Item read_tick(Fields&) {
  return Tick{};
}

Item read_bye(Fields&) {
  return Bye{};
}

struct Kind {
  std::string_view word;
  Item (*read)(Fields& fields);
};

constexpr Kind kinds[] = {
    {"line", read_line},       {"answer", read_answer},   {"fence", read_fence},
    {"tick", read_tick},       {"arrived", read_arrived}, {"left", read_left},
    {"moved", read_moved},     {"renamed", read_renamed}, {"users", read_users},
    {"ask", read_ask_users},   {"bye", read_bye},         {"kick", read_kick},
    {"say", read_say},         {"bans", read_bans},       {"look", read_ask_standings},
    {"looks", read_standings},
};

/// Adds the next item, unless its kind is unknown here. What is wrong; empty: nothing.
std::string read_item(Reader& reader, std::vector<Item>& items) {
  auto fields = Fields::read(reader);
  if (!fields) return "an item is no map, or is cut off";
  const Value& word = fields->value('t');
  if (word.type != Type::string) return "an item says not of which kind it is";
  const auto* const kind = std::ranges::find(kinds, word.bytes, &Kind::word);
  if (kind == std::end(kinds)) return {};
  Item item = kind->read(*fields);
  if (!fields->fault().empty())
    return "in an item of the kind " + std::string(kind->word) + ": " + std::string(fields->fault());
  items.push_back(std::move(item));
  return {};
}

std::string version_fault(const std::optional<Value>& version) {
  if (!version || version->type != Type::not_negative) return "it has no version";
  if (version->number == bus_version) return {};
  return "it is of version " + std::to_string(version->number) + ", and this node speaks version " +
         std::to_string(bus_version);
}

/// Nothing: something is missing, or out of range.
std::optional<Envelope> read_envelope(Reader& reader) {
  const auto node = reader.next();
  if (!node || node->type != Type::string || !is_valid_node_name(node->bytes)) return std::nullopt;
  Envelope envelope;
  envelope.node = node->bytes;
  for (std::uint64_t* number : {&envelope.incarnation, &envelope.recipient_incarnation, &envelope.sequence}) {
    const auto value = reader.next();
    if (!value || value->type != Type::not_negative) return std::nullopt;
    *number = value->number;
  }
  const auto sent = reader.next();
  if (!sent || (sent->type != Type::not_negative && sent->type != Type::negative)) return std::nullopt;
  envelope.sent_ms = static_cast<std::int64_t>(sent->number);
  const bool is_negative = sent->type == Type::negative;
  const bool is_in_range = envelope.sent_ms >= -max_sent_ms && envelope.sent_ms <= max_sent_ms &&
                           is_negative == (envelope.sent_ms < 0);
  if (envelope.sequence == 0 || !is_in_range) return std::nullopt;
  return envelope;
}

/// The fields of a heartbeat or a claim, which are one map; else what is wrong.
std::variant<Fields, BusFault> read_only_map(std::string_view bytes) {
  Reader reader(bytes);
  auto fields = Fields::read(reader);
  if (!fields || !reader.is_at_end()) return BusFault{"it is no map of MessagePack"};
  if (std::string fault = version_fault(fields->value('v')); !fault.empty())
    return BusFault{std::move(fault)};
  return *fields;
}

}  // namespace

std::variant<Packet, BusFault> parse_packet(std::string_view bytes) {
  Reader reader(bytes);
  const auto array = reader.next();
  if (!array || array->type != Type::array) return BusFault{"it is no array of MessagePack"};
  if (array->number < envelope_fields) return BusFault{"its envelope is not complete"};
  if (std::string fault = version_fault(reader.next()); !fault.empty()) return BusFault{std::move(fault)};
  auto envelope = read_envelope(reader);
  if (!envelope) return BusFault{"its envelope is not complete, or out of range"};
  Packet packet{*std::move(envelope), {}};
  for (std::uint64_t count = array->number - envelope_fields; count > 0; --count)
    if (std::string fault = read_item(reader, packet.items); !fault.empty())
      return BusFault{std::move(fault)};
  if (!reader.is_at_end()) return BusFault{"there are bytes behind its end"};
  return packet;
}

std::variant<Heartbeat, BusFault> parse_heartbeat(std::string_view bytes) {
  auto map = read_only_map(bytes);
  if (auto* const fault = std::get_if<BusFault>(&map)) return std::move(*fault);
  auto& fields = std::get<Fields>(map);
  Heartbeat heartbeat;
  heartbeat.node = fields.node_name();
  heartbeat.incarnation = fields.number('c');
  heartbeat.lease_revision = fields.number('l');
  heartbeat.accounts = fields.text('k', is_utf8, "the accounts are missing, or not UTF-8");
  if (!fields.fault().empty()) return BusFault{std::string(fields.fault())};
  return heartbeat;
}

std::optional<Claim> parse_claim(std::string_view bytes) {
  auto map = read_only_map(bytes);
  if (std::holds_alternative<BusFault>(map)) return std::nullopt;
  auto& fields = std::get<Fields>(map);
  Claim claim;
  claim.node = fields.node_name();
  claim.incarnation = fields.number('c');
  claim.name = fields.text('n', is_empty_or_user_name, "the claimed name is missing, or nobody's name");
  return fields.fault().empty() ? std::optional(std::move(claim)) : std::nullopt;
}

LostPacket parse_lost(std::string_view subject) {
  const auto take_last = [&subject] {
    const std::size_t dot = subject.rfind('.');
    if (dot == std::string_view::npos) return std::string_view{};
    const std::string_view token = subject.substr(dot + 1);
    subject = subject.substr(0, dot);
    return token;
  };
  LostPacket packet;
  for (std::uint64_t* const number : {&packet.sequence, &packet.incarnation}) {
    const std::string_view digits = take_last();
    std::from_chars(digits.data(), digits.data() + digits.size(), *number);
  }
  packet.token = take_last();
  return packet;
}

}  // namespace parley::cluster
