#include "server/accounts/account_digest.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "protocol/text.hpp"
#include "protocol/user_name.hpp"

namespace parley::accounts {
namespace {

constexpr std::size_t sum_bytes = 16;
constexpr std::size_t bits_of_name = 10;
constexpr std::size_t least_filter_bytes = 8;
constexpr std::size_t most_filter_bytes = std::size_t{8} * 1024;
/// Of each name, each from 32 bits of its hash.
using Places = std::array<std::uint32_t, 4>;

std::string to_hex(std::string_view bytes) {
  std::string hex;
  for (const char byte : bytes) append_hex(hex, static_cast<unsigned char>(byte));
  return hex;
}

/// Nothing when it is no even number of hexadecimal digits.
std::optional<std::string> from_hex(std::string_view hex) {
  std::string bytes(hex.size() / 2, '\0');
  std::size_t count = 0;
  const char* end = nullptr;
  const bool is_read = ::sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
                                        hex.data(), hex.size(), nullptr, &count, &end) == 0;
  if (!is_read || 2 * count != hex.size()) return std::nullopt;
  return bytes;
}

void hash(void* out, std::size_t out_bytes, std::string_view text) {
  (void)::crypto_generichash(static_cast<unsigned char*>(out), out_bytes,
                             reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr, 0);
}

/// The bits of a name in a filter of so many bytes, the same on every machine.
Places places_of(const std::string& key, std::size_t filter_bytes) {
  std::array<unsigned char, sum_bytes> hashed{};
  hash(hashed.data(), hashed.size(), key);
  Places places{};
  for (std::size_t i = 0; i < hashed.size(); ++i)
    places[i / sizeof(std::uint32_t)] = places[i / sizeof(std::uint32_t)] << 8U | hashed[i];
  for (std::uint32_t& place : places) place %= static_cast<std::uint32_t>(8 * filter_bytes);
  return places;
}

unsigned char bit_of(std::uint32_t place) {
  return static_cast<unsigned char>(1U << place % 8);
}

}  // namespace

AccountDigest::AccountDigest(const AccountList& list) {
  if (list.size() == 0) return;
  std::array<char, sum_bytes> sum{};
  hash(sum.data(), sum.size(), list.to_text());
  sum_ = to_hex({sum.data(), sum.size()});
  filter_.resize(std::clamp(bits_of_name * list.size() / 8, least_filter_bytes, most_filter_bytes));
  for (const auto& [key, account] : list)
    for (const std::uint32_t place : places_of(key, filter_.size()))
      filter_[place / 8] = static_cast<char>(static_cast<unsigned char>(filter_[place / 8]) | bit_of(place));
}

std::optional<AccountDigest> AccountDigest::parse(std::string_view text) {
  AccountDigest digest;
  if (text.empty()) return digest;
  const auto blank = text.find(' ');
  if (blank != 2 * sum_bytes || !from_hex(text.substr(0, blank))) return std::nullopt;
  const auto filter = from_hex(text.substr(blank + 1));
  if (!filter || filter->size() < least_filter_bytes || filter->size() > most_filter_bytes)
    return std::nullopt;
  digest.sum_ = text.substr(0, blank);
  digest.filter_ = *filter;
  return digest;
}

std::string AccountDigest::to_text() const {
  return is_empty() ? std::string() : sum_ + ' ' + to_hex(filter_);
}

bool AccountDigest::may_have(std::string_view name) const {
  if (is_empty()) return false;
  return std::ranges::all_of(places_of(fold_case(name), filter_.size()), [this](std::uint32_t place) {
    return (static_cast<unsigned char>(filter_[place / 8]) & bit_of(place)) != 0;
  });
}

}  // namespace parley::accounts
