#include "tests/bench/peers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "tests/bench/peers_measure.hpp"
#include "tests/bench/scale_machine.hpp"

namespace parley::bench {
namespace {

constexpr const char* four_hops =
    "Every message is acknowledged, and takes four hops: sender, server, receiver, server, sender. For "
    "parleyd the way back is its own (RECEIVED, SENT); through the others the receiver sends a message "
    "back, of two bytes: nats-server to the reply subject, ngircd to the sender's nickname, mosquitto "
    "(QoS 0) and redis to the sender's topic.";

PeersTable make_pairs() {
  PeersTable table{
      .name = "pairs",
      .title = "Pairs of users",
      .remark = std::string(four_hops) +
                " The relay moves parleyd's bytes without reading them: the limit. A line of IRC has at "
                "most 512 bytes, so ngircd cannot carry the longer bodies.",
      .rate = "messages/s",
      .rows = {}};
  for (const std::size_t body_bytes : {std::size_t{64}, std::size_t{1024}, std::size_t{16 * 1024}})
    for (const std::size_t pairs : {std::size_t{1}, std::size_t{8}, std::size_t{64}})
      table.rows.push_back(
          {.label = fmt::format("{} of {}", pairs == 1 ? "1 pair" : fmt::format("{} pairs", pairs),
                                body_bytes < 1024 ? fmt::format("{} B", body_bytes)
                                                  : fmt::format("{} KiB", body_bytes / 1024)),
           .load = {.groups = pairs, .body_bytes = body_bytes},
           .runs = {}});
  return table;
}

PeersTable make_broadcast() {
  PeersTable table{
      .name = "broadcast",
      .title = "One sender to many, 64 bytes",
      .remark =
          "The sender's next message leaves when every receiver has acknowledged the last one. "
          "parleyd and the relay count the receipts and answer the sender once. Through "
          "nats-server and redis each receiver sends its own back, and the sender reads all of "
          "them. mosquitto's receivers acknowledge to the broker (QoS 1: PUBACK), which does not "
          "tell the sender: here the clients count the receipts among themselves, which costs "
          "mosquitto nothing. IRC knows no receipts: its channels are among the rooms.",
      .rate = "deliveries/s",
      .rows = {}};
  for (const std::size_t receivers : {std::size_t{100}, std::size_t{1000}, std::size_t{4000}})
    table.rows.push_back({fmt::format("1 to {}", receivers), {.receivers = receivers}, {}});
  return table;
}

PeersTable make_many_to_one() {
  PeersTable table{
      .name = "many-to-one",
      .title = "Many senders to one, 64 bytes",
      .remark = std::string(four_hops) +
                " parleyd sends a receiver the next message when the last one has been acknowledged "
                "(D3.1). So does this relay, which keeps the others in a queue and reads nothing here, "
                "either: whose message is out tells whose the receipt is. It is the bound of one "
                "message out at a time. The brokers wait for nothing: what came together they read, "
                "and write on, together.",
      .rate = "messages/s",
      .rows = {},
      .ours = {"parleyd"},
      .beside = {"relay"}};
  for (const std::size_t senders : {std::size_t{8}, std::size_t{64}})
    table.rows.push_back({fmt::format("{} to 1", senders), {.senders = senders}, {}});
  return table;
}

PeersTable make_rooms() {
  return {.name = "rooms",
          .title = "A line to a room of 1,000, 64 bytes",
          .remark =
              "Nothing goes back: the sender's next line leaves when every other one there has read the last "
              "one, which the clients count among themselves. telnet, livecode, rooms and web are parleyd's "
              "dialects with one socket. The room is a topic for mosquitto (QoS 0), a channel for ngircd. "
              "The relay makes one write to each, the limit. The sender is one more; livecode, rooms and web "
              "show it its own line, too. Between two objects to a rooms client are at least 30 ms (RM4.2), "
              "which is what its delays show.",
          .rate = "deliveries/s",
          .rows = {{"1 to 1000", {.receivers = 1000, .is_room = true}, {}}},
          .ours = {"telnet", "livecode", "rooms", "web"},
          .beside = {"relay", "mosquitto", "ngircd"}};
}

std::vector<PeersTable> make_tables() {
  return {make_pairs(), make_broadcast(), make_many_to_one(), make_rooms()};
}

bool is_among(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::string describe_versions(const std::vector<const PeerSystem*>& systems) {
  std::string text = "parleyd " PARLEY_VERSION;
  for (const PeerSystem* system : systems)
    if (!system->package.empty()) text += ", " + describe_package(system->package);
  return text;
}

/// The systems take turns, so that a noisy moment meets all of them, and each round begins with another one.
void measure(PeersRow& row, std::vector<const PeerSystem*> systems, const PeersOptions& options) {
  std::erase_if(systems, [&](const PeerSystem* system) { return !system->takes_part(row.load); });
  for (int round = 1; round <= options.rounds; ++round) {
    for (const PeerSystem* system : systems) {
      std::fputs(
          fmt::format("{}, round {} of {}: {}\n", row.label, round, options.rounds, system->name).c_str(),
          stderr);
      row.runs[std::string(system->name)].push_back(measure_peer(*system, row.load, options.duration));
    }
    if (!systems.empty()) std::rotate(systems.begin(), systems.begin() + 1, systems.end());
  }
}

}  // namespace

std::vector<std::string> peer_table_names() {
  std::vector<std::string> names;
  for (const PeersTable& table : make_tables()) names.push_back(table.name);
  return names;
}

std::vector<std::string> peer_system_names() {
  std::vector<std::string> names;
  for (const PeerSystem* system : peer_systems()) names.emplace_back(system->name);
  return names;
}

PeersReport run_peers(const PeersOptions& options) {
  raise_file_limit();
  std::vector<const PeerSystem*> systems = peer_systems();
  std::erase_if(systems, [&](const PeerSystem* system) { return !is_among(options.systems, system->name); });
  PeersReport report{.machine = describe_machine(),
                     .versions = describe_versions(systems),
                     .rounds = options.rounds,
                     .seconds = std::chrono::duration<double>(options.duration).count(),
                     .systems = {},
                     .tables = make_tables()};
  for (const PeerSystem* system : systems) report.systems.emplace_back(system->name);
  std::erase_if(report.tables,
                [&](const PeersTable& table) { return !is_among(options.tables, table.name); });
  for (PeersTable& table : report.tables)
    for (PeersRow& row : table.rows) measure(row, systems, options);
  return report;
}

}  // namespace parley::bench
