#include "server/accounts/password_hash.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <new>
#include <span>
#include <stdexcept>

namespace parley::accounts {
namespace {

constexpr auto operations = crypto_pwhash_OPSLIMIT_INTERACTIVE;
constexpr auto memory_bytes = crypto_pwhash_MEMLIMIT_INTERACTIVE;
static_assert(memory_bytes == hash_memory_bytes);
/// With these limits, and 16 bytes of salt and 32 of hash, each is as long.
constexpr std::string_view shape =
    "$argon2id$v=19$m=65536,t=2,p=1$ssssssssssssssssssssss$hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh";

/// What stands at the beginning of the text, up to another letter, and fills the bytes.
bool from_base64(std::string_view text, std::span<unsigned char> bytes) {
  std::size_t count = 0;
  const char* end = nullptr;
  const int result =
      ::sodium_base642bin(bytes.data(), bytes.size(), text.data(), std::min(text.find('$'), text.size()),
                          nullptr, &count, &end, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
  return result == 0 && count == bytes.size();
}

/// Once is enough, and more does no harm, from whatever thread.
void start_sodium() {
  if (::sodium_init() < 0) throw std::runtime_error("libsodium finds no source of random numbers");
}

}  // namespace

std::string to_hash(std::string_view password) {
  start_sodium();
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (::crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), operations, memory_bytes,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
    throw std::bad_alloc();
  return hash.data();
}

bool is_hash(const std::string& text) {
  // libsodium takes a hash that was cut for one, too, of which no password is the right one.
  if (!text.starts_with(crypto_pwhash_argon2id_STRPREFIX) || text.size() != shape.size()) return false;
  return ::crypto_pwhash_str_needs_rehash(text.c_str(), operations, memory_bytes) == 0;
}

Comparison compare(std::string_view password, const std::string& hash) {
  start_sodium();
  // Not by crypto_pwhash_str_verify(): without memory it calls every password a wrong one.
  std::array<unsigned char, crypto_pwhash_SALTBYTES> salt{};
  std::array<unsigned char, 32> wanted{};
  std::array<unsigned char, 32> made{};
  const std::string_view text = hash;
  if (text.size() != shape.size() || !from_base64(text.substr(shape.find("ss")), salt) ||
      !from_base64(text.substr(shape.find("hh")), wanted))
    return Comparison::different;
  if (::crypto_pwhash(made.data(), made.size(), password.data(), password.size(), salt.data(), operations,
                      memory_bytes, crypto_pwhash_ALG_ARGON2ID13) != 0)
    return Comparison::impossible;
  return ::sodium_memcmp(made.data(), wanted.data(), made.size()) == 0 ? Comparison::equal
                                                                       : Comparison::different;
}

}  // namespace parley::accounts
