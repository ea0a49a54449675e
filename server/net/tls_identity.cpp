#include "server/net/tls_identity.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include <array>
#include <ctime>
#include <new>
#include <stdexcept>

#include "base/text_file.hpp"
#include "base/tls.hpp"
#include "server/net/self_signed.hpp"

namespace parley {
namespace {

constexpr std::size_t most_file_bytes = 1024 * 1024;

std::string read_file(const std::string& path, std::string_view what) {
  TextFile file = read_text_file(path, most_file_bytes);
  if (!file.problem.empty())
    throw std::runtime_error(fmt::format("cannot read the {} {}: {}", what, path, file.problem));
  return std::move(file.text);
}

/// Nobody is asked for a passphrase: who starts a server is often not there.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

PrivateKey read_key(const std::string& path) {
  const std::string text = read_file(path, "key");
  const TlsBytes bytes = tls_bytes(text);
  PrivateKey key(PEM_read_bio_PrivateKey(bytes.get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  if (!key)
    throw std::runtime_error(path +
                             " has no key in PEM, or one with a passphrase; openssl pkey takes that off");
  return key;
}

/// The server's own certificate; those behind it go to the context.
Certificate read_chain(const std::string& path, SSL_CTX& context) {
  const std::string text = read_file(path, "certificate");
  const TlsBytes bytes = tls_bytes(text);
  Certificate own(PEM_read_bio_X509_AUX(bytes.get(), nullptr, no_passphrase, nullptr));
  if (!own) throw std::runtime_error(path + " has no certificate in PEM");
  while (Certificate next{PEM_read_bio_X509(bytes.get(), nullptr, no_passphrase, nullptr)}) {
    if (SSL_CTX_add0_chain_cert(&context, next.get()) != 1)
      throw std::runtime_error(fmt::format("cannot use {}: {}", path, tls_error_text()));
    (void)next.release();
  }
  // The end of the file is an error, too; a certificate that was cut would be missed by the clients alone.
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
    throw std::runtime_error(
        fmt::format("{} has a certificate behind the first that cannot be read: {}", path, tls_error_text()));
  ERR_clear_error();
  return own;
}

bool can_be_read_by_others(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & S_IROTH) != 0;
}

std::string to_date(const ASN1_TIME* time) {
  std::tm parts{};
  std::array<char, 32> text{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "an unknown day";
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &parts)};
}

/// Why the certificate does not hold now; empty when it does.
std::string fault_of_time(const X509& certificate) {
  const ASN1_TIME* const from = X509_get0_notBefore(&certificate);
  const ASN1_TIME* const to = X509_get0_notAfter(&certificate);
  if (X509_cmp_current_time(to) < 0) return "has expired on " + to_date(to);
  if (X509_cmp_current_time(from) > 0) return "does not hold before " + to_date(from);
  return {};
}

}  // namespace

TlsIdentity::TlsIdentity(const TlsFiles& files, spdlog::logger& log) : files_(files), log_(log) {
  if (!files_.self_signed_folder.empty()) {
    auto own = own_certificate(files_.self_signed_folder);
    files_.certificate = std::move(own.certificate);
    files_.key = std::move(own.key);
  }
  Loaded loaded = load();
  const MutexLock lock(mutex_);
  loaded_ = std::move(loaded);
}

void TlsIdentity::check(const TlsFiles& files, spdlog::logger& log) {
  const bool is_yet_to_be_made =
      !files.self_signed_folder.empty() && !find_own_certificate(files.self_signed_folder);
  if (!is_yet_to_be_made) const TlsIdentity as_a_start(files, log);
}

TlsIdentity::Loaded TlsIdentity::load() const {
  TlsContext context = make_tls_context(TLS_server_method());
  const Certificate own = read_chain(files_.certificate, *context);
  const PrivateKey key = read_key(files_.key);
  if (X509_check_private_key(own.get(), key.get()) != 1) {
    ERR_clear_error();
    throw std::runtime_error(
        fmt::format("the key {} does not belong to the certificate {}", files_.key, files_.certificate));
  }
  if (SSL_CTX_use_certificate(context.get(), own.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1)
    throw std::runtime_error(
        fmt::format("cannot use the certificate {}: {}", files_.certificate, tls_error_text()));
  if (can_be_read_by_others(files_.key))
    log_.warn("the key {} can be read by every user of this machine; chmod 600 ends that", files_.key);
  if (const std::string fault = fault_of_time(*own); !fault.empty())
    log_.warn("the certificate {} {}; clients that check it go away", files_.certificate, fault);
  return {std::shared_ptr<SSL_CTX>(std::move(context)), parley::fingerprint(*own)};
}

void TlsIdentity::reload() {
  try {
    Loaded loaded = load();
    log_.info("TLS from now on by the certificate {}, SHA-256 {}", files_.certificate, loaded.fingerprint);
    const MutexLock lock(mutex_);
    std::swap(loaded_, loaded);
  } catch (const std::exception& error) {
    log_.error("the certificate stays as it was: {}", error.what());
  }
}

std::unique_ptr<TlsStream> TlsIdentity::make_stream() const {
  const auto context = [&] {
    const MutexLock lock(mutex_);
    return loaded_.context;
  }();
  return std::make_unique<TlsStream>(*context, TlsStream::Side::server);
}

std::string TlsIdentity::fingerprint() const {
  const MutexLock lock(mutex_);
  return loaded_.fingerprint;
}

}  // namespace parley
