#include "base/sha1.hpp"

#include <openssl/evp.h>

#include <array>

namespace parley {

std::string sha1_in_base64(std::string_view bytes) {
  constexpr std::size_t digest_bytes = 20;
  constexpr std::size_t text_bytes = (digest_bytes + 2) / 3 * 4;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1 ||
      size != digest_bytes)
    return {};
  std::array<unsigned char, text_bytes + 1> text{};
  EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest_bytes));
  return {text.begin(), text.end() - 1};
}

}  // namespace parley
