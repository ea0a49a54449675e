#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/conformance/bench/questions.hpp"
#include "tests/conformance/process/confinement.hpp"

namespace parley::conform {

/// A program under test, and how it is to be started.
struct TestedProgram {
  std::string command;               ///< the shell's syntax, with {port} and so on
  std::vector<std::uint16_t> ports;  ///< those that it has in its source; empty: it is told one
  Confinement confinement;
  std::vector<Answer> answers;  ///< to what it asks; those for name, host and port need not be here
};

/// "5000", "5000 and 8000".
std::string ports_text(const std::vector<std::uint16_t>& ports);

class Program;

/// Why a server that was started is not there, a sentence: how it ended, or where it listens instead. Throws
/// std::system_error when the machine may be at fault.
std::string why_server_did_not_come(Program& server, const std::vector<std::uint16_t>& ports);

/// The same of a client; `end` is how it ended.
std::string why_client_did_not_come(const TestedProgram& client, const std::string& end);

}  // namespace parley::conform
