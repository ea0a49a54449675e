#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/secret.hpp"

/// The passwords of names that have an account (PROTOCOL.md, OD13). Pure functions; safe from any thread.
namespace parley {

/// Longest password, in bytes: a sentence that nobody guesses, and with %XX for each byte of it a line of
/// 4 KiB still holds it.
inline constexpr std::size_t max_password_bytes = 1024;

/// Why nothing can be a password. The first fault counts.
enum class PasswordFault {
  none,
  empty,
  too_long,
  not_utf8,
  control,      ///< C0, DEL, C1: a line's end would be in it
  outer_blank,  ///< a blank at its beginning or end, which some dialects do not pass on
};

/// OD13.2: the bytes as they came.
PasswordFault check_password(std::string_view password);

/// What to tell who has chosen such a password: a sentence part without a full stop; empty for none.
std::string_view password_sentence(PasswordFault fault);

/// A password in one word of printable ASCII: each other byte, and each %, as %XX.
Secret to_password_word(std::string_view password);

/// The password that such a word is; nothing when a % stands before no two hexadecimal digits.
std::optional<Secret> from_password_word(std::string_view word);

/// Whether such an ERROR says that the name needs a password, and none was there.
bool is_asking_for_password(int code, std::string_view phrase);

/// Whether a phrase is about passwords or accounts, and so not about the name itself.
bool is_about_accounts(std::string_view phrase);

// What to tell who asks for a name, without a full stop; each of at most 70 bytes of ASCII (OD13.4).
inline constexpr std::string_view password_needed = "That name needs a password";
inline constexpr std::string_view password_malformed = "Malformed password";
inline constexpr std::string_view password_wrong = "Wrong password";
inline constexpr std::string_view passwords_paused = "Too many wrong passwords; try again in a minute";
inline constexpr std::string_view password_in_clear = "A password is not taken here without TLS";
inline constexpr std::string_view account_needed = "Only names that have an account sign on here";
inline constexpr std::string_view passwords_unchecked = "Passwords cannot be checked now; try again soon";

}  // namespace parley
