#include "server/net/memory.hpp"

#include <cstdlib>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace parley {

void keep_freed_memory_whole() {
#if defined(__GLIBC__)
  ::mallopt(M_MXFAST, 0);
#endif
}

void give_memory_back() {
#if defined(__GLIBC__)
  ::malloc_trim(0);
#endif
}

}  // namespace parley
