#pragma once

#include <string>

namespace parley::test {

/// The bytes from 0 to 255.
inline std::string every_byte() {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}

}  // namespace parley::test
