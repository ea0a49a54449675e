#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/thread_annotations.hpp"
#include "server/cluster/link.hpp"

namespace parley::cluster {

/// The users of this node as the others are told of them, and the links by which they are told: each is told
/// of all users first and of each change from then on. Any thread; waits for nobody.
class LocalUsers {
 public:
  /// `first_number`: of the lines that leave from here; another one in each run of the program.
  /// `bans`: what the others are told with all users; null: none.
  LocalUsers(Outlet& outlet, std::uint64_t first_number, std::chrono::milliseconds line_time,
             std::function<std::vector<Ban>()> bans = {})
      : outlet_(outlet), last_number_(first_number), line_time_(line_time), bans_(std::move(bans)) {}

  void arrived(const BusUser& user) EXCLUDES(mutex_);
  void moved(std::string_view name, std::string_view room) EXCLUDES(mutex_);
  void renamed(std::string_view former, const BusUser& user) EXCLUDES(mutex_);
  /// `key`: the folded name. Told even when there is no memory for it: with all users, later.
  void left(const std::string& key, std::string_view name) noexcept EXCLUDES(mutex_);
  /// The name was claimed again. Others hear of it by restate_all().
  void renumber(std::string_view name, std::uint64_t arrival) EXCLUDES(mutex_);

  /// The link to that incarnation of a node: a new row, with all users.
  std::shared_ptr<Link> open(const std::string& node, std::uint64_t incarnation) EXCLUDES(mutex_);
  /// The node is gone: what waits for it fails.
  void close(const std::string& node) EXCLUDES(mutex_);
  /// All users once more.
  void restate(Link& link) EXCLUDES(mutex_);
  void restate_all() EXCLUDES(mutex_);
  /// Bans that the others do not know yet. They are known here already, so that no node misses them.
  void tell_bans(const std::vector<Ban>& bans) EXCLUDES(mutex_);
  /// The same to everybody, such as a question.
  void tell_all(const std::string& item) EXCLUDES(mutex_);

  std::vector<std::shared_ptr<Link>> links() const EXCLUDES(mutex_);

 private:
  std::vector<std::string> all_users() const REQUIRES(mutex_);
  /// And the bans.
  std::vector<std::string> all() const REQUIRES(mutex_);
  void tell(const std::string& item) REQUIRES(mutex_);

  Outlet& outlet_;
  std::atomic<std::uint64_t> last_number_;
  const std::chrono::milliseconds line_time_;
  const std::function<std::vector<Ban>()> bans_;

  mutable Mutex mutex_;  // those of links, bans and the bell are taken under it: all hear of each change
                         // in one order
  std::map<std::string, BusUser> users_ GUARDED_BY(mutex_);                // by folded name
  std::map<std::string, std::shared_ptr<Link>> links_ GUARDED_BY(mutex_);  // by node
};

}  // namespace parley::cluster
