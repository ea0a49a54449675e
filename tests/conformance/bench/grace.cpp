#include "tests/conformance/bench/grace.hpp"

#include <thread>

#include "protocol/user_name.hpp"

namespace parley::conform {
namespace {

/// The last word of "REGISTER CHANNEL NAME"; empty when it is something else.
std::string_view name_to_register(std::string_view bytes) {
  std::string_view line = bytes.substr(0, bytes.find('\n'));
  line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
  return line.starts_with("REGISTER ") ? line.substr(line.rfind(' ') + 1) : std::string_view{};
}

}  // namespace

// On a busy machine a server may not have had the processor by then; one that always wants it gets little
// more.
void Grace::wait_until(Clock::time_point ready_at) const {
  std::this_thread::sleep_until(ready_at);
  wait_until_at_rest(is_at_rest_, 3 * ready_time_);
}

void Grace::begin(std::string_view name) {
  ready_at_[fold_case(name)] = Clock::now() + ready_time_;
}

void Grace::wait_before(std::string_view bytes) {
  if (ready_at_.empty()) return;
  if (const auto name = name_to_register(bytes); !name.empty()) {
    if (const auto found = ready_at_.find(fold_case(name)); found != ready_at_.end())
      wait_until(found->second);
    return;
  }
  for (const auto& [name, ready_at] : ready_at_) wait_until(ready_at);
  ready_at_.clear();
}

}  // namespace parley::conform
