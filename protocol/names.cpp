#include "protocol/names.hpp"

#include <algorithm>

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

bool is_broadcast_name(std::string_view name) {
  return equal_ignoring_case(name, broadcast_name);
}

std::string fold_case(std::string_view name) {
  std::string folded(name);
  std::ranges::transform(folded, folded.begin(), to_lower);
  return folded;
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return std::ranges::equal(left, right, {}, to_lower, to_lower);
}

}  // namespace parley
