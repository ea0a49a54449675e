#include "tests/conformance/model/transcript.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace parley::conform {

std::size_t Transcript::add_lane(std::string name) {
  lanes_.push_back(std::move(name));
  return lanes_.size() - 1;
}

void Transcript::add(std::size_t lane, Happening happening, std::string_view bytes,
                     Clock::time_point happened) {
  const auto at = std::chrono::duration_cast<std::chrono::microseconds>(happened - begin_);
  auto place = entries_.end();
  // Never before what is known of the same lane.
  while (place != entries_.begin() && std::prev(place)->at > at && std::prev(place)->lane != lane) --place;
  const auto shown_at = place == entries_.begin() ? at : std::max(at, std::prev(place)->at);
  entries_.insert(place, {shown_at, lane, happening, std::string(bytes)});
}

}  // namespace parley::conform
