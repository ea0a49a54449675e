#pragma once

#include <exception>
#include <string>

namespace parley::conform {

/// Why something could not be tried, and whose fault that is: "WHAT. That is this machine's fault". Any
/// thread.
std::string explain_fault(const std::exception& fault);

}  // namespace parley::conform
