#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

/// Whom an operator keeps out. Values and pure functions; any thread.
namespace parley {

/// An address as in IPv6; one of IPv4 is mapped (::ffff:0:0/96).
using AddressBytes = std::array<unsigned char, 16>;

/// Addresses that begin with the same bits.
class AddressRange {
 public:
  /// ADDRESS or ADDRESS/PREFIX, of IPv4, IPv6 or mapped; bits behind the prefix count as 0. Nothing: it is
  /// none.
  static std::optional<AddressRange> parse(std::string_view text);

  bool contains(const AddressBytes& address) const;
  /// Whether there is an address of 127.0.0.0/8, or ::1, in it.
  bool has_loopback() const;
  /// As parse() takes it; without a prefix when it is one address.
  std::string to_text() const;
  bool operator==(const AddressRange&) const = default;

 private:
  AddressBytes bytes_{};
  std::size_t prefix_bits_ = 0;  // of all 128
};

/// Whom a ban is about: a name, or addresses.
using Banned = std::variant<std::string, AddressRange>;

std::string to_text(const Banned& whom);

/// Why a user who was banned has left, for the log, and what the user is told (OD12.4).
inline constexpr const char* was_banned = "was banned by the operator";
inline constexpr const char* you_are_banned = "The operator has banned you.";

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
