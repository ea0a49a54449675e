#include "protocol/user_name.hpp"

#include <algorithm>
#include <array>

#include "protocol/text.hpp"

namespace parley {
namespace {

char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// <cctype> asks the locale; names must not.
bool is_alphanumeric(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

}  // namespace

bool is_valid_name(std::string_view name) {
  return !name.empty() && name.size() <= max_name_bytes && std::ranges::all_of(name, is_alphanumeric) &&
         !is_broadcast_name(name);
}

bool is_printable_name(std::string_view name) {
  return !name.empty() && name.size() <= max_name_bytes && is_printable(name) &&
         name.find(' ') == std::string_view::npos;
}

bool is_room_name(std::string_view name) {
  return !name.empty() && name.size() <= max_room_name_bytes && is_printable(name) && name.front() != ' ' &&
         name.back() != ' ';
}

bool is_reserved_name(std::string_view name) {
  static constexpr std::array<std::string_view, 3> reserved = {broadcast_name, "BROADCAST", "SERVER"};
  return std::ranges::any_of(reserved, [&](auto word) { return equal_ignoring_case(name, word); });
}

bool is_broadcast_name(std::string_view name) {
  return equal_ignoring_case(name, broadcast_name);
}

std::string fold_case(std::string_view name) {
  std::string folded(name);
  std::ranges::transform(folded, folded.begin(), to_lower);
  return folded;
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  if (left.size() != right.size()) return false;
  // Nearly always as registered: one comparison of memory then.
  return left == right || std::ranges::equal(left, right, {}, to_lower, to_lower);
}

}  // namespace parley
