#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/thread_annotations.hpp"
#include "server/cluster/bus_format.hpp"

namespace parley::cluster {

/// What other nodes answer to one AskStandings. Any thread.
class Survey {
 public:
  /// `nodes`: those that were asked.
  explicit Survey(std::set<std::string> nodes) : awaited_(std::move(nodes)) {}

  /// Each node that was asked has told of all its users.
  bool is_complete() const EXCLUDES(mutex_);
  /// What that node has told of that user, if it has.
  std::optional<BusStanding> find(std::string_view node, std::string_view user) const EXCLUDES(mutex_);

  /// A part of a node's answer; passed over where that was not asked, or has ended.
  void take(const std::string& node, const Standings& part) EXCLUDES(mutex_);

 private:
  struct Told {
    std::string node;
    BusStanding standing;
  };

  mutable Mutex mutex_;  // taken alone
  std::set<std::string> awaited_ GUARDED_BY(mutex_);
  std::map<std::string, Told> told_ GUARDED_BY(mutex_);  // by folded name: at most those who are there
};

/// Those that somebody waits for, by their numbers. Any thread.
class Surveys {
 public:
  struct Begun {
    std::uint64_t number;
    std::shared_ptr<const Survey> survey;  ///< answers count for as long as somebody has it
  };
  Begun begin(std::set<std::string> nodes) EXCLUDES(mutex_);
  void take(const std::string& node, const Standings& part) EXCLUDES(mutex_);

 private:
  Mutex mutex_;  // taken alone
  std::uint64_t last_number_ GUARDED_BY(mutex_) = 0;
  std::map<std::uint64_t, std::weak_ptr<Survey>> open_ GUARDED_BY(mutex_);
};

}  // namespace parley::cluster
