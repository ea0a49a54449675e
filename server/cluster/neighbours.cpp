#include "server/cluster/neighbours.hpp"

#include <algorithm>
#include <exception>
#include <utility>
#include <variant>

#include "protocol/text.hpp"
#include "protocol/user_name.hpp"

namespace parley::cluster {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds neighbour_look_interval{25};
constexpr milliseconds expiry_interval{200};
constexpr std::size_t max_news = 4096;
constexpr milliseconds complaint_pause{60'000};

}  // namespace

Neighbours::Neighbours(const ClusterOptions& options, Broker& broker, const Self& self, Claims& claims,
                       LocalUsers& local_users, Directory& directory, ChatService& chat, spdlog::logger& log,
                       const OperatorDuties& operators, Surveys& surveys)
    : options_(options),
      broker_(broker),
      self_(self),
      claims_(claims),
      local_users_(local_users),
      directory_(directory),
      chat_(chat),
      log_(log),
      operators_(operators),
      surveys_(surveys) {}

/// The node, as this incarnation of it; null when that is over, or is this node itself. Who has not joined
/// talks to nobody: another node may have its name.
Neighbours::Node* Neighbours::meet(const std::string& name, std::uint64_t incarnation) {
  if (!self_.has_joined() || name == self_.node() || retired_.contains(incarnation)) return nullptr;
  const auto found = nodes_.find(name);
  if (found == nodes_.end() && nodes_.size() >= ClusterLimits::max_nodes) {
    complain("more nodes than there may be");
    return nullptr;
  }
  Node& node = found != nodes_.end() ? found->second : nodes_[name];
  if (node.incarnation == incarnation) return &node;
  if (node.incarnation != 0) retire(node.incarnation);
  log_.info("cluster: node {} is {}", name, node.incarnation != 0 ? "back" : "here");
  node.name = name;
  node.incarnation = incarnation;
  node.lease_revision = 0;
  node.heard = now_;
  node.addressee = 0;
  node.transit = {};
  node.asked_standings.clear();
  const auto link = local_users_.open(name, incarnation);
  link->set_reachable(broker_.is_connected());
  if (!node.users)
    node.users = std::make_unique<RemoteNode>(
        link, directory_, chat_, [this, name](const BusUser& user) { return make_way_for(name, user); });
  node.users->begin_anew();
  return &node;
}

/// The newer claim has the name, here and at every node: whoever has it by an older one gives it up.
bool Neighbours::make_way_for(const std::string& node, const BusUser& user) {
  if (!claims_.yield(user.name, user.arrival)) return false;
  local_users_.left(fold_case(user.name), user.name);
  for (auto& [name, other] : nodes_) {
    if (name == node || !other.users) continue;
    const std::uint64_t claim = other.users->revision_of(user.name);
    if (claim > user.arrival) return false;
    if (claim != 0) other.users->left(user.name);
  }
  return true;
}

void Neighbours::ask_users(Node& node) {
  node.users->begin_anew();
  node.asked_users = now_;
  node.users->link().add(encode(AskUsers{}));
}

void Neighbours::ask_all_users() {
  for (auto& [name, node] : nodes_)
    if (node.incarnation != 0) ask_users(node);
}

void Neighbours::list_known() {
  std::set<std::string> known;
  for (const auto& [name, node] : nodes_)
    if (node.incarnation != 0 && node.users->is_complete()) known.insert(node.users->link().token());
  const MutexLock lock(mutex_);
  known_.swap(known);
}

std::set<std::string> Neighbours::known() const {
  const MutexLock lock(mutex_);
  return known_;
}

/// Its users are gone, and whatever else that incarnation says counts for nothing.
void Neighbours::bury(Node& node) {
  retire(std::exchange(node.incarnation, 0));
  node.users->link().fail_all();
  node.users->dismiss_all();
  node.accounts_differ = false;
  if (options_.accounts != nullptr) options_.accounts->others().forget(node.name);
}

/// Those of a node that is heard; what cannot be read is passed over, and the next heartbeat tells again.
void Neighbours::hear_accounts(Node& node, const std::string& text) {
  if (options_.accounts == nullptr) return;
  auto digest = accounts::AccountDigest::parse(text);
  if (!digest) return complain("the accounts of node " + visible(node.name));
  const bool do_differ = !(*digest == options_.accounts->digest());
  options_.accounts->others().hear(node.name, *std::move(digest));
  if (do_differ == std::exchange(node.accounts_differ, do_differ)) return;
  if (do_differ)
    log_.error(
        "cluster: node {} has other accounts than this one: nobody signs on here under a name of either; "
        "give all nodes the same file and SIGHUP",
        visible(node.name));
  else
    log_.info("cluster: node {} has the same accounts as this one now", visible(node.name));
}

void Neighbours::retire(std::uint64_t incarnation) {
  if (incarnation == 0 || !retired_.insert(incarnation).second) return;
  retired_order_.push_back(incarnation);
  if (retired_order_.size() <= ClusterLimits::max_retired) return;
  retired_.erase(retired_order_.front());
  retired_order_.pop_front();
}

void Neighbours::look_if_due() {
  tell_time();
  if (has_news_.exchange(false)) take_news();
  if (now_ - looked_ >= neighbour_look_interval) look();
}

/// Whoever stood still for a lease may be dead to others, until it has renewed: by a question of later than
/// when it stopped.
void Neighbours::tell_time() {
  const auto now = Clock::now();
  if (now_ != Clock::time_point{} && now - now_ > options_.lease)
    lease_counts_from_ = now_ + options_.lease / 2;
  now_ = now;
}

void Neighbours::look() {
  // Whoever was kept from running has what others said still to read.
  if (now_ - looked_ > options_.lease / 8) watching_since_ = std::max(watching_since_, now_ - options_.lease);
  // While this node cannot renew its lease, as when the brokers elect a leader, others cannot either.
  if (!self_.holds_lease()) watching_since_ = now_;
  looked_ = now_;
  take_news();
  std::erase_if(nodes_, [this](const auto& entry) {
    const bool is_over = entry.second.incarnation == 0;
    if (is_over) local_users_.close(entry.first);
    return is_over;
  });
  list_known();
  const bool is_tick = now_ - ticked_ >= options_.lease / 5;
  if (is_tick) ticked_ = now_;
  const bool is_to_expire = now_ - expired_ >= expiry_interval;
  if (is_to_expire) expired_ = now_;
  for (auto& [name, node] : nodes_) {
    if (node.incarnation == 0) continue;
    tend(node, is_tick, is_to_expire);
    judge(name, node);
  }
}

void Neighbours::tend(Node& node, bool is_tick, bool is_to_expire) {
  Link& link = node.users->link();
  if (is_to_expire) link.expire(now_);
  if (!broker_.is_connected()) return;
  if (is_tick) link.add(encode(Tick{}));
  tell_standings(node);
  if (now_ - node.restated > options_.lease / 5 && link.take_is_behind()) {
    node.restated = now_;
    local_users_.restate(link);
  }
  if (!node.users->is_complete() && now_ - node.asked_users > options_.lease / 2) ask_users(node);
}

/// Only after a whole lease in which it would have been heard.
void Neighbours::judge(const std::string& name, Node& node) {
  if (!broker_.is_connected() || !self_.holds_lease() || keeper_ == nullptr) return;
  if (now_ - std::max(node.heard, watching_since_) <= longest_silence(options_.lease)) return;
  if (now_ - node.doubted < options_.lease / 8) return;
  node.doubted = now_;
  keeper_->doubt(name, node.incarnation, node.lease_revision, node.users->names());
}

void Neighbours::take_news() {
  std::deque<News> news;
  {
    const MutexLock lock(mutex_);
    news.swap(news_);
  }
  for (const News& one : news) act_on(one);
}

void Neighbours::act_on(const News& news) {
  const auto found = nodes_.find(news.text);
  Node* const known = found != nodes_.end() ? &found->second : nullptr;
  switch (news.kind) {
    case News::Kind::heartbeat:
      if (Node* const node = meet(news.text, news.incarnation)) {
        node->heard = now_;
        node->lease_revision = news.lease_revision;
        hear_accounts(*node, news.accounts);
      }
      return;
    case News::Kind::garbage:
      return complain(news.text);
    case News::Kind::dead:
      if (known != nullptr && known->incarnation == news.incarnation) bury(*known);
      return;
    case News::Kind::alive:
      if (known == nullptr) return;
      known->heard = now_;
      known->lease_revision = news.lease_revision;
      return;
    case News::Kind::connection:
      return on_connection();
    case News::Kind::missed:
      complain("more than could be read in time");
      return ask_all_users();
    case News::Kind::claims:
      return ask_all_users();
  }
}

/// What others said meanwhile is lost, and so is what was said to them.
void Neighbours::on_connection() {
  const bool is_connected = broker_.is_connected();
  watching_since_ = now_;
  for (auto& [name, node] : nodes_) {
    if (node.incarnation == 0) continue;
    node.users->link().set_reachable(is_connected);
    if (!is_connected) continue;
    ask_users(node);
    node.users->link().fall_behind();
  }
}

void Neighbours::forget_all() {
  for (auto& [name, node] : nodes_)
    if (node.incarnation != 0) bury(node);
}

void Neighbours::hear(std::string_view heartbeat) {
  auto parsed = parse_heartbeat(heartbeat);
  if (auto* const heard = std::get_if<Heartbeat>(&parsed))
    leave_news({News::Kind::heartbeat, std::move(heard->node), heard->incarnation, heard->lease_revision,
                std::move(heard->accounts)});
  else
    leave_news({News::Kind::garbage, std::move(std::get<BusFault>(parsed).what)});
}

void Neighbours::declare_dead(const std::string& node, std::uint64_t incarnation) {
  leave_news({News::Kind::dead, node, incarnation});
}

void Neighbours::confirm_alive(const std::string& node, std::uint64_t revision) {
  leave_news({News::Kind::alive, node, 0, revision});
}

void Neighbours::connection_changed() {
  leave_news({News::Kind::connection});
}

void Neighbours::claims_changed() {
  leave_news({News::Kind::claims});
}

void Neighbours::missed_packets() {
  leave_news({News::Kind::missed});
}

/// What is beyond the bound can only be noise: a heartbeat comes again.
void Neighbours::leave_news(News news) {
  {
    const MutexLock lock(mutex_);
    if (news_.size() < max_news || (news.kind != News::Kind::heartbeat && news.kind != News::Kind::garbage))
      news_.push_back(std::move(news));
  }
  has_news_.store(true);
}

/// One line in a minute, with a count of the rest.
void Neighbours::complain(const std::string& what) {
  ++complaints_;
  if (now_ - complained_ < complaint_pause) return;
  complained_ = now_;
  log_.warn("cluster: left out what came over the bus: {} ({} in all)", what, complaints_);
}

}  // namespace parley::cluster
