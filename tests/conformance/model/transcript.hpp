#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace parley::conform {

/// What can happen on a lane of a transcript. `sent` is by the suite, `received` is by the program under
/// test.
enum class Happening { opened, sent, received, ended, reset, closed, note };

struct Entry {
  std::chrono::microseconds at;  ///< since the case began
  std::size_t lane;              ///< index into Transcript::lanes()
  Happening happening;
  std::string bytes;  ///< raw, any bytes; a sentence for a note; empty where nothing was carried
};

/// Every byte of one case, with the lane it went on and when. Belongs to one thread.
class Transcript {
 public:
  Transcript() : begin_(std::chrono::steady_clock::now()) {}

  /// One that was kept; nothing is to be added to it.
  Transcript(std::vector<std::string> lanes, std::vector<Entry> entries)
      : lanes_(std::move(lanes)), entries_(std::move(entries)) {}

  /// A new lane (a socket, the terminal, the process), for example "alice, sending". Returns its index.
  std::size_t add_lane(std::string name);

  void add(std::size_t lane, Happening happening, std::string_view bytes = {}) {
    add(lane, happening, bytes, Clock::now());
  }

  /// Of something that is known later than it happened: it stands before what happened after it.
  void add(std::size_t lane, Happening happening, std::string_view bytes,
           std::chrono::steady_clock::time_point happened);

  /// Something was taken so long after it had been waited for and had come.
  void note_lateness(std::chrono::steady_clock::duration late) { lateness_ = std::max(lateness_, late); }
  /// At the worst.
  std::chrono::milliseconds lateness() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(lateness_);
  }

  /// The longest exchange that may be why the case failed has lasted so long.
  void note_exchange(std::chrono::milliseconds lasted) { exchange_ = lasted; }
  std::chrono::milliseconds longest_exchange() const { return exchange_; }

  /// When the last thing happened, or the case began.
  std::chrono::steady_clock::time_point end() const {
    return begin_ + (entries_.empty() ? std::chrono::microseconds{0} : entries_.back().at);
  }

  const std::vector<std::string>& lanes() const { return lanes_; }
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point begin_;
  std::vector<std::string> lanes_;
  std::vector<Entry> entries_;
  Clock::duration lateness_{0};
  std::chrono::milliseconds exchange_{0};
};

}  // namespace parley::conform
