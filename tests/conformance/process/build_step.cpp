#include "tests/conformance/process/build_step.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "protocol/text.hpp"
#include "tests/conformance/process/program.hpp"
#include "tests/conformance/process/shortage.hpp"

namespace parley::conform {
namespace {

constexpr std::size_t shown_output_bytes = 500;
constexpr std::chrono::milliseconds build_look_interval{100};

}  // namespace

BuildEnd build_program(const std::string& command, Confinement confinement,
                       std::chrono::milliseconds build_time, const std::function<bool()>& is_stopped) {
  if (command.empty()) return {};
  confinement.has_no_network = true;
  Program compiler(command, confinement);
  const auto deadline = std::chrono::steady_clock::now() + build_time;
  std::optional<std::string> ended;
  do ended = compiler.wait_for_end(std::min(build_look_interval, build_time));
  while (!ended && std::chrono::steady_clock::now() < deadline && !(is_stopped && is_stopped()));
  if (ended == "exited with code 0") return {};
  throw_if_machine_is_short();
  return {'\'' + command + "' " + ended.value_or("was not done in time"), compiler.output()};
}

std::string why_not_built(const std::string& command, Confinement confinement,
                          std::chrono::milliseconds build_time, const std::function<bool()>& is_stopped) {
  const BuildEnd end = build_program(command, std::move(confinement), build_time, is_stopped);
  if (end.problem.empty()) return {};
  const std::string printed = end.printed.substr(0, shown_output_bytes);
  return end.problem + (printed.empty() ? "." : ", having printed: " + visible(printed));
}

}  // namespace parley::conform
