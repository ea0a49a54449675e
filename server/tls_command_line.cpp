#include "server/tls_command_line.hpp"

#include <stdexcept>

#include "base/command_line.hpp"

namespace parley {

TlsCommandLine::TlsCommandLine(CLI::App& app, TlsFiles& files) : files_(files) {
  const char* const group = "TLS";
  add_text(app, "--tls-cert", files.certificate,
           "PEM file of the server's certificate, then those up to a root; SIGHUP reads it and the key anew")
      ->group(group)
      ->type_name("FILE");
  add_text(app, "--tls-key", files.key, "PEM file of the certificate's key, without a passphrase")
      ->group(group)
      ->type_name("FILE");
  add_text(app, "--tls-self-signed", files.self_signed_folder,
           "Folder with a certificate of the server's own, which the first start makes, in place of these")
      ->group(group)
      ->type_name("FOLDER");
}

void TlsCommandLine::check(bool has_port, bool may_have_socket) const {
  const bool has_own = !files_.self_signed_folder.empty();
  const bool has_file = !files_.certificate.empty() || !files_.key.empty();
  if (has_own && has_file)
    throw std::invalid_argument(
        "--tls-self-signed stands in place of --tls-cert and --tls-key; give one or the other");
  if (files_.certificate.empty() != files_.key.empty())
    throw std::invalid_argument("--tls-cert and --tls-key belong together; give both");
  if (has_port && !files_.are_named())
    throw std::invalid_argument(
        "a port for TLS needs a certificate: --tls-cert and --tls-key, or --tls-self-signed");
  if (files_.are_named() && !has_port && !may_have_socket)
    throw std::invalid_argument("a certificate means nothing without a port for TLS, such as --tls-port");
}

}  // namespace parley
