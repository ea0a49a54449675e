#include <algorithm>
#include <stdexcept>

#include "tests/bench/peers_system.hpp"

namespace parley::bench {

const std::vector<const PeerSystem*>& peer_systems() {
  static const std::vector<const PeerSystem*> systems{
      &relay_system, &parleyd_system, &nats_system,     &ngircd_system, &mosquitto_system,
      &redis_system, &telnet_system,  &livecode_system, &rooms_system,  &web_system};
  return systems;
}

const PeerSystem& find_peer_system(std::string_view name) {
  const auto found = std::ranges::find(peer_systems(), name, &PeerSystem::name);
  if (found == peer_systems().end()) throw std::runtime_error("there is no system " + std::string(name));
  return **found;
}

}  // namespace parley::bench
