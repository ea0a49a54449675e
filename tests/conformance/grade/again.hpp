#pragma once

#include <exception>
#include <string>

#include "tests/conformance/model/verdict.hpp"

/// Which programs of a class are judged a second time, alone, and what is said of them.
namespace parley::conform {

enum class Again {
  no,
  out_of_time,  ///< beside others: it may have been by what they do
  no_verdict,   ///< the machine was short of something, or the suite is at fault
};

/// Whether the time for the whole run was used up before its end.
bool ran_out_of_time(const Report& report);

/// For a report of the second time, which had that reason.
std::string remark_on(Again reason, const Report& report);

/// Why there is no verdict, and whose fault that is: sentences for the row.
std::string why_not_judged(const std::exception& fault);

}  // namespace parley::conform
