#include "tests/conformance/process/fault.hpp"

#include "tests/conformance/process/lateness.hpp"
#include "tests/conformance/process/shortage.hpp"

namespace parley::conform {

std::string explain_fault(const std::exception& fault) {
  const bool is_of_machine = is_shortage(fault) || dynamic_cast<const MachineTooBusy*>(&fault) != nullptr;
  return std::string(fault.what()) + ". That is " + (is_of_machine ? "this machine's" : "the suite's") +
         " fault";
}

}  // namespace parley::conform
