#pragma once

#include <cstdlib>
#include <string>

namespace parley {

/// The value of a variable of the environment; empty when it is not set. Nobody here ever changes one.
inline std::string environment_variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace parley
