#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/tls.hpp"
#include "base/tls_stream.hpp"

namespace parley::client {

/// How a server is known to be the right one: by who has signed its certificate, or without such a file by
/// having shown the same one before.
struct TlsOptions {
  std::string ca_file;                   ///< PEM; empty: none
  std::filesystem::path state_folder{};  ///< where what servers have shown is kept; empty: nowhere
};

/// Why the file has no certificates to trust; empty when it has.
std::string ca_problem(const std::string& ca_file);

/// TLS to one server. Belongs to one thread.
class TlsTrust {
 public:
  /// Throws std::runtime_error, whose text says what is wrong with the file.
  TlsTrust(const TlsOptions& options, const std::string& host, const std::string& port);

  /// For one socket. Throws std::bad_alloc.
  std::unique_ptr<TlsStream> make_stream() const;

  /// Once the stream is established: a sentence part about why not to go on; nothing when it is the right
  /// server's. What is seen for the first time is remembered then.
  std::optional<std::string> judge(TlsStream& stream);

  /// Why the handshake failed, for the user.
  std::string describe_failure(TlsStream& stream) const;

  /// What the user is to be told of a server that was new; empty when it was not.
  const std::string& news() const { return news_; }

 private:
  const TlsOptions options_;
  const std::string host_;
  const std::string server_;
  const TlsContext context_;
  std::string news_;
};

}  // namespace parley::client
