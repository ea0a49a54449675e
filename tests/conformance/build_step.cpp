#include "tests/conformance/build_step.hpp"

#include "protocol/text.hpp"
#include "tests/conformance/program.hpp"

namespace parley::conform {
namespace {

constexpr std::size_t shown_output_bytes = 500;

}  // namespace

std::string why_not_built(const std::string& command, Confinement confinement,
                          std::chrono::milliseconds build_time) {
  if (command.empty()) return {};
  confinement.has_no_network = true;
  Program compiler(command, confinement);
  const auto ended = compiler.wait_for_end(build_time);
  if (ended == "exited with code 0") return {};
  std::string printed = compiler.output();
  if (printed.size() > shown_output_bytes) printed.resize(shown_output_bytes);
  return "'" + command + "' " + ended.value_or("was not done in time") +
         (printed.empty() ? "." : ", having printed: " + visible(printed));
}

}  // namespace parley::conform
