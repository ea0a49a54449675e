#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/function_ref.hpp"
#include "server/cluster/broker.hpp"
#include "server/cluster/claims.hpp"
#include "server/cluster/cluster_options.hpp"
#include "server/cluster/keeper.hpp"
#include "server/cluster/link.hpp"
#include "server/cluster/local_users.hpp"
#include "server/cluster/neighbours.hpp"
#include "server/cluster/operator_duties.hpp"
#include "server/cluster/publisher.hpp"
#include "server/cluster/self.hpp"
#include "server/cluster/survey.hpp"
#include "server/directory/chat_service.hpp"
#include "server/directory/directory.hpp"
#include "server/directory/other_nodes.hpp"
#include "server/figures.hpp"
#include "server/logger.hpp"

namespace parley::cluster {

/// This server as one node of several that are one server to their users (CLUSTER.md). Three threads: one
/// reads what other nodes say, one writes to them, one keeps this node's place.
class Cluster final : public OtherNodes {
 public:
  using Clock = std::chrono::steady_clock;

  /// `operators`: what operators of other nodes may do here. `failed`: told when the node cannot be one of
  /// the cluster any more; any thread. `receipt_time`: how long other nodes' answers are waited for.
  /// `max_body_bytes`: of a message.
  Cluster(const ClusterOptions& options, std::chrono::milliseconds receipt_time, std::size_t max_body_bytes,
          Directory& directory, ChatService& chat, spdlog::logger& log, OperatorDuties operators,
          std::function<void(const std::string& why)> failed);
  ~Cluster() override;

  /// Joins, before the first user. Throws std::runtime_error, whose text says what to do, when it cannot; a
  /// broker that does not answer is waited for meanwhile, unless it is required. `is_hurried`: asked again
  /// and again, true ends the wait.
  void start(FunctionRef<bool()> is_hurried);
  /// The users are about to be ended.
  void begin_stop() { keeper_.begin_stop(); }
  /// Leaves, when the last user has gone. The thread that started it.
  void stop(Clock::time_point until);

  /// Once stopped: whether to destroy this may wait without end.
  bool may_hang() const { return is_stuck_ || broker_.may_hang(); }

  // Any thread; nothing waits.

  /// Asks the node of that name to remove a user of its own. False: it cannot be reached now.
  bool kick(std::string_view node, const std::string& name, const std::string& reason);
  /// Asks all nodes that can be reached how the connections of their users are doing. Null: there is none.
  std::shared_ptr<const Survey> ask_standings();
  Figures::OfCluster figures() const;
  /// What an operator says here, to the users of all other nodes.
  void say(const std::string& text);
  /// What an operator has said here of these; the list of bans has it already.
  void tell_bans(const std::vector<Ban>& bans);

  // Any thread.

  Claimed claim(Member& member) override;
  void give_up(const Member& member) noexcept override;
  void arrived(const Member& member) override;
  void moved(const Member& member) override;
  void renamed(const Member& former, const Member& member) override;
  void left(const Member& member) noexcept override;

 private:
  BrokerOptions broker_options() const;
  Broker::Events broker_events();
  Keeper::Duties keeper_duties(std::function<void(const std::string&)> failed);
  bool listen();
  void read() noexcept;
  void write() noexcept { publisher_.run(local_users_); }
  void lose(const Broker::Heard& heard);
  void let_others_know();
  void yield_if_lost(const Member& member);
  void evict(std::string_view name);

  const ClusterOptions options_;
  const OperatorDuties operators_;
  const std::size_t max_body_bytes_;
  const std::string token_;  // this node's name in subjects
  Directory& directory_;
  spdlog::logger& log_;

  Self self_;
  Publisher publisher_;
  LocalUsers local_users_;
  Claims claims_;
  Surveys surveys_;
  Neighbours neighbours_;
  Broker broker_;  // behind those whom it calls until it has ended
  Keeper keeper_;
  bool is_stopped_ = false;  // these two are of the thread that stops it
  bool is_stuck_ = false;    // a thread waits within the library
  std::atomic<bool> is_over_{false};
  std::atomic<int> running_{0};        // reader and writer
  std::atomic<bool> may_read_{false};  // there is something to read, or it is over
  std::thread reader_;
  std::thread writer_;
};

}  // namespace parley::cluster
