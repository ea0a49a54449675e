#pragma once

#include <asio/ip/address.hpp>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/bucket.hpp"
#include "base/thread_annotations.hpp"
#include "server/accounts/recent_table.hpp"

namespace parley::accounts {

/// What whoever guesses may (OD13.5). Asks no clock itself. Any thread.
class Guesses {
 public:
  using Clock = std::chrono::steady_clock;

  /// Wrong passwords for one name from one address in a period; then that name pauses for that address as
  /// long. Enough for a hand that slips; a guesser has 7200 in a day.
  static constexpr std::size_t most_wrong = 5;
  static constexpr std::chrono::seconds period{60};
  /// Comparisons for one address: a whole course signs on behind one, with two sockets each, and two cores
  /// have time for more in a second, so that others have some of it.
  static constexpr Rate comparisons{20, 200};
  /// Who would have to wait longer for that is refused: less than anybody's time to register.
  static constexpr std::chrono::seconds longest_wait{10};
  /// Names and addresses, and addresses, of which that is known: some 100 bytes each.
  static constexpr std::size_t most_kept = 4096;

  /// When a password of that address may be compared, which counts as one that is; nothing when that is too
  /// far away. Throws std::bad_alloc.
  std::optional<Clock::time_point> next_comparison(const asio::ip::address& address, Clock::time_point now)
      EXCLUDES(mutex_);

  /// `name`: what AccountList has found, so that one in another spelling is no other.
  bool is_paused(const asio::ip::address& address, std::string_view name, Clock::time_point now)
      EXCLUDES(mutex_);

  /// True when the name pauses from now on. Throws std::bad_alloc.
  bool note_wrong(const asio::ip::address& address, std::string_view name, Clock::time_point now)
      EXCLUDES(mutex_);
  void note_right(const asio::ip::address& address, std::string_view name) EXCLUDES(mutex_);

 private:
  struct Wrong {
    std::size_t count = 0;
    Clock::time_point since{};
    Clock::time_point paused_until{};
  };
  using Key = std::pair<asio::ip::address, std::string>;

  Mutex mutex_;  // taken alone
  RecentTable<Key, Wrong> wrong_ GUARDED_BY(mutex_){most_kept};
  RecentTable<asio::ip::address, Bucket> compared_ GUARDED_BY(mutex_){most_kept};
};

/// Whose address it is as far as guesses go: of IPv6 the network of one household or machine, a /64, whose
/// addresses are anybody's there to choose. Pure.
asio::ip::address guesser_of(const asio::ip::address& address);

}  // namespace parley::accounts
