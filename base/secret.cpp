#include "base/secret.hpp"

#include <string.h>

namespace parley {

void wipe(std::string& text) noexcept {
  text.resize(text.capacity());  // takes no memory
  ::explicit_bzero(text.data(), text.size());
  text.clear();
}

}  // namespace parley
