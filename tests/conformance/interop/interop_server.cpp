#include "tests/conformance/interop/interop_server.hpp"

#include "protocol/text.hpp"
#include "tests/conformance/bench/server_bench.hpp"
#include "tests/support/free_port.hpp"

namespace parley::conform {
namespace {

using Clock = std::chrono::steady_clock;

// Long enough for Program to see that it listens elsewhere.
constexpr std::chrono::milliseconds look_time{1'500};
constexpr std::size_t shown_output_bytes = 500;

}  // namespace

InteropServer::InteropServer(const TestedProgram& tested, const IsStopped& is_stopped)
    : network_(tested.confinement.is_sandboxed) {
  // A free port may be somebody else's a moment later, outside of a sandbox.
  constexpr int tries = 3;
  for (int i = 0; i < tries; ++i) {
    const auto ports = tested.ports.empty() ? std::vector{test::free_port()} : tested.ports;
    program_ = std::make_unique<Program>(substitute(tested.command, "port", std::to_string(ports.front())),
                                         tested.confinement);
    problem_ = await(ports, is_stopped) ? "" : describe(ports);
    if (problem_.empty()) return;
    if (!program_->ended() || tested.confinement.is_sandboxed) return;
  }
}

bool InteropServer::await(const std::vector<std::uint16_t>& ports, const IsStopped& is_stopped) {
  const auto deadline = Clock::now() + startup_time;
  while (!is_stopped() && !program_->ended() && Clock::now() < deadline) {
    if (const auto port = program_->wait_until_listening(ports, look_time)) {
      port_ = *port;
      return true;
    }
    if (!program_->listening_ports().empty()) return false;
  }
  return false;
}

std::string InteropServer::describe(const std::vector<std::uint16_t>& ports) {
  const auto ended = program_->ended();
  const auto elsewhere = program_->listening_ports();
  if (!ended && !elsewhere.empty())
    return "The server did not come up: it listens on " + ports_text(elsewhere) + ", not on " +
           ports_text(ports) + "; write port = " + std::to_string(elsewhere.front()) + " in its grade.toml.";
  std::string printed = program_->output();
  if (printed.size() > shown_output_bytes) printed.erase(0, printed.size() - shown_output_bytes);
  return "The server did not come up: it " + ended.value_or("does not listen on port " + ports_text(ports)) +
         (printed.empty() ? "." : ", having printed: " + visible(printed));
}

std::string why_server_does_not_start(const TestedProgram& server, const IsStopped& is_stopped) {
  return InteropServer(server, is_stopped).problem();
}

}  // namespace parley::conform
