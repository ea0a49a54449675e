#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/peer.hpp"
#include "tests/support/process.hpp"

namespace parley::test {

/// A directory of its own under the system's temporary one, removed with all that is in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// The path of the parleyd that this build made; PARLEYD in the environment overrides it.
std::string parleyd_path();

/// The real server by default on a free port of 127.0.0.1. Belongs to one thread.
class Parleyd {
 public:
  /// Returns when the server can be connected to. `options` may have a --port; the default is 0.
  explicit Parleyd(std::vector<std::string> options = {}, const ProcessOptions& process_options = {},
                   Where where = Where::here());

  /// Ends the server. A sanitizer's report in its log ends the tests, too: it must not go unnoticed.
  ~Parleyd();
  Parleyd(const Parleyd&) = delete;
  Parleyd& operator=(const Parleyd&) = delete;

  const Endpoint& endpoint() const { return endpoint_; }

  /// Where it listens for users of another dialect that the options ask for, such as "names". Fails when it
  /// does not.
  std::uint16_t port_of(std::string_view dialect, Where where = Where::here()) const;

  Process& process() { return process_; }

  /// Asks it to stop (SIGTERM). Fails unless it exits with 0 in time; returns the last line of its output.
  std::string stop(Where where = Where::here());

  /// Of the running server, from /proc.
  std::size_t threads() const;
  std::size_t descriptors() const;

 private:
  TemporaryDirectory directory_;
  Process process_;
  Endpoint endpoint_;
};

}  // namespace parley::test
