#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

/// What a client writes on a WebSocket, right or wrong.
namespace parley::test {

struct ClientFrame {
  unsigned first_byte = 0x81;  ///< the last of its message, and a text
  std::string_view payload;
  bool is_masked = true;
  std::array<unsigned char, 4> key{0x37, 0xFA, 0x21, 0x3D};
};

inline std::string to_bytes(const ClientFrame& frame) {
  std::string bytes;
  const auto put = [&](std::size_t byte) { bytes.push_back(static_cast<char>(byte & 0xFFU)); };
  const std::size_t size = frame.payload.size();
  const std::size_t mask_bit = frame.is_masked ? 0x80 : 0;
  put(frame.first_byte);
  if (size < 126) {
    put(mask_bit | size);
  } else {
    const unsigned count = size < 65536 ? 2 : 8;
    put(mask_bit | (count == 2 ? 126U : 127U));
    for (unsigned left = count; left-- > 0;) put(size >> 8 * left);
  }
  if (!frame.is_masked) return bytes.append(frame.payload);
  for (const unsigned char byte : frame.key) put(byte);
  for (std::size_t i = 0; i < size; ++i) put(static_cast<unsigned char>(frame.payload[i]) ^ frame.key[i % 4]);
  return bytes;
}

}  // namespace parley::test
