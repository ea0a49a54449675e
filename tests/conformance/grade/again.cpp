#include "tests/conformance/grade/again.hpp"

#include <algorithm>

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
    case Again::machine_short:
      return "Judged again alone, since the machine was short of something beside others.";
  }
  return {};
}

std::string why_not_judged(const std::string& fault) {
  return "Not judged: " + fault + ". That is this machine's fault; --resume tries it again.";
}

}  // namespace parley::conform
