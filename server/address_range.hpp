#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// Addresses and what they have in common. Values and pure functions; any thread.
namespace parley {

/// An address as in IPv6; one of IPv4 is mapped (::ffff:0:0/96).
using AddressBytes = std::array<unsigned char, 16>;

/// Addresses that begin with the same bits.
class AddressRange {
 public:
  /// ADDRESS or ADDRESS/PREFIX, of IPv4, IPv6 or mapped; bits behind the prefix count as 0. Nothing: it is
  /// none.
  static std::optional<AddressRange> parse(std::string_view text);
  /// Of a text that would be one but for zeros before its prefix, which some read in base eight: what to
  /// write.
  static std::optional<std::string> about_zeros(std::string_view text);

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

}  // namespace parley
