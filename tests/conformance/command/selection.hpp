#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/bench/runner.hpp"
#include "tests/conformance/bench/settings.hpp"
#include "tests/conformance/model/bad_input.hpp"
#include "tests/conformance/model/clause.hpp"

/// Which cases an id stands for, and the small files that name them. Errors are thrown as BadInput.
namespace parley::conform {

/// True when `pattern` is the case, its clause ("D2.1"), its group ("D2") or its section ("D").
bool stands_for(std::string_view pattern, const Job& job);

/// Throws for a pattern that stands for none of the jobs, with the nearest ids.
void check_pattern(const std::string& pattern, const std::vector<Job>& jobs);

/// The jobs that are asked for, in their order. Throws for a pattern that stands for nothing, with the
/// nearest ids.
std::vector<Job> select(const std::vector<Job>& jobs, const std::vector<std::string>& only,
                        const std::vector<std::string>& exclude, Level least_level);

/// Lines of "ID = N"; the last line that stands for a case counts. Blank lines and lines that begin with #
/// are skipped.
std::map<std::string, int> read_weights(const std::string& file, const std::vector<Job>& jobs);

/// Lines of "ID". Returns the ids of the cases.
std::vector<std::string> read_ids(const std::string& file, const std::vector<Job>& jobs);

/// Lines of "delivered-word = SENT | SEND" and "error-100 = Malformed username | Username already taken":
/// into the dialect.
void read_alternatives(const std::string& file, Dialect& dialect);

}  // namespace parley::conform
