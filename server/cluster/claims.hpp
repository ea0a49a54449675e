#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_annotations.hpp"
#include "server/cluster/broker.hpp"
#include "server/cluster/bus_format.hpp"
#include "server/cluster/self.hpp"
#include "server/directory/other_nodes.hpp"

namespace parley::cluster {

/// The names that this node has claimed in the cluster's bucket: of several nodes that ask for one, exactly
/// one gets it. Before the node has joined, names are held without asking and claimed later.
class Claims {
 public:
  using Clock = std::chrono::steady_clock;

  /// `claim_time`: how long a newcomer waits for the answer at most.
  Claims(Broker& broker, const Self& self, std::chrono::milliseconds claim_time)
      : broker_(broker), self_(self), claim_time_(claim_time) {}

  // Any thread.

  /// Asks for the name. Waits for the broker, at most the claim time.
  OtherNodes::Claimed claim(std::string_view name) EXCLUDES(mutex_);
  /// The name is free, as soon as the keeper has told the broker.
  void give_up(std::string_view name) noexcept EXCLUDES(mutex_);
  /// The revision of this node's claim, 0 before it is made: nothing when it has none, or has lost it.
  std::optional<std::uint64_t> revision_of(std::string_view name) const EXCLUDES(mutex_);
  /// Somebody else has it by a claim of that revision: false when this node's is newer. Else this node has
  /// none from then on.
  bool yield(std::string_view name, std::uint64_t revision) EXCLUDES(mutex_);

  // The keeper's thread.

  /// Whether this node has none.
  bool is_empty() const EXCLUDES(mutex_);
  /// All names, in order of arrival, which are to be claimed again one by one.
  std::vector<std::string> names() const EXCLUDES(mutex_);
  enum class Again {
    kept,    ///< or given up meanwhile
    lost,    ///< somebody else has it
    unknown  ///< the broker could not be asked
  };
  Again claim_again(std::string_view name) EXCLUDES(mutex_);

  /// Names that another node held, in an incarnation that is dead, are free.
  void free_of(const std::string& node, std::uint64_t incarnation, const std::vector<std::string>& names)
      EXCLUDES(mutex_);
  /// The broker has forgotten what was claimed: revisions that are known mean something else now.
  void forget_revisions() EXCLUDES(mutex_);
  bool has_to_free() const EXCLUDES(mutex_);
  /// Frees one of those that were given up. False: the broker could not be asked.
  bool free_one() EXCLUDES(mutex_);

 private:
  struct Held {
    std::string name;
    std::uint64_t revision = 0;  // 0: not claimed yet
    bool is_asked_for = false;   // the answer is out
  };
  /// A key to be erased: by its revision, or, when that is not known or not right, if it is of that node and
  /// incarnation; 0: of any, and not held.
  struct ToFree {
    std::string key;
    std::uint64_t revision = 0;
    std::string node;
    std::uint64_t incarnation = 0;
  };
  struct Asked {
    NameClaim claim = NameClaim::unchecked;
    std::uint64_t revision = 0;
  };

  static Asked granted_if(const Broker::Written& written);
  Asked ask(const std::string& name, std::uint64_t incarnation, std::uint64_t known_revision);
  void ask_for(std::string_view name) EXCLUDES(mutex_);
  void hold(std::string_view name, std::uint64_t revision) EXCLUDES(mutex_);
  void drop(std::string_view name) EXCLUDES(mutex_);
  /// Whether that incarnation of a node is alive: nothing when the broker could not be asked.
  std::optional<bool> is_alive(const std::string& node, std::uint64_t incarnation);
  bool is_held(const std::string& token) const EXCLUDES(mutex_);
  Reply free_by_owner(const ToFree& one) EXCLUDES(mutex_);
  void put_to_free(ToFree one) EXCLUDES(mutex_);

  Broker& broker_;
  const Self& self_;
  const std::chrono::milliseconds claim_time_;

  std::atomic<std::uint64_t> unjoined_{0};  // names that were given before the node had joined

  mutable Mutex mutex_;                                  // taken alone, never while the broker is asked
  std::map<std::string, Held> held_ GUARDED_BY(mutex_);  // by key
  std::deque<ToFree> to_free_ GUARDED_BY(mutex_);
};

}  // namespace parley::cluster
