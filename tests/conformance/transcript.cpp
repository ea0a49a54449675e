#include "tests/conformance/transcript.hpp"

#include <utility>

namespace parley::conform {

std::size_t Transcript::add_lane(std::string name) {
  lanes_.push_back(std::move(name));
  return lanes_.size() - 1;
}

void Transcript::add(std::size_t lane, Happening happening, std::string_view bytes) {
  const auto at =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin_);
  entries_.push_back({at, lane, happening, std::string(bytes)});
}

}  // namespace parley::conform
