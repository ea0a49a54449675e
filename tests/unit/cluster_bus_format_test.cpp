#include "server/cluster/bus_format.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/text.hpp"

namespace parley::cluster {
namespace {

using namespace std::string_literals;
using nlohmann::json;

constexpr std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();

const Envelope envelope{"node one.example:5050", 0x8000'0000'0000'0001, 7, 42, -123'456};
const BusUser alice{"alice", "two-socket", "General", 12, 1'700'000'000};
const BusUser odd{"h\xc3\xa9l.*=", "livecode", "Caf\xc3\xa9 > 2.*", largest, 0};

std::string every_byte() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}

/// One of each kind, with what names and bodies can hold.
const std::vector<Item>& each_kind() {
  static const std::vector<Item> items = {
      Arrived{alice},
      Arrived{odd},
      Left{"alice"},
      Moved{"h\xc3\xa9l.*=", "Caf\xc3\xa9 > 2.*"},
      Renamed{"alice", odd},
      Users{true, false, {alice, odd}},
      Users{false, true, {}},
      AskUsers{},
      Line{"alice", "bob", "", "\0\n\xff"s, 1, std::uint64_t{max_sent_ms}},
      Line{"alice", "", "General", "", largest, 0},
      Answer{1, BusOutcome::received},
      Answer{127, BusOutcome::failed},
      Answer{largest, BusOutcome::rejected},
      Fence{1},
      Fence{largest},
      Tick{},
      Bye{},
      Kick{"alice", ""},
      Kick{"h\xc3\xa9l.*=", "no \\ flooding"},
      Say{"We stop at five. \xc3\x9c"},
      Bans{},
      Bans{{{"alice", 0, 0, false},
            {"h\xc3\xa9l.*=", max_ban_s, max_ban_s * 1000, true},
            {*AddressRange::parse("192.0.2.0/24"), 1, 2, false},
            {*AddressRange::parse("2001:db8::/32"), 0, 3, true}}},
      AskStandings{largest},
      Standings{1, true, {}},
      Standings{largest, false, {{"alice", "[2001:db8::7]:5050", largest, 1, 0}, {"bob", "", 0, 0, largest}}},
  };
  return items;
}

std::string pack_items(const std::vector<Item>& items) {
  std::vector<std::string> encoded;
  for (const Item& item : items) encoded.push_back(encode(item));
  return pack(envelope, encoded);
}

/// A packet as somebody else's MessagePack has it.
std::string foreign(std::vector<json> items, const json& version = bus_version, const json& sent_ms = -1,
                    const json& sequence = 1) {
  json array = {version, "one", 1, 0, sequence, sent_ms};
  for (json& item : items) array.push_back(std::move(item));
  std::string bytes;
  json::to_msgpack(array, bytes);
  return bytes;
}

std::string foreign_map(const json& map) {
  std::string bytes;
  json::to_msgpack(map, bytes);
  return bytes;
}

std::vector<Item> items_of(const std::string& bytes) {
  auto parsed = parse_packet(bytes);
  if (const auto* const fault = std::get_if<BusFault>(&parsed)) FAIL(fault->what);
  return std::get<Packet>(parsed).items;
}

/// What is wrong with the packet; empty: nothing.
std::string fault_of(const std::string& bytes) {
  const auto parsed = parse_packet(bytes);
  const auto* const fault = std::get_if<BusFault>(&parsed);
  return fault != nullptr ? fault->what : "";
}

json line_with(const std::string& field, const json& value) {
  json line = {{"t", "line"}, {"n", "alice"}, {"p", "bob"}, {"r", "General"}, {"b", json::binary({1})},
               {"i", 1},      {"w", 10'000}};
  line[field] = value;
  return line;
}

json user_with(const std::string& field, const json& value) {
  json user = {{"n", "alice"}, {"d", "telnet"}, {"r", "General"}, {"a", 1}, {"s", 1}};
  user[field] = value;
  return user;
}

json arrived_with(const std::string& field, const json& value) {
  json item = user_with(field, value);
  item["t"] = "arrived";
  return item;
}

}  // namespace

TEST_CASE("what is packed is parsed to the same") {
  const auto parsed = parse_packet(pack_items(each_kind()));
  REQUIRE(std::holds_alternative<Packet>(parsed));
  CHECK(std::get<Packet>(parsed).envelope == envelope);
  CHECK(std::get<Packet>(parsed).items == each_kind());
  for (const Item& item : each_kind()) CHECK(items_of(pack_items({item})) == std::vector{item});
  CHECK(items_of(pack_items({})).empty());
  const std::vector<Item> many(70'000, Tick{});
  CHECK(items_of(pack_items(many)) == many);
}

TEST_CASE("bodies of every byte value and length") {
  const Line every{"alice", "bob", "", every_byte(), 1, 1};
  CHECK(items_of(pack_items({every})) == std::vector<Item>{every});
  for (const std::size_t length : {0U, 1U, 31U, 255U, 256U, 65'535U, 65'536U, 1'048'576U}) {
    const Line line{"alice", "", "General", std::string(length, '\xff'), 1, 1};
    CHECK(items_of(pack_items({line})) == std::vector<Item>{line});
  }
}

TEST_CASE("names of every length") {
  for (std::size_t length = 1; length <= 64; ++length) {
    const Moved moved{"alice", std::string(length, 'x')};
    CHECK(items_of(pack_items({moved})) == std::vector<Item>{moved});
  }
}

TEST_CASE("numbers of every size") {
  for (unsigned bits = 0; bits < 64; ++bits) {
    for (const std::uint64_t number : {(std::uint64_t{1} << bits) - 1, std::uint64_t{1} << bits}) {
      const Answer answer{number, BusOutcome::received};
      CHECK(items_of(pack_items({answer})) == std::vector<Item>{answer});
      CHECK(items_of(foreign({{{"t", "answer"}, {"i", number}, {"o", 0}}})) == std::vector<Item>{answer});
    }
  }
  for (const std::int64_t sent_ms : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{-32}, std::int64_t{-33},
                                     std::int64_t{-32'769}, max_sent_ms, -max_sent_ms}) {
    Envelope other = envelope;
    other.sent_ms = sent_ms;
    const auto own = parse_packet(pack(other, {}));
    REQUIRE(std::holds_alternative<Packet>(own));
    CHECK(std::get<Packet>(own).envelope.sent_ms == sent_ms);
    const auto theirs = parse_packet(foreign(json::array(), bus_version, sent_ms));
    REQUIRE(std::holds_alternative<Packet>(theirs));
    CHECK(std::get<Packet>(theirs).envelope.sent_ms == sent_ms);
  }
}

TEST_CASE("the bytes are MessagePack, with the fields that CLUSTER.md names") {
  const json packet = json::from_msgpack(
      pack_items({Renamed{"bob", alice}, Users{true, false, {alice}},
                  Line{"alice", "bob", "General", "\xff", 300, 10'000}, Answer{5, BusOutcome::rejected},
                  AskUsers{}, Left{"bob"}, Moved{"bob", "Attic"}, Tick{}, Bye{}, Arrived{alice}}));
  const json user = {{"n", "alice"}, {"d", "two-socket"}, {"r", "General"}, {"a", 12}, {"s", 1'700'000'000}};
  json renamed = user;
  renamed["t"] = "renamed";
  renamed["f"] = "bob";
  json arrived = user;
  arrived["t"] = "arrived";
  CHECK(packet == json::array({1,
                               "node one.example:5050",
                               0x8000'0000'0000'0001,
                               7,
                               42,
                               -123'456,
                               renamed,
                               {{"t", "users"}, {"h", true}, {"e", false}, {"u", json::array({user})}},
                               {{"t", "line"},
                                {"n", "alice"},
                                {"p", "bob"},
                                {"r", "General"},
                                {"b", json::binary({0xFF})},
                                {"i", 300},
                                {"w", 10'000}},
                               {{"t", "answer"}, {"i", 5}, {"o", 2}},
                               {{"t", "ask"}},
                               {{"t", "left"}, {"n", "bob"}},
                               {{"t", "moved"}, {"n", "bob"}, {"r", "Attic"}},
                               {{"t", "tick"}},
                               {{"t", "bye"}},
                               arrived}));
  CHECK(json::from_msgpack(encode(Heartbeat{"one", largest, 3, ""})) ==
        json({{"v", 1}, {"m", "one"}, {"c", largest}, {"l", 3}, {"k", ""}}));
  CHECK(json::from_msgpack(encode(Claim{"one", 2, "Alice"})) ==
        json({{"v", 1}, {"m", "one"}, {"c", 2}, {"n", "Alice"}}));
}

TEST_CASE("a packet that is cut anywhere, or goes on behind its end, is a fault") {
  const std::string whole = pack_items(each_kind());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(fault_of(whole.substr(0, length)).empty());
  }
  CHECK_FALSE(fault_of(whole + '\xc0').empty());
}

TEST_CASE("the byte that MessagePack never uses is a fault") {
  const std::string item = "\x82\xa1t\xa4tick\xa1z";
  CHECK(fault_of(pack(envelope, std::vector{item + '\xc0'})).empty());
  CHECK_FALSE(fault_of(pack(envelope, std::vector{item + '\xc1'})).empty());
}

TEST_CASE("an item with any byte changed is a fault in plain words, or an item that can be packed again") {
  // All values of a byte with PARLEY_LONG=1; else one in so many, others at each place.
  const std::size_t step = std::getenv("PARLEY_LONG") != nullptr ? 1 : 8;
  for (const Item& item : each_kind()) {
    const std::string whole = pack_items({item});
    std::size_t packets = 0;
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string bytes = whole.substr(at, 1);
      for (std::size_t value = at % step; value < 256; value += step) bytes += static_cast<char>(value);
      for (const char byte : bytes) {
        std::string changed = whole;
        changed[at] = byte;
        const auto parsed = parse_packet(changed);
        if (const auto* const packet = std::get_if<Packet>(&parsed)) {
          ++packets;
          if (items_of(pack_items(packet->items)) != packet->items) FAIL_CHECK(visible(changed));
        } else if (const std::string& what = std::get<BusFault>(parsed).what;
                   what.empty() || !is_printable(what)) {
          FAIL_CHECK(visible(changed) << ": " << visible(what));
        }
      }
    }
    CHECK(packets >= whole.size());  // each byte as it was, and other bodies and names
  }
}

TEST_CASE("unknown items and fields are passed over, whatever is in them") {
  const json strange = {
      {"list", {1, -1, 1.5, nullptr, true, json::binary({1, 2}), json::binary({1, 2, 3}, 5)}},
      {"map", {{"n", 5}}},
      {"A", 1},
      {"", 2}};
  json line = line_with("zz", strange);
  line["z"] = strange;
  const json unknown = {{"t", "song"}, {"n", 1}, {"u", strange}};
  const auto items = items_of(foreign({unknown, line, unknown}));
  CHECK(items == std::vector<Item>{Line{"alice", "bob", "General", "\x01", 1, 10'000}});
  json heartbeat = {{"v", 1}, {"m", "one"}, {"c", 2}, {"l", 3}, {"k", "x"}, {"later", strange}};
  CHECK(std::get<Heartbeat>(parse_heartbeat(foreign_map(heartbeat))) == Heartbeat{"one", 2, 3, "x"});
}

TEST_CASE("an operator's words are one line each, of people and addresses that can be") {
  const json kick = {{"t", "kick"}, {"n", "bob"}, {"x", "no flooding"}};
  const json say = {{"t", "say"}, {"x", "we stop"}};
  const json by_name = {{"n", "bob"}, {"s", 0}, {"a", 1}, {"e", false}};
  const json by_address = {{"x", "192.0.2.0/24"}, {"s", max_ban_s}, {"a", max_ban_s * 1000}, {"e", true}};
  const auto bans = [](json list) { return json{{"t", "bans"}, {"u", std::move(list)}}; };
  CHECK(items_of(foreign({kick, say, bans(json::array({by_name, by_address}))})) ==
        std::vector<Item>{Kick{"bob", "no flooding"}, Say{"we stop"},
                          Bans{{{"bob", 0, 1, false},
                                {*AddressRange::parse("192.0.2.0/24"), max_ban_s, max_ban_s * 1000, true}}}});
  const auto with = [](json item, const char* key, const json& value) {
    item[key] = value;
    return item;
  };
  const std::string longest(max_operator_text_bytes, 'x');
  CHECK(fault_of(foreign({with(say, "x", longest)})).empty());
  for (const json& text :
       {json("two\nlines"), json("\x1b[2J"), json("\xe2\x80\xae"), json(longest + 'x'), json(1)}) {
    CHECK_FALSE(fault_of(foreign({with(say, "x", text)})).empty());
    CHECK_FALSE(fault_of(foreign({with(kick, "x", text)})).empty());
  }
  CHECK_FALSE(fault_of(foreign({with(kick, "n", "a b")})).empty());
  for (const json& ban :
       {with(by_name, "n", ""), with(by_name, "s", -1), with(by_name, "s", max_ban_s + 1),
        with(by_name, "a", -1), with(by_name, "a", max_ban_s * 1000 + 1), with(by_name, "e", 1),
        with(by_address, "x", "192.0.2"), with(by_address, "x", "192.0.2.0/33"), with(by_address, "x", 1),
        json(1), json::object()})
    CHECK_FALSE(fault_of(foreign({bans(json::array({by_name, ban}))})).empty());
  CHECK_FALSE(fault_of(foreign({bans(by_name)})).empty());
}

TEST_CASE("how users are doing is of people who can be, at addresses that show as they are") {
  const json right = {{"n", "bob"}, {"x", "192.0.2.7:1"}, {"f", 1}, {"g", 2}, {"q", 3}};
  const auto standings = [](json list) {
    return json{{"t", "looks"}, {"i", 1}, {"e", true}, {"u", std::move(list)}};
  };
  CHECK(items_of(foreign({json{{"t", "look"}, {"i", 7}}, standings(json::array({right}))})) ==
        std::vector<Item>{AskStandings{7}, Standings{1, true, {{"bob", "192.0.2.7:1", 1, 2, 3}}}});
  const auto with = [&](const char* key, const json& value) {
    json user = right;
    user[key] = value;
    return standings(json::array({right, user}));
  };
  CHECK(fault_of(foreign({with("x", std::string(max_address_bytes, 'x'))})).empty());
  for (const auto& wrong :
       {with("x", std::string(max_address_bytes + 1, 'x')), with("x", "a\nb"), with("x", 1), with("n", "a b"),
        with("f", -1), with("g", "1"), with("q", nullptr), standings(right), json{{"t", "look"}}})
    CHECK_FALSE(fault_of(foreign({wrong})).empty());
}

TEST_CASE("a field that is missing, of another type or out of range is a fault") {
  REQUIRE(fault_of(foreign({line_with("i", 1), arrived_with("a", 1)})).empty());
  for (const char* field : {"t", "n", "p", "r", "b", "i", "w"}) {
    CAPTURE(field);
    for (const json& value : {json(nullptr), json(1.5), json::array({1}), json::object()})
      CHECK_FALSE(fault_of(foreign({line_with(field, value)})).empty());
    json line = line_with("i", 1);
    line.erase(field);
    CHECK_FALSE(fault_of(foreign({line})).empty());
  }
  CHECK_FALSE(fault_of(foreign({line_with("b", "a string")})).empty());
  CHECK_FALSE(fault_of(foreign({line_with("n", json::binary({'a'}))})).empty());
  CHECK_FALSE(fault_of(foreign({line_with("i", -1)})).empty());
  CHECK_FALSE(fault_of(foreign({line_with("w", std::uint64_t{max_sent_ms} + 1)})).empty());
  CHECK_FALSE(fault_of(foreign({arrived_with("s", -1)})).empty());
  CHECK(fault_of(foreign({arrived_with("s", max_since_s)})).empty());
  CHECK_FALSE(fault_of(foreign({arrived_with("s", max_since_s + 1)})).empty());
  CHECK_FALSE(fault_of(foreign({{{"t", "answer"}, {"i", 1}, {"o", 3}}})).empty());
  for (const json& user : {user_with("n", ""), user_with("a", "x"), json(1)})
    CHECK_FALSE(
        fault_of(foreign({{{"t", "users"}, {"h", true}, {"e", true}, {"u", {user_with("a", 1), user}}}}))
            .empty());
  CHECK_FALSE(
      fault_of(foreign({{{"t", "users"}, {"h", true}, {"e", true}, {"u", user_with("a", 1)}}})).empty());
  CHECK_FALSE(fault_of(foreign({1})).empty());
}

TEST_CASE("an envelope is complete and in range") {
  CHECK_FALSE(fault_of(foreign(json::array(), bus_version, 0, 0)).empty());
  for (const json& sent : {json(max_sent_ms + 1), json(-max_sent_ms - 1), json(largest),
                           json(std::numeric_limits<std::int64_t>::min()), json("now"), json(nullptr)})
    CHECK_FALSE(fault_of(foreign(json::array(), bus_version, sent)).empty());
  CHECK_FALSE(fault_of(foreign_map(json::array({bus_version, "one", 1, 0, 1}))).empty());
  CHECK_FALSE(fault_of(foreign_map(json::array({bus_version, "o\nne", 1, 0, 1, 1}))).empty());
  CHECK_FALSE(fault_of(foreign_map(json::array({bus_version, "one", 1, -1, 1, 1}))).empty());
}

TEST_CASE("names that nobody can have are faults") {
  for (const std::string& name : {""s, "a b"s, "ALL"s, "a:b"s, "-a"s, "a\nb"s, "a\x01"s, "\xff"s,
                                  "\xe2\x80\xae"
                                  "a"s,
                                  std::string(33, 'a')}) {
    CAPTURE(visible(name));
    CHECK_FALSE(fault_of(pack_items({Left{name}})).empty());
    CHECK_FALSE(fault_of(pack_items({Line{name, "bob", "", "", 0, 0}})).empty());
    if (!name.empty()) CHECK_FALSE(fault_of(pack_items({Line{"alice", name, "", "", 0, 0}})).empty());
    if (!name.empty()) CHECK_FALSE(parse_claim(encode(Claim{"one", 1, name})));
  }
  for (const std::string& room : {""s, " a"s, "a\r\nb"s, "\xff"s, std::string(65, 'a')}) {
    CAPTURE(visible(room));
    CHECK_FALSE(fault_of(pack_items({Moved{"alice", room}})).empty());
    CHECK_FALSE(fault_of(pack_items({Line{"alice", "", room, "", 0, 0}})).empty());
  }
  for (const std::string& dialect : {""s, "a\n"s, std::string(33, 'a')})
    CHECK_FALSE(fault_of(foreign({arrived_with("d", dialect.c_str())})).empty());
}

TEST_CASE("a name whose characters only another node's Unicode knows is a name") {
  const std::string unassigned = "a\xcd\xb8";  // U+0378: no character of Unicode's yet
  CHECK(items_of(pack_items({Moved{unassigned, unassigned}})) ==
        std::vector<Item>{Moved{unassigned, unassigned}});
  for (const std::string& hidden : {unassigned + '\n', unassigned + ' ' + 'b', unassigned + "\xe2\x80\xae"})
    CHECK_FALSE(fault_of(pack_items({Left{hidden}})).empty());
}

TEST_CASE("ten thousand levels, where nothing is known of them") {
  for (const std::string& level : {"\x91"s, "\x81\xa1z"s}) {
    std::string nested;
    for (int count = 0; count < 10'000; ++count) nested += level;
    CHECK_FALSE(fault_of(nested).empty());
    CHECK_FALSE(fault_of(nested + '\xc0').empty());
    const std::string item = "\x82\xa1t\xa4tick\xa1z" + nested + '\xc0';
    CHECK(items_of(pack(envelope, std::vector{item})) == std::vector<Item>{Tick{}});
    const std::string users =
        "\x84\xa1t\xa5users\xa1h\xc3\xa1"
        "e\xc3\xa1u" +
        nested + '\xc0';
    CHECK_FALSE(fault_of(pack(envelope, std::vector{users})).empty());
    CHECK(std::holds_alternative<BusFault>(parse_heartbeat(nested + '\xc0')));
    CHECK_FALSE(parse_claim(nested + '\xc0'));
  }
}

TEST_CASE("lengths that are not there are faults at once") {
  const std::string four_gib = "\xff\xff\xff\xff";
  for (const char* type : {"\xdb", "\xc6", "\xc9", "\xdd", "\xdf"}) {
    const std::string huge = type + four_gib;
    CHECK_FALSE(fault_of(huge).empty());
    CHECK(std::holds_alternative<BusFault>(parse_heartbeat(huge)));
    CHECK_FALSE(parse_claim(huge));
    CHECK_FALSE(fault_of(pack(envelope, std::vector{huge})).empty());
    CHECK_FALSE(fault_of(pack(envelope, std::vector{"\x81\xa1u" + huge})).empty());
    CHECK_FALSE(fault_of(pack(envelope, std::vector{"\x82\xa1t\xa5users\xa1u" + huge})).empty());
  }
}

TEST_CASE("another version is a fault that says so") {
  CHECK(fault_of(foreign(json::array(), 2)) == "it is of version 2, and this node speaks version 1");
  CHECK(fault_of(foreign({"whatever"}, 2, "later")) == "it is of version 2, and this node speaks version 1");
  CHECK(fault_of(foreign(json::array(), "1")) == "it has no version");
  const json later = {{"v", 2}, {"m", "one"}, {"c", 2}, {"l", 3}, {"k", ""}, {"n", ""}};
  CHECK(std::get<BusFault>(parse_heartbeat(foreign_map(later))).what ==
        "it is of version 2, and this node speaks version 1");
  CHECK_FALSE(parse_claim(foreign_map(later)));
}

TEST_CASE("heartbeats and claims are parsed to the same; cut anywhere they are none") {
  const Heartbeat heartbeat{"h\xc3\xa9l > *.1", largest, 0, "reserved"};
  const std::string beat = encode(heartbeat);
  CHECK(std::get<Heartbeat>(parse_heartbeat(beat)) == heartbeat);
  for (std::size_t length = 0; length < beat.size(); ++length)
    CHECK(std::holds_alternative<BusFault>(parse_heartbeat(beat.substr(0, length))));
  for (const Claim& claim : {Claim{"one", largest, "h\xc3\xa9l.*="}, Claim{"one", 1, ""}}) {
    const std::string bytes = encode(claim);
    CHECK(parse_claim(bytes) == claim);
    CHECK_FALSE(parse_claim(bytes + '\x01'));
    for (std::size_t length = 0; length < bytes.size(); ++length)
      CHECK_FALSE(parse_claim(bytes.substr(0, length)));
  }
  CHECK_FALSE(parse_claim(encode(Claim{"", 1, "alice"})));
}

TEST_CASE("a node's name shows as it is") {
  for (const std::string& name :
       {"one"s, "host.example:5050"s, "* > a"s, "h\xc3\xa9l"s, std::string(64, 'a')})
    CHECK(is_valid_node_name(name));
  for (const std::string& name :
       {""s, "a\n"s, "\0"s, "a\x7f"s, "\xc2\x80"s, "\xff"s, "\xe2\x80\xae"s, std::string(65, 'a')})
    CHECK_FALSE(is_valid_node_name(name));
}

TEST_CASE("tokens are clean, readable, and different for different names") {
  CHECK(to_token("Alice-7") == "Alice-7");
  CHECK(to_token("a.b *>_\xc3\xa9") == "a_2eb_20_2a_3e_5f_c3_a9");
  CHECK(to_token("") == "_");
  std::set<std::string> tokens;
  std::size_t names = 0;
  const auto add = [&](const std::string& name) {
    ++names;
    const std::string token = to_token(name);
    const bool is_clean = std::ranges::all_of(token, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
             c == '_';
    });
    if (token.empty() || !is_clean) FAIL_CHECK(visible(token));
    tokens.insert(token);
  };
  add("");
  for (const char first : every_byte()) {
    add({first});
    for (const char second : every_byte()) add({first, second});
  }
  for (const char* name : {"_2e", "a_2e", "a.", "_2e_", "__", "_5f"}) add(name + "long"s);
  CHECK(tokens.size() == names);
}

}  // namespace parley::cluster
