#include "tests/support/check.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "protocol/text.hpp"

namespace parley::test {
namespace {

double time_scale() {
  static const double scale = [] {
    const char* text = std::getenv("PARLEY_TIME_SCALE");
    return text == nullptr ? PARLEY_TIME_SCALE : std::atof(text);
  }();
  return scale;
}

}  // namespace

milliseconds scaled(milliseconds time) {
  return std::chrono::duration_cast<milliseconds>(time * time_scale());
}

std::string seconds_option(milliseconds time) {
  return std::to_string(std::chrono::duration<double>(scaled(time)).count());
}

int Deadline::remaining_ms() const {
  const auto remaining = std::chrono::ceil<milliseconds>(time_ - std::chrono::steady_clock::now());
  return static_cast<int>(std::max<milliseconds::rep>(0, remaining.count()));
}

void fail(Where where, const std::string& what) {
  const std::string file = std::filesystem::path(where.file).filename();
  throw std::runtime_error(file + ":" + std::to_string(where.line) + ": " + what);
}

void fail_errno(Where where, const std::string& what) {
  fail(where, what + ": " + std::strerror(errno));
}

std::string escaped(std::string_view bytes) {
  constexpr std::size_t shown_bytes = 400;
  std::string text = "\"" + visible(bytes.substr(0, shown_bytes), Backslash::double_) + "\"";
  if (bytes.size() > shown_bytes) text += "... (" + std::to_string(bytes.size()) + " bytes)";
  return text;
}

void wait_until(const std::function<bool()>& condition, const std::string& what, Deadline deadline,
                Where where) {
  while (!condition()) {
    if (deadline.has_passed()) fail(where, "waited in vain until " + what);
    std::this_thread::sleep_for(milliseconds(2));
  }
}

}  // namespace parley::test
