// The functions that OpenSSL 3 calls outdated: what replaces them takes memory at its first use, and reads
// through null when there is none.
#define OPENSSL_API_COMPAT 10101

#include "base/sha1.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <array>

namespace parley {

std::string sha1_in_base64(std::string_view bytes) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  SHA_CTX context;
  SHA1_Init(&context);
  SHA1_Update(&context, bytes.data(), bytes.size());
  SHA1_Final(digest.data(), &context);
  constexpr std::size_t text_bytes = (SHA_DIGEST_LENGTH + 2) / 3 * 4;
  std::array<unsigned char, text_bytes + 1> text{};
  EVP_EncodeBlock(text.data(), digest.data(), static_cast<int>(digest.size()));
  return {text.begin(), text.end() - 1};
}

}  // namespace parley
