#include "tests/bench/scale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include "tests/bench/median.hpp"
#include "tests/bench/scale_holder.hpp"
#include "tests/bench/scale_machine.hpp"
#include "tests/bench/systems.hpp"
#include "tests/support/check.hpp"

namespace parley::bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t least_holders = 4;
constexpr std::size_t most_users_of_holder = 5'000;  // an address has some 28,000 ports to connect from
constexpr std::size_t pair_users = 2;                // beside those who are held
constexpr std::size_t visitors = 1'000;
constexpr int visits = 10;
constexpr milliseconds leaving_patience{120'000};
constexpr milliseconds settling_time{1'000};

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Users of one parleyd, held by several processes. They leave with this object.
class Crowd {
 public:
  Crowd(std::uint16_t port, std::size_t users) {
    const std::size_t count =
        std::max(least_holders, (users + most_users_of_holder - 1) / most_users_of_holder);
    for (std::size_t i = 0; i < count; ++i) holders_.emplace_back();
    const auto begin = Clock::now();
    for (std::size_t i = 0; i < count; ++i)
      holders_[i].hold(port, fmt::format("127.0.0.{}", i + 2), i * users, part(users, i));
    std::size_t held = 0;
    std::string failure;
    for (Holder& holder : holders_) {
      const auto answer = holder.wait_until_held();
      held += answer.users;
      if (failure.empty()) failure = answer.failure;
    }
    sign_ons_per_s_ = static_cast<double>(held) / seconds_since(begin);
    if (!failure.empty()) failure_ = fmt::format("{} users were held, then {}", held, failure);
  }

  /// Why not all of them are there; empty when they are.
  const std::string& failure() const { return failure_; }
  double sign_ons_per_s() const { return sign_ons_per_s_; }

  void chat(std::size_t senders) {
    chat_begin_ = Clock::now();
    for (std::size_t i = 0; i < holders_.size(); ++i)
      if (const std::size_t some = part(senders, i); some > 0) holders_[i].chat(some);
  }

  /// Acknowledged messages a second since chat().
  double stop_chat() {
    std::size_t messages = 0;
    for (Holder& holder : holders_) messages += holder.stop_chat();
    return static_cast<double>(messages) / seconds_since(chat_begin_);
  }

 private:
  /// What falls to one holder when all of them share.
  std::size_t part(std::size_t all, std::size_t holder) const {
    return all / holders_.size() + (holder < all % holders_.size() ? 1 : 0);
  }

  std::deque<Holder> holders_;
  double sign_ons_per_s_ = 0;
  std::string failure_;
  Clock::time_point chat_begin_;
};

/// Waits until the server has no more threads than it had when nobody was there.
void wait_until_left(const System& server, const ProcessFigures& before) {
  test::wait_until([&] { return figures_of(server.pid()).threads <= before.threads; }, "everybody has left",
                   test::Deadline(leaving_patience));
}

/// The same, and what the server needs when it has had the time to give memory back.
ProcessFigures figures_when_left(const System& server, const ProcessFigures& before) {
  wait_until_left(server, before);
  std::this_thread::sleep_for(settling_time);
  return figures_of(server.pid());
}

/// One load of one pair, which leaves again.
Measurement measure_pair(System& server, milliseconds duration) {
  const auto before = figures_of(server.pid());
  const auto pair = run_load(server, {.groups = 1}, duration);
  wait_until_left(server, before);
  return pair;
}

ChatMeasurement measure_beside_chat(System& server, Crowd& crowd, std::size_t senders,
                                    milliseconds duration) {
  ChatMeasurement chat;
  crowd.chat(senders);
  chat.pair = measure_pair(server, duration);
  chat.chat_messages_per_s = crowd.stop_chat();
  chat.server_cpu_us = chat.pair.server_cpu_us * chat.pair.deliveries_per_s /
                       (chat.pair.deliveries_per_s + chat.chat_messages_per_s);
  return chat;
}

Measurement median_of(const std::vector<Measurement>& runs) {
  return {median_of(runs, &Measurement::deliveries_per_s), median_of(runs, &Measurement::p50_us),
          median_of(runs, &Measurement::p99_us), median_of(runs, &Measurement::server_cpu_us)};
}

ChatMeasurement median_of(const std::vector<ChatMeasurement>& runs) {
  std::vector<Measurement> pairs;
  for (const auto& run : runs) pairs.push_back(run.pair);
  return {median_of(pairs), median_of(runs, &ChatMeasurement::chat_messages_per_s),
          median_of(runs, &ChatMeasurement::server_cpu_us)};
}

/// The loads take turns, so that a noisy moment meets all of them.
void measure_pairs(HeldRow& row, System& server, Crowd& crowd, const ScaleOptions& options) {
  const auto empty_server = start_parleyd();
  std::vector<Measurement> alone, idle;
  std::vector<ChatMeasurement> chat;
  std::vector<double> p99_ratios;
  for (int round = 0; round < options.rounds; ++round) {
    alone.push_back(measure_pair(*empty_server, options.duration));
    idle.push_back(measure_pair(server, options.duration));
    chat.push_back(measure_beside_chat(server, crowd, row.chatting, options.duration));
    p99_ratios.push_back(idle.back().p99_us / alone.back().p99_us);
  }
  row.alone = median_of(alone);
  row.idle = median_of(idle);
  row.chat = median_of(chat);
  row.p99_ratio = median(p99_ratios);
}

/// Part of one processor, in per cent.
double measure_idle_cpu(const System& server, milliseconds duration) {
  const double before_us = cpu_us(server.pid());
  const auto begin = Clock::now();
  std::this_thread::sleep_for(duration);
  return (cpu_us(server.pid()) - before_us) / seconds_since(begin) / 1e6 * 100;
}

/// What stops so many users on this machine; empty when nothing is known to.
std::string obstacle(std::size_t users) {
  std::string text;
  for (const Limit& limit : limits_below(users))
    text += fmt::format("{}{} is {}, {} are needed", text.empty() ? "" : "; ", limit.name, limit.value,
                        limit.needed);
  return text;
}

HeldRow measure_held(std::size_t users, const ScaleOptions& options) {
  HeldRow row;
  row.users = users;
  row.chatting = (users + 99) / 100;
  if (row.stopped_by = obstacle(users + pair_users); !row.stopped_by.empty()) return row;
  const auto server = start_parleyd();
  const auto before = figures_of(server->pid());
  const double used_before_kb = used_memory_kb();
  row.resident_before_kb = before.resident_kb;
  {
    Crowd crowd(server->port(), users);
    if (row.stopped_by = crowd.failure(); !row.stopped_by.empty()) return row;
    row.sign_ons_per_s = crowd.sign_ons_per_s();
    row.machine_kb = used_memory_kb() - used_before_kb;
    const auto held = figures_of(server->pid());
    row.resident_kb = held.resident_kb;
    row.threads = held.threads;
    row.idle_cpu_percent = measure_idle_cpu(*server, 5 * options.duration);
    measure_pairs(row, *server, crowd, options);
  }
  const auto after = figures_when_left(*server, before);
  row.resident_after_kb = after.resident_kb;
  row.threads_after = after.threads;
  return row;
}

void measure_visits(ScaleReport& report) {
  report.visitors = visitors;
  if (report.visits_stopped_by = obstacle(visitors); !report.visits_stopped_by.empty()) return;
  const auto server = start_parleyd();
  const auto before = figures_of(server->pid());
  report.resident_before_kb = before.resident_kb;
  for (int i = 0; i < visits; ++i) {
    Visit visit;
    {
      const Crowd crowd(server->port(), visitors);
      if (report.visits_stopped_by = crowd.failure(); !report.visits_stopped_by.empty()) return;
      visit.resident_kb = figures_of(server->pid()).resident_kb;
    }
    const auto after = figures_when_left(*server, before);
    visit.resident_after_kb = after.resident_kb;
    visit.threads_after = after.threads;
    report.visits.push_back(visit);
  }
}

}  // namespace

ScaleReport run_scale(const ScaleOptions& options) {
  raise_file_limit();
  ScaleReport report;
  report.machine = describe_machine();
  report.rounds = options.rounds;
  for (const std::size_t users : options.users) {
    std::cerr << users << " users" << std::endl;
    report.rows.push_back(measure_held(users, options));
  }
  std::cerr << visits << " visits of " << visitors << " users" << std::endl;
  measure_visits(report);
  return report;
}

}  // namespace parley::bench
