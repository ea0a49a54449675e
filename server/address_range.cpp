#include "server/address_range.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace parley {
namespace {

constexpr std::size_t address_bits = 128;
constexpr std::size_t mapped_bits = 96;
constexpr std::size_t mapped_bytes = mapped_bits / 8;
constexpr AddressBytes mapped_zero = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr AddressBytes loopback_v4 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127};
constexpr std::size_t loopback_v4_bits = mapped_bits + 8;
constexpr AddressBytes loopback_v6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

bool has_same_bits(const AddressBytes& one, const AddressBytes& other, std::size_t bits) {
  const std::size_t whole = bits / 8;
  if (!std::equal(one.begin(), one.begin() + static_cast<std::ptrdiff_t>(whole), other.begin())) return false;
  return bits % 8 == 0 || (one[whole] ^ other[whole]) >> (8 - bits % 8) == 0;
}

void clear_behind(AddressBytes& bytes, std::size_t bits) {
  for (std::size_t i = bits; i < address_bits; ++i)
    bytes[i / 8] = static_cast<unsigned char>(bytes[i / 8] & ~(0x80U >> (i % 8)));
}

/// How many bits of the address are its family's alone: the prefix counts behind those. Nothing: it is no
/// address.
std::optional<std::size_t> read_address(const std::string& text, AddressBytes& bytes) {
  bytes = mapped_zero;
  if (::inet_pton(AF_INET, text.c_str(), bytes.data() + mapped_bytes) == 1) return mapped_bits;
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return 0;
  return std::nullopt;
}

}  // namespace

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  AddressRange range;
  const auto family_bits = read_address(std::string(text.substr(0, slash)), range.bytes_);
  if (!family_bits || text.find('\0') != std::string_view::npos) return std::nullopt;
  range.prefix_bits_ = address_bits;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    std::size_t prefix = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    const bool has_zeros = digits.size() > 1 && digits.front() == '0';
    if (digits.empty() || has_zeros || read.ec != std::errc() || read.ptr != digits.data() + digits.size() ||
        prefix > address_bits - *family_bits)
      return std::nullopt;
    range.prefix_bits_ = prefix + *family_bits;
  }
  clear_behind(range.bytes_, range.prefix_bits_);
  return range;
}

std::optional<std::string> AddressRange::about_zeros(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  std::string_view digits = text.substr(slash + 1);
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  const std::string other = std::string(text.substr(0, slash + 1)).append(digits);
  if (other == text || !parse(other)) return std::nullopt;
  return "the prefix of " + std::string(text) + " begins with a zero; write " + other;
}

bool AddressRange::contains(const AddressBytes& address) const {
  return has_same_bits(bytes_, address, prefix_bits_);
}

bool AddressRange::has_loopback() const {
  return contains(loopback_v6) ||
         has_same_bits(bytes_, loopback_v4, std::min(prefix_bits_, loopback_v4_bits));
}

std::string AddressRange::to_text() const {
  const bool is_v4 = prefix_bits_ >= mapped_bits && has_same_bits(bytes_, mapped_zero, mapped_bits);
  std::array<char, INET6_ADDRSTRLEN> room{};
  const auto* const address = bytes_.data() + (is_v4 ? mapped_bytes : 0);
  std::string text = ::inet_ntop(is_v4 ? AF_INET : AF_INET6, address, room.data(), room.size());
  if (prefix_bits_ < address_bits) text += '/' + std::to_string(prefix_bits_ - (is_v4 ? mapped_bits : 0));
  return text;
}

}  // namespace parley
