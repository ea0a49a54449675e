#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "tests/conformance/process/confinement.hpp"

namespace parley::conform {

/// Runs the command that builds a submission, in its confinement and without a network, and waits for its
/// end. Returns why it is not built, a sentence; empty when it is, or when there is no command. It ends early
/// when `is_stopped` becomes true. Throws std::system_error when
/// the machine may be at fault. Any thread.
std::string why_not_built(const std::string& command, Confinement confinement,
                          std::chrono::milliseconds build_time, const std::function<bool()>& is_stopped = {});

}  // namespace parley::conform
