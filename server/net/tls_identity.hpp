#pragma once

#include <memory>
#include <string>

#include "base/thread_annotations.hpp"
#include "base/tls_stream.hpp"
#include "server/logger.hpp"

namespace parley {

/// Where the server's certificate and key are: in two files, or in a folder of its own.
struct TlsFiles {
  std::string certificate;
  std::string key;
  std::string self_signed_folder;

  bool are_named() const { return !certificate.empty() || !self_signed_folder.empty(); }
};

/// What the server shows of itself by TLS. Any thread.
class TlsIdentity {
 public:
  /// Reads the files; makes those of the folder where it has none. Says in the log when the certificate does
  /// not hold at this time, or everybody can read the key. Throws std::runtime_error, whose text says what is
  /// wrong with which file.
  TlsIdentity(const TlsFiles& files, spdlog::logger& log);

  /// What the constructor says and throws, without making files.
  static void check(const TlsFiles& files, spdlog::logger& log);

  /// Reads the files anew, for streams to come. When that fails the log says why, and all stays as it was.
  void reload() EXCLUDES(mutex_);

  /// For a new connection. Throws std::bad_alloc.
  std::unique_ptr<TlsStream> make_stream() const EXCLUDES(mutex_);

  /// Of the certificate: its SHA-256.
  std::string fingerprint() const EXCLUDES(mutex_);

 private:
  struct Loaded {
    std::shared_ptr<ssl_ctx_st> context;
    std::string fingerprint;
  };
  Loaded load() const;

  TlsFiles files_;  // constant after construction
  spdlog::logger& log_;
  mutable Mutex mutex_;  // taken alone
  Loaded loaded_ GUARDED_BY(mutex_);
};

}  // namespace parley
