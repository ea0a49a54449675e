// Invariant: what can be parsed is encoded again and parsed to the same; a fault is a sentence that shows as
// it is; a token is one.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/text.hpp"
#include "server/cluster/bus_format.hpp"
#include "tests/fuzz/require.hpp"

using namespace parley;
using namespace parley::cluster;

namespace {

void check_fault(const BusFault& fault) {
  require(!fault.what.empty() && fault.what.size() < 200 && is_printable(fault.what), "a plain fault");
}

void check_packet(std::string_view bytes) {
  const auto parsed = parse_packet(bytes);
  if (const auto* const fault = std::get_if<BusFault>(&parsed)) return check_fault(*fault);
  const auto& packet = std::get<Packet>(parsed);
  require(packet.items.size() < bytes.size(), "fewer items than bytes");
  std::vector<std::string> items;
  for (const Item& item : packet.items) items.push_back(encode(item));
  const auto again = parse_packet(pack(packet.envelope, items));
  require(std::holds_alternative<Packet>(again) && std::get<Packet>(again) == packet, "the packet again");
}

void check_heartbeat(std::string_view bytes) {
  const auto parsed = parse_heartbeat(bytes);
  if (const auto* const fault = std::get_if<BusFault>(&parsed)) return check_fault(*fault);
  const auto& heartbeat = std::get<Heartbeat>(parsed);
  const auto again = parse_heartbeat(encode(heartbeat));
  require(std::holds_alternative<Heartbeat>(again) && std::get<Heartbeat>(again) == heartbeat,
          "the heartbeat again");
}

void check_claim(std::string_view bytes) {
  const auto claim = parse_claim(bytes);
  if (claim) require(parse_claim(encode(*claim)) == claim, "the claim again");
}

void check_token(std::string_view name) {
  const std::string token = to_token(name);
  require(!token.empty() && token.size() <= std::max<std::size_t>(3 * name.size(), 1), "a token's length");
  require(token.find_first_of(" .*>/") == std::string::npos && is_printable(token), "a clean token");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(data, data + size);
  check_packet(bytes);
  check_heartbeat(bytes);
  check_claim(bytes);
  check_token(bytes);
  return 0;
}
