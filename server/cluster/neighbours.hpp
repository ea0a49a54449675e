#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_annotations.hpp"
#include "server/cluster/broker.hpp"
#include "server/cluster/bus_format.hpp"
#include "server/cluster/claims.hpp"
#include "server/cluster/cluster_options.hpp"
#include "server/cluster/keeper.hpp"
#include "server/cluster/local_users.hpp"
#include "server/cluster/operator_duties.hpp"
#include "server/cluster/remote_node.hpp"
#include "server/cluster/survey.hpp"
#include "server/cluster/transit.hpp"
#include "server/directory/chat_service.hpp"
#include "server/logger.hpp"

namespace parley::cluster {

/// What this node knows of the others: who is there, with which users, what they say. It reads everything
/// that comes from them, on one thread, which is the only one that may call it unless a call says otherwise.
class Neighbours {
 public:
  using Clock = std::chrono::steady_clock;

  Neighbours(const ClusterOptions& options, Broker& broker, const Self& self, Claims& claims,
             LocalUsers& local_users, Directory& directory, ChatService& chat, spdlog::logger& log,
             const OperatorDuties& operators, Surveys& surveys);

  /// Who resolves doubts; once, before anything else.
  void ask_doubts_of(Keeper& keeper) { keeper_ = &keeper; }

  /// A packet.
  void handle(std::string_view bytes);  // neighbours_items.cpp
  /// What is due: who has not been heard of, ticks, lines without an answer.
  void look_if_due();
  /// They are gone from the directory, as far as it is still there.
  void forget_all();

  // Any thread.

  /// The tokens of the nodes of which all users are known.
  std::set<std::string> known() const EXCLUDES(mutex_);
  void hear(std::string_view heartbeat) EXCLUDES(mutex_);
  void declare_dead(const std::string& node, std::uint64_t incarnation) EXCLUDES(mutex_);
  void confirm_alive(const std::string& node, std::uint64_t revision) EXCLUDES(mutex_);
  void connection_changed() EXCLUDES(mutex_);
  /// Users of others who were not let in for a name of this node's may be now.
  void claims_changed() EXCLUDES(mutex_);
  void missed_packets() EXCLUDES(mutex_);

 private:
  struct Node {
    std::string name{};
    std::uint64_t incarnation = 0;
    std::uint64_t lease_revision = 0;  // 0: not heard yet
    Clock::time_point heard{};         // that it is alive
    Clock::time_point doubted{};       // the keeper was asked about it
    Clock::time_point asked_users{};
    Clock::time_point restated{};                  // it was told of all users
    Clock::time_point looked{};                    // it was told how these are doing
    std::vector<std::uint64_t> asked_standings{};  // its numbers of what it is to be told of that
    std::uint64_t addressee = 0;                   // which life of this node its packets are for
    std::uint64_t expected = 1;                    // the number of the next one
    bool accounts_differ = false;                  // from this node's
    Transit transit{};
    std::unique_ptr<RemoteNode> users{};
  };
  /// What other threads leave.
  struct News {
    enum class Kind { heartbeat, garbage, dead, alive, connection, claims, missed } kind;
    std::string text{};  // of a node its name, of garbage what is wrong with it
    std::uint64_t incarnation = 0;
    std::uint64_t lease_revision = 0;
    std::string accounts{};  // of a heartbeat
  };

  void tell_time();
  void look();
  void leave_news(News news) EXCLUDES(mutex_);
  void take_news();
  void act_on(const News& news);
  void on_connection();
  void judge(const std::string& name, Node& node);
  Node* meet(const std::string& name, std::uint64_t incarnation);
  void bury(Node& node);
  void retire(std::uint64_t incarnation);
  void hear_accounts(Node& node, const std::string& text);
  void check_sequence(Node& node, const Envelope& envelope);
  void ask_users(Node& node);
  void ask_all_users();
  void list_known() EXCLUDES(mutex_);
  void tell_standings(Node& node);
  void tend(Node& node, bool is_tick, bool is_to_expire);
  void complain(const std::string& what);

  void on(Node& node, const Arrived& arrived);
  void on(Node& node, const Left& left);
  void on(Node& node, const Moved& moved);
  void on(Node& node, const Renamed& renamed);
  void on(Node& node, const Users& users);
  void on(Node& node, const AskUsers&);
  void on(Node& node, const Line& line);
  void on(Node& node, const Answer& answer);
  void on(Node& node, const Fence& fence);
  void on(Node& node, const Tick&);
  void on(Node& node, const Bye&);
  void on(Node& node, const Kick& kick);
  void on(Node& node, const Say& say);
  void on(Node& node, const Bans& bans);
  void on(Node& node, const AskStandings& ask);
  void on(Node& node, const Standings& standings);

  bool make_way_for(const std::string& node, const BusUser& user);

  const ClusterOptions& options_;
  Broker& broker_;
  const Self& self_;
  Claims& claims_;
  LocalUsers& local_users_;
  Directory& directory_;
  ChatService& chat_;
  spdlog::logger& log_;
  const OperatorDuties& operators_;
  Surveys& surveys_;
  Keeper* keeper_ = nullptr;

  std::map<std::string, Node> nodes_;  // by name
  std::set<std::uint64_t> retired_;    // incarnations that are over
  std::deque<std::uint64_t> retired_order_;
  Clock::time_point watching_since_{};  // whoever says nothing from then on is not heard
  Clock::time_point looked_{};
  Clock::time_point ticked_{};
  Clock::time_point expired_{};
  Clock::time_point complained_{};
  std::size_t complaints_ = 0;
  std::chrono::milliseconds age_{};  // of the packet that is being handled
  std::int64_t sent_ms_ = 0;         // by its sender's clock
  Clock::time_point now_{};
  Clock::time_point lease_counts_from_{};

  std::atomic<bool> has_news_{false};

  mutable Mutex mutex_;  // taken alone
  std::set<std::string> known_ GUARDED_BY(mutex_);
  std::deque<News> news_ GUARDED_BY(mutex_);
};

}  // namespace parley::cluster
