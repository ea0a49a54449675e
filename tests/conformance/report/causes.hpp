#pragma once

#include <string>
#include <vector>

#include "tests/conformance/model/verdict.hpp"

namespace parley::conform {

/// A mistake that explains failures of a report.
struct Cause {
  std::string sentence;              ///< what the program does, in plain words
  std::vector<const Result*> cases;  ///< of the report: those that fail of it, the first in its order first
  std::size_t waiting = 0;           ///< how many cases were skipped behind these
  bool is_crash = false;             ///< the sentence has words that the program has printed
};

/// What explains the failures, all of them: MUST before SHOULD before MAY, and what others wait for before
/// what nobody does. Failures are compared with those of the programs whose mistakes are known (causes.inc,
/// which the kill matrix writes); where none of these fits, the case's own hint is the cause.
std::vector<Cause> all_causes(const Report& report);

/// What to mend first: at most five of them.
std::vector<Cause> first_causes(const Report& report);

/// "D2.1-no-early-report, and 13 cases that wait for it".
std::string what_hangs_on(const Cause& cause);

}  // namespace parley::conform
