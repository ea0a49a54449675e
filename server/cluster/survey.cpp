#include "server/cluster/survey.hpp"

#include <utility>

#include "protocol/user_name.hpp"
#include "server/cluster/cluster_options.hpp"

namespace parley::cluster {

bool Survey::is_complete() const {
  const MutexLock lock(mutex_);
  return awaited_.empty();
}

std::optional<BusStanding> Survey::find(std::string_view node, std::string_view user) const {
  const MutexLock lock(mutex_);
  const auto found = told_.find(fold_case(user));
  if (found == told_.end() || found->second.node != node) return std::nullopt;
  return found->second.standing;
}

void Survey::take(const std::string& node, const Standings& part) {
  const MutexLock lock(mutex_);
  if (!awaited_.contains(node)) return;
  for (const BusStanding& standing : part.users)
    if (told_.size() < ClusterLimits::max_users_of_node)
      told_.insert_or_assign(fold_case(standing.name), Told{node, standing});
  if (part.is_last) awaited_.erase(node);
}

Surveys::Begun Surveys::begin(std::set<std::string> nodes) {
  const auto survey = std::make_shared<Survey>(std::move(nodes));
  const MutexLock lock(mutex_);
  std::erase_if(open_, [](const auto& entry) { return entry.second.expired(); });
  open_.emplace(++last_number_, survey);
  return {last_number_, survey};
}

void Surveys::take(const std::string& node, const Standings& part) {
  std::shared_ptr<Survey> survey;
  {
    const MutexLock lock(mutex_);
    const auto found = open_.find(part.number);
    if (found == open_.end()) return;
    survey = found->second.lock();
  }
  if (survey) survey->take(node, part);
}

}  // namespace parley::cluster
