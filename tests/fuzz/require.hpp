#pragma once

#include <cstdio>
#include <cstdlib>

/// Ends a fuzz target that found its invariant broken; in every build type, unlike assert.
inline void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken invariant: %s\n", what);
  std::abort();
}
