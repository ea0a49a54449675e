#pragma once

#include <cstdlib>
#include <string>

namespace parley::test {

/// The path of the parley that this build made; PARLEY in the environment overrides it.
inline std::string parley_path() {
  const char* const path = std::getenv("PARLEY");
  return path != nullptr ? path : PARLEY_PATH;
}

}  // namespace parley::test
