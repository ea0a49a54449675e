#pragma once

#include <system_error>
#include <thread>
#include <utility>

namespace parley {

/// A thread that runs this. Throws std::system_error, whose text says what an operator can do, when the
/// system has none left.
template <typename Function>
std::thread start_thread(Function&& function) {
  try {
    return std::thread(std::forward<Function>(function));
  } catch (const std::system_error& error) {
    throw std::system_error(
        error.code(), "no thread can be started; allow more processes (ulimit -u) or memory (ulimit -v)");
  }
}

}  // namespace parley
