#pragma once

#include "base/cli_fwd.hpp"
#include "server/net/tls_identity.hpp"

namespace parley {

/// The options that say where the server's certificate and key are.
class TlsCommandLine {
 public:
  /// They fill `files`, which must live as long as the app.
  TlsCommandLine(CLI::App& app, TlsFiles& files);

  /// `has_port`: one for TLS is asked for. `may_have_socket`: one may be passed, whatever the options say.
  /// Throws std::invalid_argument, whose text says what is missing or too much.
  void check(bool has_port, bool may_have_socket) const;

 private:
  const TlsFiles& files_;
};

}  // namespace parley
