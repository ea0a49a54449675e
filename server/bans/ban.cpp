#include "server/bans/ban.hpp"

namespace parley {

std::string to_text(const Banned& whom) {
  const auto* const range = std::get_if<AddressRange>(&whom);
  return range != nullptr ? range->to_text() : std::get<std::string>(whom);
}

}  // namespace parley
