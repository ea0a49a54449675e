#include "server/accounts/password_hash.hpp"

#include <sodium.h>

#include <array>
#include <cerrno>
#include <new>
#include <stdexcept>

namespace parley::accounts {
namespace {

constexpr auto operations = crypto_pwhash_OPSLIMIT_INTERACTIVE;
constexpr auto memory_bytes = crypto_pwhash_MEMLIMIT_INTERACTIVE;
static_assert(memory_bytes == hash_memory_bytes);
/// With these limits, and 16 bytes of salt and 32 of hash, each is as long.
constexpr std::string_view shape =
    "$argon2id$v=19$m=65536,t=2,p=1$ssssssssssssssssssssss$hhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhhh";

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
  errno = 0;
  if (::crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0)
    return Comparison::equal;
  // How libsodium tells a mismatch from a lack of memory.
  return errno == EINVAL ? Comparison::different : Comparison::impossible;
}

}  // namespace parley::accounts
