#pragma once

#include <string>
#include <vector>

#include "tests/conformance/bench/runner.hpp"
#include "tests/conformance/model/verdict.hpp"

namespace parley::conform {

/// What --visibility has said of some cases.
struct VisibilityRule {
  std::string pattern;  ///< a case, clause, group or section; empty: all of the report
  Visibility visibility = Visibility::visible;
};

/// Why the text is neither one of Gradescope's words nor ID=WORD, as a sentence part; empty when it is.
std::string why_no_rule(const std::string& text);

/// The rule that the text is, with which there is nothing wrong.
VisibilityRule to_rule(const std::string& text);

/// The last rule that stands for a case counts. A pattern may name cases of the other half only.
void apply(const std::vector<VisibilityRule>& rules, const std::vector<Job>& jobs, Report& report);

}  // namespace parley::conform
