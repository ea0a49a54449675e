#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_annotations.hpp"
#include "server/bans/ban.hpp"

namespace parley {

/// Milliseconds of 1970 (UTC): bans outlast the run of a server, and its clocks.
std::int64_t wall_clock_ms();

/// Who is kept out of the server, and who is not any more: what was lifted or has run out is remembered for a
/// while, so that a node of a cluster that was away does not bring it back. Does no I/O; any thread.
class BanList {
 public:
  /// In force at once: each new connection is held against all of them, which takes some 50 us then. As many
  /// more that are over are remembered.
  static constexpr std::size_t max_bans = 10'000;
  /// Longer than any node is away.
  static constexpr std::int64_t remembered_ms = std::int64_t{30} * 24 * 3'600'000;

  explicit BanList(std::int64_t (*now_ms)() = wall_clock_ms) : now_ms_(now_ms) {}

  /// `key`: as Member::key().
  bool has_name(std::string_view key) const EXCLUDES(mutex_);
  bool has_address(const AddressBytes& address) const EXCLUDES(mutex_);

  /// What this server's operator says of somebody, as of now. `until_s` 0: for ever. Returns what is known
  /// from now on; nothing when there is no room.
  std::optional<Ban> ban(const Banned& whom, std::int64_t until_s) EXCLUDES(mutex_);
  /// Nothing when it was not banned.
  std::optional<Ban> unban(const Banned& whom) EXCLUDES(mutex_);

  enum class Merged { changed, known, full };
  /// What a file or another node has: the later word counts.
  Merged merge(const Ban& ban) EXCLUDES(mutex_);

  /// Those in force: names first, each kind in order.
  std::vector<Ban> in_force() const EXCLUDES(mutex_);

  /// All that is remembered, what is over included, and the number of changes until then.
  struct Snapshot {
    std::vector<Ban> bans;
    std::uint64_t changes = 0;
  };
  Snapshot snapshot() const EXCLUDES(mutex_);

 private:
  using Entries = std::map<std::string, Ban, std::less<>>;

  Entries& entries_of(const Banned& whom) REQUIRES(mutex_);
  bool put(const Ban& ban) REQUIRES(mutex_);
  void forget(std::int64_t now_ms) REQUIRES(mutex_);
  std::size_t count_in_force(std::int64_t now_ms) const REQUIRES(mutex_);
  template <typename Take>
  void for_each(Take take) const REQUIRES(mutex_);

  std::int64_t (*const now_ms_)();

  // No other is taken under it; a cluster's LocalUsers takes it under its own.
  mutable Mutex mutex_;
  Entries names_ GUARDED_BY(mutex_);   // by folded name
  Entries ranges_ GUARDED_BY(mutex_);  // by their text
  std::uint64_t changes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace parley
