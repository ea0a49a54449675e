#include "client/tls_trust.hpp"

#include <openssl/x509v3.h>

#include <new>
#include <stdexcept>

#include "client/known_servers.hpp"

namespace parley::client {
namespace {

TlsContext make_context(const std::string& ca_file) {
  TlsContext context = make_tls_context(TLS_client_method());
  if (ca_file.empty()) return context;
  if (SSL_CTX_load_verify_file(context.get(), ca_file.c_str()) != 1)
    throw std::runtime_error("cannot read certificates from " + ca_file + ": " + tls_error_text());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  return context;
}

}  // namespace

std::string ca_problem(const std::string& ca_file) {
  try {
    (void)make_context(ca_file);
    return {};
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

TlsTrust::TlsTrust(const TlsOptions& options, const std::string& host, const std::string& port)
    : options_(options), host_(host), server_(host + ':' + port), context_(make_context(options.ca_file)) {}

std::unique_ptr<TlsStream> TlsTrust::make_stream() const {
  auto stream = std::make_unique<TlsStream>(*context_, TlsStream::Side::client);
  SSL* const ssl = stream->handle();
  X509_VERIFY_PARAM* const wanted = SSL_get0_param(ssl);
  // An address stands in a certificate as such, and is no name to ask for.
  if (X509_VERIFY_PARAM_set1_ip_asc(wanted, host_.c_str()) == 1) return stream;
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  std::string name = host_;
  // What SSL_set_tlsext_host_name() stands for.
  const long is_asked = SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
  if (SSL_set1_host(ssl, host_.c_str()) != 1 || is_asked != 1) throw std::bad_alloc();
  return stream;
}

std::string TlsTrust::describe_failure(TlsStream& stream) const {
  const long verdict = SSL_get_verify_result(stream.handle());
  if (!options_.ca_file.empty() && verdict != X509_V_OK)
    return "the certificate of " + server_ +
           " is not to be trusted: " + X509_verify_cert_error_string(verdict);
  const char* const failure = stream.failure();
  return "there is no TLS with " + server_ + ": " + (failure != nullptr ? failure : "the connection ended");
}

std::optional<std::string> TlsTrust::judge(TlsStream& stream) {
  if (!options_.ca_file.empty()) return std::nullopt;  // the handshake has looked
  const X509* const certificate = SSL_get0_peer_certificate(stream.handle());
  if (certificate == nullptr) return server_ + " has shown no certificate";
  const std::string shown = fingerprint(*certificate);
  const KnownServers servers(options_.state_folder);
  const auto [known, problem] = servers.find(server_);
  const std::string file = servers.file().string();
  if (!problem.empty()) return "cannot tell whether " + server_ + " is known: " + file + ": " + problem;
  if (known == shown) return std::nullopt;
  if (!known.empty())
    return "the certificate of " + server_ +
           " is not the one that it has shown before. SHA-256 now: " + shown + "; before: " + known +
           ". Somebody may be in between. If who runs the server says that it is new, remove the "
           "line of " +
           server_ + " from " + file;
  const bool is_first_socket = news_.empty();
  const std::string trouble = servers.add(server_, shown);
  if (is_first_socket)
    news_ = "The first time at " + server_ + ": the SHA-256 of its certificate is " + shown +
            (trouble.empty() ? "; the next time it must be the same."
                             : "; it is not remembered: " + trouble + ".");
  return std::nullopt;
}

}  // namespace parley::client
