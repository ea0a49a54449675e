#pragma once

#include <sys/stat.h>

namespace parley {

/// Whether others than its owner have a right to what this tells of: a secret must not be there. Pure.
inline bool is_open_to_others(const struct stat& status) {
  return (status.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

}  // namespace parley
