#include "client/clock_time.hpp"

#include <array>

namespace parley::client {

std::string format_time(std::time_t time, const char* format) {
  std::tm local{};
  (void)::localtime_r(&time, &local);
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &local)};
}

}  // namespace parley::client
