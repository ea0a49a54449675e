#pragma once

#include <cstddef>
#include <string>
#include <string_view>

/// How passwords are kept: Argon2id by libsodium, with its interactive limits. Each hash or comparison takes
/// 64 MiB for some 50 to 100 ms. Safe from any thread.
namespace parley::accounts {

/// What one hash or comparison takes meanwhile.
inline constexpr std::size_t hash_memory_bytes = std::size_t{64} * 1024 * 1024;

/// Another one each time, since salted. Throws std::bad_alloc when there is no memory for it.
std::string to_hash(std::string_view password);

/// True for what to_hash() gives: one that would take more memory or time is none.
bool is_hash(const std::string& text);

enum class Comparison {
  equal,
  different,
  impossible  ///< there was no memory for it
};

/// Takes the same time wherever the two differ.
Comparison compare(std::string_view password, const std::string& hash);

}  // namespace parley::accounts
