#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "tests/conformance/bench/client_profile.hpp"
#include "tests/conformance/bench/tested_program.hpp"
#include "tests/conformance/process/recording_relay.hpp"

namespace parley::conform {

/// How long is waited for what two programs do.
struct PairTimes {
  std::chrono::milliseconds silence;  ///< nothing happens, and nothing wants the processor: it is over
  std::chrono::milliseconds whole;    ///< for all of it
  std::chrono::milliseconds ready;    ///< from the last REGISTERED until it is built on
};

/// Whether somebody wants all of it to end. Any thread.
using IsStopped = std::function<bool()>;

enum class PairOutcome { understood, differs, not_tried };

/// What became of one client of a class at one server of it.
struct PairResult {
  PairOutcome outcome = PairOutcome::not_tried;
  std::string difference;            ///< the first, or why it was not tried, a sentence; else empty
  std::vector<RelayEvent> exchange;  ///< differs: what went over the wire
  bool exchange_is_cut = false;      ///< and more
};

/// The users' names, by RelayEvent::user.
inline const std::vector<std::string> interop_users{"alice", "bob"};

/// Starts the server and, as two users, the client twice. They sign on, say three things to each other each,
/// and one to everybody; what the other one's terminal shows decides. Whatever the programs do is a result,
/// and none of them is left. Throws std::system_error for what only the suite lacks. Any thread; when the
/// programs are in sandboxes, that thread is in one of their networks afterwards.
PairResult try_pair(const TestedProgram& server, const TestedProgram& client, const Profile& profile,
                    const PairTimes& times, const IsStopped& is_stopped);

/// Why this client is not even there when it is started, a sentence; empty when it is. Of the calling thread
/// the same holds.
std::string why_client_does_not_start(const TestedProgram& client, const PairTimes& times,
                                      const IsStopped& is_stopped);

}  // namespace parley::conform
