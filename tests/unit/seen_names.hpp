#pragma once

#include <initializer_list>

#include "client/names_seen.hpp"

namespace parley::test {

/// Names as if they had come in this order.
inline client::NamesSeen seen(std::initializer_list<const char*> names) {
  client::NamesSeen result;
  for (const auto* const name : names) result.add(name);
  return result;
}

}  // namespace parley::test
