#pragma once

#include <functional>
#include <vector>

#include "tests/conformance/bench/runner.hpp"
#include "tests/conformance/command/judge.hpp"
#include "tests/conformance/model/dialect.hpp"

namespace parley::conform {

/// What a program that speaks another dialect than its course costs: each difference one case, and what is
/// behind it is tried in the program's own dialect. `results`: of the jobs, in any order; `run`: runs some of
/// the jobs again, in a dialect.
void forgive_dialect(std::vector<Result>& results, const std::vector<Job>& jobs, const Dialect& of_course,
                     const Subject& subject,
                     const std::function<std::vector<Result>(const std::vector<Job>&, const Dialect&)>& run);

}  // namespace parley::conform
