#include "protocol/password.hpp"

#include <string>

#include "protocol/text.hpp"
#include "protocol/two_socket.hpp"
#include "protocol/words.hpp"

namespace parley {
namespace {

constexpr char escape = '%';
constexpr std::size_t percent_escape_bytes = 3;

bool is_plain(char c) {
  return c > ' ' && c < '\x7f' && c != escape;
}

/// C1 controls are two bytes of UTF-8.
bool has_control(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return true;
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return true;
  }
  return false;
}

std::optional<unsigned> to_hex_digit(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return std::nullopt;
}

}  // namespace

PasswordFault check_password(std::string_view password) {
  if (password.empty()) return PasswordFault::empty;
  if (password.size() > max_password_bytes) return PasswordFault::too_long;
  if (!is_utf8(password)) return PasswordFault::not_utf8;
  if (has_control(password)) return PasswordFault::control;
  if (is_space(password.front()) || is_space(password.back())) return PasswordFault::outer_blank;
  return PasswordFault::none;
}

std::string_view password_sentence(PasswordFault fault) {
  switch (fault) {
    case PasswordFault::empty:
      return "a password is not empty";
    case PasswordFault::too_long:
      return "a password has at most 1024 bytes";
    case PasswordFault::not_utf8:
      return "a password is UTF-8";
    case PasswordFault::control:
      return "a password has no control characters";
    case PasswordFault::outer_blank:
      return "a password has no blank at its beginning or end";
    default:
      return "";
  }
}

bool is_asking_for_password(int code, std::string_view phrase) {
  return code == static_cast<int>(two_socket::ErrorCode::malformed_username) && phrase == password_needed;
}

bool is_about_accounts(std::string_view phrase) {
  return phrase == account_needed || phrase.find("assword") != std::string_view::npos;
}

Secret to_password_word(std::string_view password) {
  std::string word;
  word.reserve(percent_escape_bytes * password.size());
  for (const char c : password) {
    if (is_plain(c)) {
      word += c;
    } else {
      word += escape;
      append_hex(word, static_cast<unsigned char>(c));
    }
  }
  Secret secret(word);
  wipe(word);
  return secret;
}

std::optional<Secret> from_password_word(std::string_view word) {
  std::string password;
  password.reserve(word.size());
  bool is_right = true;
  while (is_right && !word.empty()) {
    if (word.front() != escape) {
      password += word.front();
      word.remove_prefix(1);
      continue;
    }
    const auto high = word.size() >= percent_escape_bytes ? to_hex_digit(word[1]) : std::nullopt;
    const auto low = word.size() >= percent_escape_bytes ? to_hex_digit(word[2]) : std::nullopt;
    is_right = high && low;
    if (!is_right) break;
    password += static_cast<char>(*high * 16 + *low);
    word.remove_prefix(percent_escape_bytes);
  }
  std::optional<Secret> secret;
  if (is_right) secret.emplace(password);
  wipe(password);
  return secret;
}

}  // namespace parley
