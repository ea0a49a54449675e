#pragma once

#include <ctime>
#include <string>

namespace parley::client {

/// As strftime() writes it, in the local time zone. At most 63 bytes.
std::string format_time(std::time_t time, const char* format);

/// "09:05"
inline std::string clock_time(std::time_t time) {
  return format_time(time, "%H:%M");
}

}  // namespace parley::client
