#include "tests/conformance/bench/tested_program.hpp"

#include "protocol/text.hpp"
#include "tests/conformance/process/program.hpp"
#include "tests/conformance/process/shortage.hpp"

namespace parley::conform {
namespace {

constexpr std::size_t shown_output_bytes = 700;  // the last; a report has room for little more

}  // namespace

std::string ports_text(const std::vector<std::uint16_t>& ports) {
  std::string text;
  for (const auto port : ports) text += (text.empty() ? "" : " and ") + std::to_string(port);
  return text;
}

std::string why_server_did_not_come(Program& server, const std::vector<std::uint16_t>& ports) {
  throw_if_machine_is_short();
  const auto ended = server.ended();
  const auto elsewhere = server.listening_ports();
  if (!ended && !elsewhere.empty()) {
    const std::string port = std::to_string(elsewhere.front());
    return "The server did not come up: it listens on " + ports_text(elsewhere) + ", not on " +
           ports_text(ports) + "; write port = " + port + " in its grade.toml, or give --port " + port + '.';
  }
  std::string printed = server.output();
  if (printed.size() > shown_output_bytes) printed.erase(0, printed.size() - shown_output_bytes);
  return "The server did not come up: it " + ended.value_or("does not listen on port " + ports_text(ports)) +
         (printed.empty() ? "." : ", having printed: " + visible(printed));
}

std::string why_client_did_not_come(const TestedProgram& client, const std::string& end) {
  const bool is_told_port = !client.ports.empty() || client.command.find("{port}") != std::string::npos;
  return "The client did not come up: " + end + '.' +
         (is_told_port ? ""
                       : " Its command has no {port}: if its source has one, say so in its grade.toml, or "
                         "with --port.");
}

}  // namespace parley::conform
