#include "tests/conformance/interop/interop_server.hpp"

#include "tests/conformance/bench/server_bench.hpp"
#include "tests/support/free_port.hpp"

namespace parley::conform {
namespace {

// Long enough for Program to see that it listens elsewhere.
constexpr std::chrono::milliseconds look_time{1'500};

}  // namespace

InteropServer::InteropServer(const TestedProgram& tested, const IsStopped& is_stopped)
    : network_(tested.confinement.is_sandboxed) {
  // A free port may be somebody else's a moment later, outside of a sandbox.
  constexpr int tries = 3;
  for (int i = 0; i < tries; ++i) {
    const auto ports = tested.ports.empty() ? std::vector{test::free_port()} : tested.ports;
    program_ = std::make_unique<Program>(substitute(tested.command, "port", std::to_string(ports.front())),
                                         tested.confinement);
    problem_ = await(ports, is_stopped) ? "" : why_server_did_not_come(*program_, ports);
    if (problem_.empty()) return;
    if (!program_->ended() || tested.confinement.is_sandboxed) return;
  }
}

bool InteropServer::await(const std::vector<std::uint16_t>& ports, const IsStopped& is_stopped) {
  Patience patience(startup_time,
                    {[this] { return program_->is_at_rest(); }, [this] { return program_->work(); }});
  while (!is_stopped() && !program_->ended() && patience.left().count() > 0) {
    Patience look(look_time);
    if (const auto port = program_->wait_until_listening(ports, look)) {
      port_ = *port;
      return true;
    }
    if (!program_->listening_ports().empty()) return false;
  }
  return false;
}

std::string why_server_does_not_start(const TestedProgram& server, const IsStopped& is_stopped) {
  return InteropServer(server, is_stopped).problem();
}

}  // namespace parley::conform
