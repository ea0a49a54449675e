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
inline std::string ports_text(const std::vector<std::uint16_t>& ports) {
  std::string text;
  for (const auto port : ports) text += (text.empty() ? "" : " and ") + std::to_string(port);
  return text;
}

}  // namespace parley::conform
