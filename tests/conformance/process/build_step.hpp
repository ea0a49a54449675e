#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "tests/conformance/process/confinement.hpp"

namespace parley::conform {

/// How a build came to its end.
struct BuildEnd {
  std::string problem;  ///< "'make' exited with code 2"; empty when it is built
  std::string printed;  ///< the last of it
};

/// Runs the command that builds a program, in its confinement and without a network, and waits for its end;
/// it ends early when `is_stopped` becomes true. Without a command it is built. Throws std::system_error when
/// the machine may be at fault. Any thread.
BuildEnd build_program(const std::string& command, Confinement confinement,
                       std::chrono::milliseconds build_time, const std::function<bool()>& is_stopped = {});

/// The same, as the reason why it is not built, a sentence; empty when it is.
std::string why_not_built(const std::string& command, Confinement confinement,
                          std::chrono::milliseconds build_time, const std::function<bool()>& is_stopped = {});

}  // namespace parley::conform
