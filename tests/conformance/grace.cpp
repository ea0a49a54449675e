#include "tests/conformance/grace.hpp"

#include <thread>

namespace parley::conform {
namespace {

std::string in_small_letters(std::string_view name) {
  std::string small(name);
  for (char& c : small)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return small;
}

/// The last word of "REGISTER CHANNEL NAME"; empty when it is something else.
std::string_view name_to_register(std::string_view bytes) {
  std::string_view line = bytes.substr(0, bytes.find('\n'));
  line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
  return line.starts_with("REGISTER ") ? line.substr(line.rfind(' ') + 1) : std::string_view{};
}

}  // namespace

void Grace::begin(std::string_view name) {
  ready_at_[in_small_letters(name)] = Clock::now() + ready_time_;
}

void Grace::wait_before(std::string_view bytes) {
  if (ready_at_.empty()) return;
  if (const auto name = name_to_register(bytes); !name.empty()) {
    if (const auto found = ready_at_.find(in_small_letters(name)); found != ready_at_.end())
      std::this_thread::sleep_until(found->second);
    return;
  }
  for (const auto& [name, ready_at] : ready_at_) std::this_thread::sleep_until(ready_at);
  ready_at_.clear();
}

}  // namespace parley::conform
