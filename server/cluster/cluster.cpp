#include "server/cluster/cluster.hpp"

#include <algorithm>
#include <exception>
#include <random>
#include <set>
#include <stdexcept>
#include <utility>

#include "protocol/unwelcome.hpp"
#include "protocol/user_name.hpp"
#include "server/cluster/bus_format.hpp"
#include "server/cluster/gathering.hpp"
#include "server/net/thread.hpp"

namespace parley::cluster {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds reading_pause{25};
constexpr milliseconds last_packet_time{1'000};  // for a packet that is being written
constexpr milliseconds claim_time{2'500};
// What another node is waited for until it knows of a newcomer: some hundred times what it takes.
constexpr milliseconds knowing_time{100};

milliseconds request_time(const ClusterOptions& options) {
  return std::clamp(options.lease / 4, milliseconds{250}, milliseconds{2'000});
}

/// Half of all numbers are left for the lines of this run.
std::uint64_t first_number() {
  std::random_device random;
  return std::uint64_t{random()} << 31;
}

BusUser to_bus(const Directory::Listing& listing) {
  return {std::string(listing.name), std::string(listing.dialect), std::string(listing.room), listing.arrival,
          listing.since_s};
}

}  // namespace

Cluster::Cluster(const ClusterOptions& options, milliseconds receipt_time, std::size_t max_body_bytes,
                 Directory& directory, ChatService& chat, spdlog::logger& log, OperatorDuties operators,
                 std::function<void(const std::string&)> failed)
    : options_(options),
      operators_(std::move(operators)),
      max_body_bytes_(max_body_bytes),
      token_(to_token(options.node)),
      directory_(directory),
      log_(log),
      self_(options.node),
      publisher_(broker_, self_, options_.cluster_name, token_, log),
      local_users_(publisher_, first_number(), receipt_time, operators_.bans),
      claims_(broker_, self_, claim_time),
      neighbours_(options_, broker_, self_, claims_, local_users_, directory, chat, log, operators_,
                  surveys_),
      broker_(broker_options(), log, broker_events()),
      keeper_(options_, broker_, claims_, self_, log, keeper_duties(std::move(failed))) {
  neighbours_.ask_doubts_of(keeper_);
  chat.connect(*this);
}

Cluster::~Cluster() {
  stop(Clock::now());
}

BrokerOptions Cluster::broker_options() const {
  BrokerOptions options;
  options.urls = options_.urls;
  options.credentials_file = options_.credentials_file;
  options.client_name = "parleyd " + options_.node;
  options.cluster_name = options_.cluster_name;
  options.request_timeout = request_time(options_);
  options.ping_interval = std::max(options_.lease / 4, milliseconds{500});
  options.max_pending_bytes = ClusterLimits::max_pending_bytes;
  return options;
}

Broker::Events Cluster::broker_events() {
  return {[this] { neighbours_.connection_changed(); }, [this] { neighbours_.connection_changed(); },
          [this] { neighbours_.missed_packets(); }};
}

Keeper::Duties Cluster::keeper_duties(std::function<void(const std::string&)> failed) {
  Keeper::Duties duties;
  duties.listen = [this] { return listen(); };
  duties.known = [this] { return neighbours_.known(); };
  duties.lost = [this](std::string_view name) { evict(name); };
  duties.kept = [this](std::string_view name, std::uint64_t revision) {
    if (const auto found = directory_.find_local(name); found.member) {
      directory_.renumber(*found.member, revision);
      local_users_.renumber(name, revision);
    }
  };
  duties.all_claimed = [this] {
    local_users_.restate_all();
    neighbours_.claims_changed();
  };
  duties.dead = [this](const std::string& node, std::uint64_t incarnation) {
    neighbours_.declare_dead(node, incarnation);
  };
  duties.alive = [this](const std::string& node, std::uint64_t revision) {
    neighbours_.confirm_alive(node, revision);
  };
  duties.leaving = [this] { local_users_.tell_all(encode(Bye{})); };
  duties.failed = std::move(failed);
  return duties;
}

void Cluster::start(FunctionRef<bool()> is_hurried) {
  const auto run = [this](void (Cluster::*work)() noexcept) {
    ++running_;
    return start_thread([this, work] {
      (this->*work)();
      --running_;
    });
  };
  reader_ = run(&Cluster::read);
  writer_ = run(&Cluster::write);
  keeper_.start(is_hurried);
}

void Cluster::stop(Clock::time_point until) {
  if (std::exchange(is_stopped_, true)) return;
  is_stuck_ = !keeper_.stop(until);
  is_over_.store(true);
  may_read_.store(true);
  may_read_.notify_all();
  publisher_.stop();
  const auto end = Clock::now() + last_packet_time;
  while (running_.load() > 0 && Clock::now() < end) std::this_thread::sleep_for(milliseconds{2});
  is_stuck_ = is_stuck_ || running_.load() > 0;
  if (is_stuck_) return;
  if (writer_.joinable()) writer_.join();
  if (reader_.joinable()) reader_.join();
}

/// The keeper's thread, once the broker is there.
bool Cluster::listen() {
  if (broker_.max_payload_bytes() < max_body_bytes_ + ClusterLimits::packet_overhead_bytes)
    throw std::runtime_error("the broker takes " + std::to_string(broker_.max_payload_bytes()) +
                             " bytes at once, too little for messages of " + std::to_string(max_body_bytes_) +
                             "; raise its max_payload, or lower --max-body-bytes");
  if (!broker_.listen(broker_.subject("heartbeat"),
                      [this](const auto& heard) { neighbours_.hear(heard.bytes); }) ||
      !broker_.listen(broker_.subject("to." + token_ + ".lost.>"),
                      [this](const auto& heard) { lose(heard); }) ||
      !broker_.subscribe(broker_.subject("to." + token_ + ".in")))
    return false;
  may_read_.store(true);
  may_read_.notify_all();
  return true;
}

void Cluster::read() noexcept {
  may_read_.wait(false);
  while (!is_over_.load()) {
    try {
      if (const auto incoming = broker_.next(reading_pause)) {
        publisher_.heard();
        neighbours_.handle(*incoming);
      }
      neighbours_.look_if_due();
    } catch (const std::exception& error) {
      log_.error("cluster: {}", error.what());
    }
  }
  neighbours_.forget_all();
}

/// The broker's word that a packet of ours came to nobody.
void Cluster::lose(const Broker::Heard& heard) {
  if (!heard.is_undelivered) return;
  const LostPacket lost = parse_lost(heard.subject);
  for (const auto& link : local_users_.links())
    if (link->token() == lost.token) link->lose(lost.incarnation, lost.sequence);
}

void Cluster::evict(std::string_view name) {
  if (const auto found = directory_.find_local(name); found.member)
    found.member->evict(name_given_away, name_given_away);
}

/// Whoever is told now that somebody is there, or is told so by that somebody, may write at once.
void Cluster::let_others_know() {
  const auto until = Clock::now() + knowing_time;
  const auto gathering = std::make_shared<Gathering>();
  for (const auto& link : local_users_.links()) link->fence(gathering->receipt(), until);
  gathering->wait_until(until);
}

bool Cluster::kick(std::string_view node, const std::string& name, const std::string& reason) {
  if (!broker_.is_connected()) return false;
  for (const auto& link : local_users_.links())
    if (link->node() == node) return link->add(encode(Kick{name, reason}));
  return false;
}

std::shared_ptr<const Survey> Cluster::ask_standings() {
  if (!broker_.is_connected()) return nullptr;
  const auto links = local_users_.links();
  if (links.empty()) return nullptr;
  std::set<std::string> nodes;
  for (const auto& link : links) nodes.insert(link->node());
  auto begun = surveys_.begin(std::move(nodes));
  for (const auto& link : links) (void)link->add(encode(AskStandings{begun.number}));
  return std::move(begun.survey);
}

Figures::OfCluster Cluster::figures() const {
  Figures::OfCluster figures;
  figures.has_broker = broker_.is_connected();
  figures.nodes = neighbours_.known().size();
  for (const auto& link : local_users_.links()) {
    const Link::Load load = link->load();
    figures.waiting_items += load.items;
    figures.waiting_bytes += load.bytes;
    figures.unanswered_lines += load.unanswered_lines;
  }
  figures.published = publisher_.published();
  figures.lost = publisher_.lost();
  figures.dropped = publisher_.dropped();
  return figures;
}

void Cluster::say(const std::string& text) {
  local_users_.tell_all(encode(Say{text}));
}

void Cluster::tell_bans(const std::vector<Ban>& bans) {
  local_users_.tell_bans(bans);
}

OtherNodes::Claimed Cluster::claim(Member& member) {
  return claims_.claim(member.name());
}

void Cluster::give_up(const Member& member) noexcept {
  claims_.give_up(member.name());
  keeper_.wake();
}

void Cluster::arrived(const Member& member) {
  const auto listing = directory_.listing(member);
  if (!listing) return;
  local_users_.arrived(to_bus(*listing));
  let_others_know();
  yield_if_lost(member);
}

/// Its claim was lost before it was in the list of those who are told of that.
void Cluster::yield_if_lost(const Member& member) {
  if (claims_.revision_of(member.name())) return;
  local_users_.left(member.key(), member.name());
  evict(member.name());
}

void Cluster::moved(const Member& member) {
  if (const auto listing = directory_.listing(member)) local_users_.moved(listing->name, listing->room);
  let_others_know();
}

void Cluster::renamed(const Member& former, const Member& member) {
  if (const auto listing = directory_.listing(member)) local_users_.renamed(former.name(), to_bus(*listing));
  let_others_know();
  yield_if_lost(member);
  if (former.key() != member.key()) give_up(former);
}

void Cluster::left(const Member& member) noexcept {
  local_users_.left(member.key(), member.name());
  give_up(member);
}

}  // namespace parley::cluster
