#include "base/seconds.hpp"

namespace parley {

std::string to_seconds_text(std::chrono::milliseconds time) {
  std::string text = std::to_string(time.count() / 1000);
  if (time.count() % 1000 == 0) return text;
  std::string digits = std::to_string(1000 + time.count() % 1000).substr(1);
  while (digits.ends_with('0')) digits.pop_back();
  return text + "." + digits;
}

}  // namespace parley
