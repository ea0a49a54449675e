#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "server/limits.hpp"

namespace parley {

/// How the objects of a dialect that talks in the JSON of the rooms reach its clients: a constant of each.
struct RoomsWire {
  /// Its name in the table of dialects.
  std::string_view dialect;
  /// A longer text comes in several objects.
  std::size_t max_object_bytes;
  /// What is wrong with a request is an object of its own; without it a notification.
  bool has_errors;
  /// Between two objects to one client; zero: none.
  std::chrono::milliseconds pause;
  /// An object as it is written, by one write. Pure.
  std::string (*to_frame)(std::string object);

  /// What is beyond waits too long to be worth it.
  std::size_t max_waiting_frames(const Limits& limits) const {
    return pause.count() == 0 ? SIZE_MAX : static_cast<std::size_t>(limits.paced_wait / pause) + 1;
  }
};

}  // namespace parley
