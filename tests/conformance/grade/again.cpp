#include "tests/conformance/grade/again.hpp"

#include <algorithm>

#include "tests/conformance/process/fault.hpp"
#include "tests/conformance/process/time_left.hpp"

namespace parley::conform {

bool ran_out_of_time(const Report& report) {
  return report.problem.starts_with(time_is_over) ||
         std::ranges::any_of(report.results,
                             [](const Result& result) { return result.reason.starts_with(time_is_over); });
}

std::string remark_on(Again reason, const Report& report) {
  switch (reason) {
    case Again::no:
      return {};
    case Again::out_of_time:
      return std::string("Judged again alone, since its time was used up beside others") +
             (ran_out_of_time(report) ? "; alone it was, too." : ".");
    case Again::no_verdict:
      return "Judged again alone, since beside others there was no verdict.";
  }
  return {};
}

std::string why_not_judged(const std::exception& fault) {
  return "Not judged: " + explain_fault(fault) + "; --resume tries it again.";
}

}  // namespace parley::conform
