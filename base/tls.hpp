#pragma once

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

/// What server and client share of OpenSSL. Any thread.
namespace parley {

struct FreeTls {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
using TlsContext = std::unique_ptr<SSL_CTX, FreeTls>;
using Certificate = std::unique_ptr<X509, FreeTls>;
using PrivateKey = std::unique_ptr<EVP_PKEY, FreeTls>;
using TlsBytes = std::unique_ptr<BIO, FreeTls>;

/// What both sides agree on: TLS 1.2 and 1.3, ciphers with forward secrecy, no renegotiation, no resumption.
/// Throws std::bad_alloc.
TlsContext make_tls_context(const SSL_METHOD* method);

/// Bytes that the library is to read; they must stay where they are. Throws std::bad_alloc.
TlsBytes tls_bytes(std::string_view bytes);

/// What went wrong in the last call of the library on this thread; forgets it. Lives as long as the program.
const char* tls_error_text() noexcept;

/// The SHA-256 of a certificate as `openssl x509 -fingerprint -sha256` shows it: "A1:B2:...".
std::string fingerprint(const X509& certificate);

}  // namespace parley
