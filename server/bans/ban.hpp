#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "server/address_range.hpp"

/// Whom an operator keeps out. Values and pure functions; any thread.
namespace parley {

/// Whom a ban is about: a name, or addresses.
using Banned = std::variant<std::string, AddressRange>;

std::string to_text(const Banned& whom);

/// Why a user who was banned has left, for the log.
inline constexpr const char* was_banned = "was banned by the operator";

/// 2255: what is later is no time of a ban.
inline constexpr std::int64_t max_ban_s = 9'000'000'000;

/// What an operator has last said of somebody, in times of 1970 (UTC).
struct Ban {
  Banned whom;
  std::int64_t until_s = 0;     ///< 0: for ever
  std::int64_t changed_ms = 0;  ///< when it was said; of two the later counts
  bool is_lifted = false;
  bool operator==(const Ban&) const = default;

  bool is_in_force(std::int64_t now_ms) const {
    return !is_lifted && (until_s == 0 || until_s * 1000 > now_ms);
  }
};

}  // namespace parley
