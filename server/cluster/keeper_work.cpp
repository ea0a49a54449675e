// What a node does for its place between two renewals of its lease: claims of names, and doubts about other
// nodes.

#include <utility>

#include "server/cluster/bus_format.hpp"
#include "server/cluster/keeper.hpp"

namespace parley::cluster {

using std::chrono::milliseconds;

/// What there is to do until then.
void Keeper::work(Clock::time_point until) {
  while (!is_stopping() && Clock::now() < until) {
    if (broker_.is_connected() && take_step() == Step::done) continue;
    const auto rest = std::chrono::ceil<milliseconds>(until - Clock::now());
    pause(std::max(milliseconds{1}, rest));
  }
}

Keeper::Step Keeper::take_step() {
  const bool is_leaving = [this] {
    const MutexLock lock(mutex_);
    return is_leaving_;
  }();
  if (is_leaving && !has_left_ && claims_.is_empty()) leave();
  if (const Step step = resolve_doubt(); step != Step::nothing_to_do) return step;
  if (!to_claim_.empty()) return claim_next();
  if (!claims_.has_to_free()) return Step::nothing_to_do;
  return claims_.free_one() ? Step::done : Step::unanswered;
}

Keeper::Step Keeper::claim_next() {
  const std::string name = to_claim_.front();
  switch (claims_.claim_again(name)) {
    case Claims::Again::unknown:
      return Step::unanswered;
    case Claims::Again::lost:
      log_.warn("cluster: the name {} was given to somebody else meanwhile", name);
      duties_.lost(name);
      break;
    case Claims::Again::kept:
      if (const auto revision = claims_.revision_of(name)) duties_.kept(name, *revision);
      break;
  }
  to_claim_.pop_front();
  if (to_claim_.empty()) duties_.all_claimed();
  return Step::done;
}

/// Declares a node dead by erasing the lease that it was last heard with: either that, or its renewal, wins.
Keeper::Step Keeper::resolve_doubt() {
  Doubt doubt{};
  {
    const MutexLock lock(mutex_);
    if (doubts_.empty()) return Step::nothing_to_do;
    doubt = std::move(doubts_.front());
    doubts_.pop_front();
  }
  const auto read = broker_.get(Bucket::nodes, to_token(doubt.node));
  if (read.reply == Reply::unavailable) return Step::unanswered;
  const auto holder = parse_claim(read.value);
  if (holder && holder->incarnation == doubt.incarnation) {
    if (read.revision != doubt.revision) {
      duties_.alive(doubt.node, read.revision);
      return Step::done;
    }
    const Reply erased = broker_.erase(Bucket::nodes, read.revision);
    if (erased == Reply::unavailable) return Step::unanswered;
    if (erased != Reply::done) return Step::done;  // asked again if it has not renewed
    claims_.free_of(doubt.node, doubt.incarnation, doubt.names);
  }
  log_.warn("cluster: node {} has not been heard of for its lease: it is dead", doubt.node);
  duties_.dead(doubt.node, doubt.incarnation);
  return Step::done;
}

}  // namespace parley::cluster
