#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/conformance/bench/client_profile.hpp"
#include "tests/conformance/bench/server_bench.hpp"
#include "tests/conformance/model/dialect.hpp"

namespace parley::conform {

/// What is known of how a program speaks.
struct Probed {
  Dialect dialect;                 ///< that of the settings, with what was found in its place
  bool chats = false;              ///< it registers, and passes messages on
  std::vector<std::string> lines;  ///< what was found, for people; when it does not chat, what was tried
};

/// What is to be found out. What is not is taken to be as in the settings.
enum class ProbeGoal { everything, forward, broadcast };

/// Tries the variations of the protocol that are known on a server, each on a program of its own where a
/// bench can start one, and `at_once` of them at the same time. Takes half a minute at most, and seconds
/// mostly.
Probed probe_server(const std::function<std::unique_ptr<ServerBench>()>& make_bench, std::size_t at_once,
                    ProbeGoal goal);

/// The same with a client.
Probed probe_client(const TestedProgram& program, const Profile& profile, const Settings& settings,
                    std::size_t at_once, ProbeGoal goal);

/// Prints what was found, and the TOML that makes the suite speak so. True when there is a dialect to speak.
bool print_probed(std::ostream& out, const Probed& probed, const Dialect& base);

}  // namespace parley::conform
