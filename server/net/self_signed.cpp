#include "server/net/self_signed.hpp"

#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "base/file_descriptor.hpp"
#include "base/tls.hpp"
#include "base/whole_file.hpp"

namespace parley {
namespace {

constexpr long day_s = 24L * 60 * 60;
constexpr long lifetime_s = 3650 * day_s;  // nobody renews what clients have learned to know

[[noreturn]] void fail(const std::string& path) {
  throw std::system_error(errno, std::generic_category(), "cannot make " + path);
}

void check(bool is_done) {
  if (!is_done) throw std::runtime_error(std::string("cannot make a certificate: ") + tls_error_text());
}

/// Names by which clients of this host may call it.
std::string own_names() {
  std::string names = "DNS:localhost,IP:127.0.0.1,IP:::1";
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) return names;
  const std::string_view name = host.data();
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  if (!name.empty() && name != "localhost" && std::ranges::all_of(name, is_plain))
    names.append(",DNS:").append(name);
  return names;
}

void add_extension(X509& certificate, int kind, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, &certificate, &certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  check(extension != nullptr);
  const int is_added = X509_add_ext(&certificate, extension, -1);
  X509_EXTENSION_free(extension);
  check(is_added == 1);
}

Certificate make_certificate(EVP_PKEY& key) {
  Certificate certificate(X509_new());
  check(certificate != nullptr);
  X509* const made = certificate.get();
  std::array<unsigned char, 16> serial{};
  check(RAND_bytes(serial.data(), static_cast<int>(serial.size())) == 1);
  serial[0] &= 0x7FU;  // a positive number
  BIGNUM* const number = BN_bin2bn(serial.data(), static_cast<int>(serial.size()), nullptr);
  const bool is_numbered = BN_to_ASN1_INTEGER(number, X509_get_serialNumber(made)) != nullptr;
  BN_free(number);
  check(is_numbered && X509_set_version(made, X509_VERSION_3) == 1);
  check(X509_gmtime_adj(X509_getm_notBefore(made), -day_s) != nullptr &&
        X509_gmtime_adj(X509_getm_notAfter(made), lifetime_s) != nullptr);
  constexpr std::array<unsigned char, 7> name{'p', 'a', 'r', 'l', 'e', 'y', 'd'};
  X509_NAME* const subject = X509_get_subject_name(made);
  check(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, name.data(), name.size(), -1, 0) == 1 &&
        X509_set_issuer_name(made, subject) == 1 && X509_set_pubkey(made, &key) == 1);
  add_extension(*made, NID_basic_constraints, "critical,CA:TRUE");  // so that --tls-ca takes it
  add_extension(*made, NID_subject_alt_name, own_names());
  check(X509_sign(made, &key, EVP_sha256()) > 0);
  return certificate;
}

std::string text_of(BIO& bytes) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(&bytes, &text);
  return {text, static_cast<std::size_t>(size)};
}

void make_files(const OwnCertificate& files) {
  const PrivateKey key(EVP_EC_gen("P-256"));
  check(key != nullptr);
  const Certificate certificate = make_certificate(*key);
  const TlsBytes key_text(BIO_new(BIO_s_mem()));
  const TlsBytes certificate_text(BIO_new(BIO_s_mem()));
  check(key_text && certificate_text &&
        PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1 &&
        PEM_write_bio_X509(certificate_text.get(), certificate.get()) == 1);
  constexpr mode_t owner_only = 0600;
  constexpr mode_t for_everybody = 0644;
  write_whole_file(files.key, text_of(*key_text), owner_only);
  write_whole_file(files.certificate, text_of(*certificate_text), for_everybody);
}

OwnCertificate files_in(const std::string& folder) {
  return {folder + "/certificate.pem", folder + "/key.pem"};
}

/// Both or none of them. Throws when it is one.
bool are_there(const OwnCertificate& files) {
  const bool has_certificate = ::access(files.certificate.c_str(), F_OK) == 0;
  const bool has_key = ::access(files.key.c_str(), F_OK) == 0;
  if (has_certificate != has_key)
    throw std::runtime_error("--tls-self-signed: " + (has_key ? files.key : files.certificate) +
                             " is there and " + (has_key ? files.certificate : files.key) +
                             " is not; put it back, or remove the one that is there");
  return has_key;
}

}  // namespace

OwnCertificate own_certificate(const std::string& folder) {
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) fail(folder);
  const FileDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened || ::flock(opened.get(), LOCK_EX) != 0) fail(folder);
  OwnCertificate files = files_in(folder);
  if (!are_there(files)) make_files(files);
  return files;
}

std::optional<OwnCertificate> find_own_certificate(const std::string& folder) {
  OwnCertificate files = files_in(folder);
  if (are_there(files)) return files;
  if (FileDescriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC))) {
    check_whole_file(files.key);
  } else {
    if (errno != ENOENT) fail(folder);
    std::string parent = std::filesystem::path(folder + '/').parent_path().parent_path().string();
    if (::access(parent.empty() ? "." : parent.c_str(), W_OK | X_OK) != 0) fail(folder);
  }
  return std::nullopt;
}

}  // namespace parley
