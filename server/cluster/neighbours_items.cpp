// What one node says to another, item by item.

#include <utility>
#include <variant>

#include "server/cluster/line_answer.hpp"
#include "server/cluster/neighbours.hpp"

namespace parley::cluster {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds standings_pause{100};
constexpr std::size_t max_standings_asked = 16;  // as many clients as a control socket has

}  // namespace

void Neighbours::handle(std::string_view bytes) {
  tell_time();
  const auto parsed = parse_packet(bytes);
  if (const auto* const fault = std::get_if<BusFault>(&parsed)) return complain(fault->what);
  const auto& [envelope, items] = std::get<Packet>(parsed);
  Node* const node = meet(envelope.node, envelope.incarnation);
  if (node == nullptr) return;
  check_sequence(*node, envelope);
  age_ = node->transit.measure(envelope.sent_ms, now_);
  sent_ms_ = envelope.sent_ms;
  for (const Item& item : items) {
    if (node->incarnation == 0) return;  // it has said goodbye
    std::visit([&](const auto& content) { on(*node, content); }, item);
  }
}

/// A gap, or a row that does not begin with its first packet: something was lost.
void Neighbours::check_sequence(Node& node, const Envelope& envelope) {
  if (envelope.recipient_incarnation != node.addressee) {
    node.addressee = envelope.recipient_incarnation;
    node.expected = 1;
    node.users->begin_anew();
  }
  const bool is_next = envelope.sequence == node.expected;
  node.expected = envelope.sequence + 1;
  if (!is_next) ask_users(node);
}

void Neighbours::on(Node& node, const Arrived& arrived) {
  node.users->arrived(arrived.user);
}

void Neighbours::on(Node& node, const Left& left) {
  node.users->left(left.name);
}

void Neighbours::on(Node& node, const Moved& moved) {
  node.users->moved(moved.name, moved.room);
}

void Neighbours::on(Node& node, const Renamed& renamed) {
  node.users->renamed(renamed.former, renamed.user);
}

void Neighbours::on(Node& node, const Users& users) {
  node.users->list(users);
  list_known();
}

/// When that is due: who asks again and again is told as often as anybody.
void Neighbours::on(Node& node, const AskUsers&) {
  node.users->link().fall_behind();
}

void Neighbours::on(Node& node, const Line& line) {
  const auto answer = std::make_shared<LineAnswer>(node.users->shared_link(), line.number);
  const auto begin = [&](const ChatService::Reach& reach) { answer->expect(reach.receipts); };
  // Others may have taken this node for dead meanwhile, and told the sender so.
  if (self_.renewed() < lease_counts_from_) return;
  auto answer_by = Clock::time_point::max();
  if (line.answer_by_ms != 0) {
    const auto time = milliseconds(static_cast<std::int64_t>(line.answer_by_ms) - sent_ms_) - age_;
    if (time <= milliseconds{0}) return;  // too late: the answer is a failure
    answer_by = now_ + time;
  }
  const ChatService::DistantLine spoken{line.sender, line.body, answer_by,
                                        node.users->source_of(line.sender)};
  const auto receipt = [&] { return answer->receipt(); };
  if (line.recipient.empty()) return chat_.hear_line(spoken, line.room, begin, receipt);
  begin({1, 1});
  chat_.hear_private_line(spoken, line.recipient, receipt);
}

void Neighbours::on(Node& node, const Answer& answer) {
  node.users->link().settle(answer.number, to_outcome(answer.outcome));
}

void Neighbours::on(Node& node, const Fence& fence) {
  node.users->link().add(encode(Answer{fence.number, BusOutcome::received}));
}

void Neighbours::on(Node&, const Tick&) {}

void Neighbours::on(Node& node, const Bye&) {
  log_.info("cluster: node {} has stopped", node.users->link().node());
  bury(node);
}

void Neighbours::on(Node&, const Kick& kick) {
  if (operators_.kick) operators_.kick(kick.name, kick.reason);
}

void Neighbours::on(Node&, const Say& say) {
  if (operators_.say) operators_.say(say.text);
}

void Neighbours::on(Node&, const Bans& bans) {
  if (operators_.merge) operators_.merge(bans.bans);
}

void Neighbours::on(Node& node, const AskStandings& ask) {
  if (node.asked_standings.size() < max_standings_asked) node.asked_standings.push_back(ask.number);
}

/// To look at all users takes some of the thread's time: once for all who have asked, and not too often.
void Neighbours::tell_standings(Node& node) {
  if (node.asked_standings.empty() || now_ - node.looked < standings_pause) return;
  node.looked = now_;
  const auto numbers = std::exchange(node.asked_standings, {});
  const auto all = operators_.standings ? operators_.standings() : std::vector<BusStanding>{};
  for (const std::uint64_t number : numbers) {
    Standings part{number, false, {}};
    for (const BusStanding& standing : all) {
      part.users.push_back(standing);
      if (part.users.size() < ClusterLimits::users_in_item) continue;
      (void)node.users->link().add(encode(part));
      part.users.clear();
    }
    part.is_last = true;
    (void)node.users->link().add(encode(part));
  }
}

void Neighbours::on(Node& node, const Standings& standings) {
  surveys_.take(node.name, standings);
}

}  // namespace parley::cluster
