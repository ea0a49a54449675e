#pragma once

#include <string>

namespace parley::conform {

/// Something that the user wrote can not be used; the text says what and where.
struct BadInput {
  std::string what;
};

}  // namespace parley::conform
