#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "tests/conformance/interop/interop_pair.hpp"
#include "tests/conformance/process/network.hpp"
#include "tests/conformance/process/program.hpp"

namespace parley::conform {

/// A server of a class, in a network of its own when it is in a sandbox. Belongs to one thread, which is in
/// that network when it has been made.
class InteropServer {
 public:
  /// Waits until it listens; it need not, see problem().
  InteropServer(const TestedProgram& tested, const IsStopped& is_stopped);

  /// Why it is not there, a sentence; empty when it listens on port().
  const std::string& problem() const { return problem_; }
  std::uint16_t port() const { return port_; }
  const Network& network() const { return network_; }
  Program& program() { return *program_; }

 private:
  bool await(const std::vector<std::uint16_t>& ports, const IsStopped& is_stopped);

  const Network network_;
  std::unique_ptr<Program> program_;
  std::uint16_t port_ = 0;
  std::string problem_;
};

/// Why this server is not even there when it is started, a sentence; empty when it is. The calling thread may
/// be in its network afterwards.
std::string why_server_does_not_start(const TestedProgram& server, const IsStopped& is_stopped);

}  // namespace parley::conform
