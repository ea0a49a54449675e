#include "server/cluster/keeper.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "server/cluster/bus_format.hpp"
#include "server/net/thread.hpp"

namespace parley::cluster {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds hurry_interval{50};  // between two looks whether the start is to end
constexpr milliseconds connect_pause{500};
constexpr milliseconds last_question_time{1'000};  // for a question to the broker that is out
constexpr milliseconds election_time{5'000};
constexpr milliseconds meeting_time{1'000};

}  // namespace

Keeper::Keeper(const ClusterOptions& options, Broker& broker, Claims& claims, Self& self, spdlog::logger& log,
               Duties duties)
    : options_(options),
      broker_(broker),
      claims_(claims),
      self_(self),
      log_(log),
      duties_(std::move(duties)),
      key_(to_token(options.node)) {}

Keeper::~Keeper() {
  stop(Clock::now());
}

void Keeper::start(FunctionRef<bool()> is_hurried) {
  thread_ = start_thread([this] { run(); });
  MutexLock lock(mutex_);
  while (state_ == State::connecting || state_ == State::waiting) {
    changed_.wait_for(lock, hurry_interval);
    bool is_hurry = false;
    {
      const MutexUnlock unlocked(mutex_);
      is_hurry = is_hurried();
    }
    if (is_hurry) break;
  }
  if (state_ == State::failed) throw std::runtime_error(failure_);
  if (state_ == State::away && options_.is_required)
    throw std::runtime_error(problem_ + "; start it, or leave --cluster-required out");
}

bool Keeper::stop(Clock::time_point until) {
  if (!thread_.joinable()) return true;
  {
    MutexLock lock(mutex_);
    is_stopping_ = true;
    stop_by_ = until;
    changed_.notify_all();
    const auto end = std::max(until, Clock::now()) + last_question_time;
    while (!has_ended_ && Clock::now() < end) changed_.wait_until(lock, end);
    if (!has_ended_) return false;
  }
  thread_.join();
  return true;
}

void Keeper::begin_stop() {
  {
    const MutexLock lock(mutex_);
    is_leaving_ = true;
  }
  wake();
}

void Keeper::doubt(const std::string& node, std::uint64_t incarnation, std::uint64_t revision,
                   std::vector<std::string> names) {
  {
    const MutexLock lock(mutex_);
    if (doubts_.size() >= ClusterLimits::max_nodes) return;  // asked again later
    doubts_.push_back({node, incarnation, revision, std::move(names)});
  }
  wake();
}

void Keeper::wake() {
  {
    const MutexLock lock(mutex_);
    is_woken_ = true;
  }
  changed_.notify_all();
}

void Keeper::run() noexcept {
  try {
    keep();
  } catch (const std::exception& error) {
    fail(error.what());
  }
  const MutexLock lock(mutex_);
  has_ended_ = true;
  changed_.notify_all();
}

/// Renewing comes first: whatever else there is to do is done in between, one by one. Once the node has
/// joined, no fault of the broker's ends it.
void Keeper::keep() {
  begun_ = Clock::now();
  while (!is_stopping()) {
    const auto next = Clock::now() + options_.lease / 4;
    try {
      if (!self_.has_joined()) {
        if (!join()) pause(connect_pause);
        continue;
      }
      renew();
      if (self_.holds_lease()) look_for_orphans();
      work(next);
    } catch (const std::exception& error) {
      if (!self_.has_joined()) throw;
      if (self_.holds_lease()) log_.error("cluster: {}", error.what());
      note_lapse();
      pause(connect_pause);
    }
  }
  Clock::time_point until;
  {
    const MutexLock lock(mutex_);
    until = stop_by_;
  }
  leave();
  while (claims_.has_to_free() && Clock::now() < until && broker_.is_connected() && claims_.free_one()) {
  }
}

/// From then on the names are anybody's, whether or not there is time to free each.
void Keeper::leave() {
  if (std::exchange(has_left_, true)) return;
  self_.hold_lease(false);  // who asks for a name now is refused at once
  if (self_.has_joined()) duties_.leaving();
  if (revision_ == 0 || !broker_.is_connected()) return;
  // Not by the revision that is known: a broker that has forgotten it may have given it to somebody else.
  const auto read = broker_.get(Bucket::nodes, key_);
  const auto holder = parse_claim(read.value);
  if (holder && holder->incarnation == self_.incarnation()) broker_.erase(Bucket::nodes, read.revision);
}

/// One try to become a node of the cluster.
bool Keeper::join() {
  if (!broker_.is_connected() && !broker_.connect()) {
    complain(broker_.problem());
    return false;
  }
  if (!broker_.open_buckets()) {
    // Brokers that have just been started elect a leader first.
    if (Clock::now() - begun_ > election_time) complain("the broker's JetStream does not answer");
    return false;
  }
  if (!is_listening_) is_listening_ = duties_.listen();
  return is_listening_ && acquire();
}

void Keeper::complain(const std::string& problem) {
  if (!std::exchange(has_complained_, true))
    log_.warn("cluster: {}; users of this node are served meanwhile, and it is tried again", problem);
  {
    const MutexLock lock(mutex_);
    problem_ = problem;
  }
  set_state(State::away);
}

/// Claims the node's own name.
bool Keeper::acquire() {
  const auto asked_at = Clock::now();
  const auto written = broker_.create(Bucket::nodes, key_, value());
  if (written.reply == Reply::conflict) return watch_holder();
  if (written.reply != Reply::done) return false;
  has_lease(written.revision, asked_at);
  self_.join();
  claim_users_names();
  log_.info("cluster: {} is a node of '{}'", options_.node, options_.cluster_name);
  meet_others();
  set_state(State::joined);
  return true;
}

/// Who comes to this node first is to find those who are elsewhere.
void Keeper::meet_others() {
  const auto until = Clock::now() + meeting_time;
  const std::size_t others = broker_.keys(Bucket::nodes).size();
  while (!is_stopping() && duties_.known().size() + 1 < others && Clock::now() < until)
    pause(milliseconds{5});
}

/// Nodes that died while nobody watched them, as all at once: their leases stand in the bucket, and never
/// change.
void Keeper::look_for_orphans() {
  const auto now = Clock::now();
  if (now - looked_for_orphans_ < options_.lease / 2) return;
  looked_for_orphans_ = now;
  const auto known = duties_.known();
  std::map<std::string, Orphan> standing;
  for (const std::string& token : broker_.keys(Bucket::nodes)) {
    if (token == key_ || known.contains(token)) continue;
    const auto read = broker_.get(Bucket::nodes, token);
    if (read.reply != Reply::done) continue;
    const auto found = orphans_.find(token);
    const bool is_same = found != orphans_.end() && found->second.revision == read.revision;
    const auto since = is_same ? found->second.since : now;
    if (now - since <= longest_silence(options_.lease))
      standing[token] = {read.revision, since};
    else if (broker_.erase(Bucket::nodes, read.revision) == Reply::done)
      log_.warn("cluster: the lease of a node that nobody hears has ended: {}", token);
  }
  orphans_ = std::move(standing);
}

/// Somebody has this node's name: another node, if it renews its lease, or one that was killed.
bool Keeper::watch_holder() {
  const auto now = Clock::now();
  const auto read = broker_.get(Bucket::nodes, key_);
  if (read.reply != Reply::done) return false;
  if (holder_revision_ == 0) {
    log_.info("cluster: there is a node {} already, or one was killed; that shows within {} s", options_.node,
              std::chrono::duration<double>(longest_silence(options_.lease)).count());
    holder_seen_ = now;
    set_state(State::waiting);
  } else if (read.revision != holder_revision_) {
    throw std::runtime_error("another node of cluster '" + options_.cluster_name + "' is called " +
                             options_.node + "; give this one another --node");
  } else if (now - holder_seen_ > longest_silence(options_.lease)) {
    broker_.erase(Bucket::nodes, read.revision);
    holder_revision_ = 0;
    return false;
  }
  holder_revision_ = read.revision;
  return false;
}

/// All of them, one by one, in this incarnation.
void Keeper::claim_users_names() {
  auto names = claims_.names();
  to_claim_.assign(std::move_iterator(names.begin()), std::move_iterator(names.end()));
}

void Keeper::has_lease(std::uint64_t revision, Clock::time_point asked_at) {
  revision_ = revision;
  self_.renew(asked_at);
  self_.hold_lease(true);
  broker_.publish(broker_.subject("heartbeat"), {},
                  encode(Heartbeat{self_.node(), self_.incarnation(), revision_,
                                   options_.accounts ? options_.accounts->digest().to_text() : ""}));
}

void Keeper::renew() {
  if (has_left_) return;
  // A broker that has refused the credentials meanwhile is asked again, as one that has not answered.
  if (!broker_.is_connected() && !broker_.connect()) return note_lapse();
  const auto asked_at = Clock::now();
  const auto written = broker_.update(Bucket::nodes, key_, value(), revision_);
  if (written.reply == Reply::done) {
    if (!self_.holds_lease()) log_.info("cluster: the broker answers again");
    return has_lease(written.revision, asked_at);
  }
  if (written.reply == Reply::unavailable) {
    broker_.open_buckets();
    return note_lapse();
  }
  const auto read = broker_.get(Bucket::nodes, key_);
  if (read.reply == Reply::unavailable) return note_lapse();
  if (read.reply == Reply::missing) return was_declared_dead(0);
  const auto holder = parse_claim(read.value);
  if (!holder) return was_declared_dead(read.revision);
  if (holder->incarnation == self_.incarnation()) {
    revision_ = read.revision;  // a renewal of this node's that it has had no answer to
    return note_lapse();
  }
  fail("another node of cluster '" + options_.cluster_name + "' is called " + options_.node + " now");
}

/// Nobody may count this node as alive, and it gives no names, until it has renewed.
void Keeper::note_lapse() {
  if (Clock::now() - self_.renewed() <= options_.lease || !self_.holds_lease()) return;
  self_.hold_lease(false);
  log_.warn("cluster: cut off from the broker for {} s; new names are refused until it is back",
            std::chrono::duration<double>(options_.lease).count());
}

/// `garbage_revision`: of what stands in the place of the claim; 0: nothing.
void Keeper::was_declared_dead(std::uint64_t garbage_revision) {
  log_.warn("cluster: {} was taken for dead, or the broker has forgotten it; claiming the users' names again",
            options_.node);
  self_.take_new_incarnation();
  claims_.forget_revisions();
  const auto asked_at = Clock::now();
  const auto written = garbage_revision != 0 ? broker_.update(Bucket::nodes, key_, value(), garbage_revision)
                                             : broker_.create(Bucket::nodes, key_, value());
  if (written.reply != Reply::done) return note_lapse();
  has_lease(written.revision, asked_at);
  claim_users_names();
}

std::string Keeper::value() const {
  return encode(Claim{self_.node(), self_.incarnation(), {}});
}

void Keeper::fail(const std::string& why) {
  {
    const MutexLock lock(mutex_);
    failure_ = why;
    is_stopping_ = true;
  }
  self_.hold_lease(false);
  revision_ = 0;
  set_state(State::failed);
  duties_.failed(why);
}

void Keeper::set_state(State state) {
  {
    const MutexLock lock(mutex_);
    state_ = state;
  }
  changed_.notify_all();
}

bool Keeper::is_stopping() const {
  const MutexLock lock(mutex_);
  return is_stopping_;
}

void Keeper::pause(milliseconds time) {
  const auto until = Clock::now() + time;
  MutexLock lock(mutex_);
  while (!is_stopping_ && !is_woken_ && Clock::now() < until) changed_.wait_until(lock, until);
  is_woken_ = false;
}

}  // namespace parley::cluster
