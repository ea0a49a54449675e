#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace parley::client {

/// The certificates that servers have shown, remembered between runs: whoever shows another one later may be
/// somebody else. A line "HOST:PORT FINGERPRINT" for each. Belongs to one thread.
class KnownServers {
 public:
  /// More servers than anyone talks to; the one that was remembered first is forgotten.
  static constexpr std::size_t max_servers = 1024;
  static constexpr std::size_t max_file_bytes = 512 * 1024;

  /// `folder` may be empty: then nothing is remembered.
  explicit KnownServers(std::filesystem::path folder) : folder_(std::move(folder)) {}

  struct Seen {
    std::string fingerprint;  ///< empty: none has been seen of it
    std::string problem;      ///< why that cannot be told; empty when it can
  };
  Seen find(std::string_view server) const;

  /// Why it could not be remembered; empty when it could.
  std::string add(std::string_view server, std::string_view fingerprint) const;

  std::filesystem::path file() const { return folder_ / "known_servers"; }

 private:
  const std::filesystem::path folder_;
};

}  // namespace parley::client
