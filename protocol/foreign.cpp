#include "protocol/foreign.hpp"

#include <algorithm>
#include <array>

#include "protocol/user_name.hpp"
#include "protocol/words.hpp"

namespace parley {
namespace {

bool begins_with_any(std::string_view text, const auto& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.starts_with(word); });
}

bool is_two_socket(std::string_view text) {
  static constexpr std::array<std::string_view, 2> words = {"REGISTER TOSEND ", "REGISTER TORECV "};
  return begins_with_any(text, words);
}

bool is_livecode(std::string_view text) {
  static constexpr std::array<std::string_view, 4> words = {"AUTH,", "MESG,", "DCNX,", "STOP,"};
  return text.size() > 5 && is_digit(text[5]) &&
         std::ranges::any_of(words, [&](auto word) { return equal_ignoring_case(text.substr(0, 5), word); });
}

bool is_names(std::string_view text) {
  static constexpr std::array<std::string_view, 4> words = {"NAME ", "GET_NAMES", "MSG ", "EXIT"};
  const auto length_digits = prefix_length(text, is_digit);
  return length_digits > 0 && begins_with_any(text.substr(length_digits), words);
}

/// An object with a key, or the first line of one that is printed over several.
bool is_rooms(std::string_view text) {
  if (!text.starts_with('{')) return false;
  const auto rest = trim_front(text.substr(1), is_blank);
  return rest.starts_with('"') || rest.starts_with('\n');
}

bool is_http(std::string_view text) {
  const auto line_end = text.find('\n');
  return line_end != std::string_view::npos &&
         text.substr(0, line_end).find(" HTTP/") != std::string_view::npos;
}

}  // namespace

std::string_view foreign_dialect(std::string_view first_bytes) {
  if (is_two_socket(first_bytes)) return "two-socket";
  if (is_livecode(first_bytes)) return "livecode";
  if (is_names(first_bytes)) return "names";
  if (is_rooms(first_bytes)) return "rooms";
  if (is_http(first_bytes)) return "HTTP";
  return {};
}

std::string wrong_port_sentence(std::string_view port_dialect, std::string_view client_dialect) {
  std::string sentence = "This port is for ";
  return sentence.append(port_dialect).append(" clients; yours speaks ").append(client_dialect).append(".");
}

}  // namespace parley
