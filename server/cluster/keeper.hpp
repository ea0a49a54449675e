#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/function_ref.hpp"
#include "base/thread_annotations.hpp"
#include "server/cluster/broker.hpp"
#include "server/cluster/claims.hpp"
#include "server/cluster/cluster_options.hpp"
#include "server/cluster/self.hpp"
#include "server/logger.hpp"

namespace parley::cluster {

/// Keeps this node's place in the cluster, on a thread of its own: connects, claims the node's name, renews
/// the lease and says so to everybody, claims the users' names again after a time as dead, declares others
/// dead, and frees names. The only one that writes to the bucket of nodes.
class Keeper {
 public:
  using Clock = std::chrono::steady_clock;

  /// What the rest of the node does when the keeper has found something out; on the keeper's thread.
  struct Duties {
    /// The broker is there for the first time: listen to the others. False: it is not possible yet.
    std::function<bool()> listen;
    /// The tokens of the other nodes of which all users are known.
    std::function<std::set<std::string>()> known;
    /// A user's name was given to somebody else.
    std::function<void(std::string_view name)> lost;
    /// A user's name has been claimed again, with that revision.
    std::function<void(std::string_view name, std::uint64_t revision)> kept;
    /// All names have been claimed again, or are lost.
    std::function<void()> all_claimed;
    /// Another node is dead.
    std::function<void(const std::string& node, std::uint64_t incarnation)> dead;
    /// Another node that was doubted is alive; its lease has that revision.
    std::function<void(const std::string& node, std::uint64_t revision)> alive;
    /// This node stops being one.
    std::function<void()> leaving;
    /// This node cannot be one of this cluster.
    std::function<void(const std::string& why)> failed;
  };

  Keeper(const ClusterOptions& options, Broker& broker, Claims& claims, Self& self, spdlog::logger& log,
         Duties duties);
  ~Keeper();

  /// Begins, and waits until the node has joined, or no broker answers. Throws std::runtime_error, whose text
  /// says what to do, when it cannot join at all. `is_hurried` is asked again and again: true ends the wait.
  void start(FunctionRef<bool()> is_hurried);
  /// The users are going: the node gives up its place as soon as the last one has gone, so that their names
  /// are free at once, however many they are.
  void begin_stop() EXCLUDES(mutex_);
  /// Gives up the node's name and those that wait to be freed, as far as `until` allows, and ends the thread.
  /// False: it is not to be ended by then, for the library waits for a broker that is silent.
  bool stop(Clock::time_point until);

  // Any thread.

  /// A node has not been heard of for a whole lease; `revision`: of its lease as it was last heard. Either
  /// `dead` or `alive` follows, or neither when the broker could not be asked.
  void doubt(const std::string& node, std::uint64_t incarnation, std::uint64_t revision,
             std::vector<std::string> names) EXCLUDES(mutex_);
  /// There is something to do.
  void wake() EXCLUDES(mutex_);

 private:
  enum class State { connecting, away, waiting, joined, failed };
  struct Doubt {
    std::string node;
    std::uint64_t incarnation;
    std::uint64_t revision;
    std::vector<std::string> names;
  };

  /// The lease of a node that nobody hears, since when it stands.
  struct Orphan {
    std::uint64_t revision = 0;
    Clock::time_point since{};
  };

  void run() noexcept;
  void keep();
  bool join();
  bool acquire();
  bool watch_holder();
  void renew();
  void was_declared_dead(std::uint64_t garbage_revision);
  void meet_others();
  void claim_users_names();
  void has_lease(std::uint64_t revision, Clock::time_point asked_at);
  void work(Clock::time_point until);
  enum class Step { nothing_to_do, done, unanswered };
  Step take_step();
  Step claim_next();
  Step resolve_doubt();
  void look_for_orphans();
  void complain(const std::string& problem);
  void note_lapse();
  void leave();
  void fail(const std::string& why);
  void set_state(State state) EXCLUDES(mutex_);
  bool is_stopping() const EXCLUDES(mutex_);
  void pause(std::chrono::milliseconds time) EXCLUDES(mutex_);
  std::string value() const;

  const ClusterOptions& options_;
  Broker& broker_;
  Claims& claims_;
  Self& self_;
  spdlog::logger& log_;
  const Duties duties_;
  const std::string key_;

  // The keeper's thread.
  bool is_listening_ = false;
  bool has_complained_ = false;
  bool has_left_ = false;
  Clock::time_point begun_{};
  std::uint64_t revision_ = 0;  // of the lease
  Clock::time_point looked_for_orphans_{};
  std::map<std::string, Orphan> orphans_;  // by token
  std::uint64_t holder_revision_ = 0;      // of somebody else's lease of this node's name
  Clock::time_point holder_seen_{};
  std::deque<std::string> to_claim_;

  mutable Mutex mutex_;  // taken alone
  Condition changed_;
  State state_ GUARDED_BY(mutex_) = State::connecting;
  std::string failure_ GUARDED_BY(mutex_);
  std::string problem_ GUARDED_BY(mutex_);
  std::deque<Doubt> doubts_ GUARDED_BY(mutex_);
  bool is_woken_ GUARDED_BY(mutex_) = false;
  bool is_leaving_ GUARDED_BY(mutex_) = false;
  bool is_stopping_ GUARDED_BY(mutex_) = false;
  bool has_ended_ GUARDED_BY(mutex_) = false;
  Clock::time_point stop_by_ GUARDED_BY(mutex_){};

  std::thread thread_;
};

}  // namespace parley::cluster
