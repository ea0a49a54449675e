#pragma once

#include <string>

#include "tests/conformance/bench/client_profile.hpp"
#include "tests/conformance/command/judge.hpp"

namespace parley::conform {

/// All cases, of both halves.
std::vector<Job> all_jobs();

/// The program that the options name, ready to be judged. The options must outlive it. Throws BadInput.
Subject make_subject(const Options& options);

/// How that program speaks, looked for from that dialect on. Throws BadInput.
Probed probe_program(const Options& options, const Dialect& dialect, ProbeGoal goal);

/// Prints, for the build, which case names no clause and which MUST or SHOULD has no case. True when none.
bool cases_cover_clauses();

}  // namespace parley::conform
