#include "server/cluster/publisher.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include "server/cluster/bus_format.hpp"
#include "server/cluster/cluster_options.hpp"

namespace parley::cluster {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

namespace {

struct Turn {
  ~Turn() { link.end_turn(); }
  Link& link;
};

}  // namespace

void Bell::ring() {
  {
    const MutexLock lock(mutex_);
    if (std::exchange(is_rung_, true)) return;
  }
  rung_.notify_one();
}

void Bell::wait() {
  MutexLock lock(mutex_);
  while (!is_rung_) rung_.wait(lock);
  is_rung_ = false;
}

Publisher::Publisher(Broker& broker, const Self& self, const std::string& cluster_name,
                     const std::string& token, spdlog::logger& log)
    : broker_(broker),
      self_(self),
      inbox_(to_subject(cluster_name, "to.")),
      lost_subject_(inbox_ + token + ".lost."),
      log_(log) {}

void Publisher::publish_soon(Link& link) noexcept try {
  for (int packets = 0; packets < ClusterLimits::max_packets_in_passing; ++packets) {
    if (unheard_bytes_.load(std::memory_order_relaxed) >= ClusterLimits::max_unheard_bytes) break;
    if (!publish_next(link)) return;
  }
  bell_.ring();
} catch (const std::exception& error) {
  log_.error("cluster: {}", error.what());
}

/// One packet of each node's in turn.
void Publisher::run(const LocalUsers& local_users) noexcept {
  for (bool is_over = false; !is_over;) {
    bell_.wait();
    is_over = is_over_.load();
    try {
      for (bool is_any = true; is_any;) {
        is_any = false;
        for (const auto& link : local_users.links()) is_any = publish_next(*link) || is_any;
      }
    } catch (const std::exception& error) {
      log_.error("cluster: {}", error.what());
    }
  }
}

void Publisher::stop() {
  is_over_.store(true);
  bell_.ring();
}

/// False: nothing is left to do.
bool Publisher::publish_next(Link& link) {
  const auto batch = link.take();
  if (!batch) return false;
  const Turn turn{link};
  if (!publish(link, *batch)) link.lose(batch->incarnation, batch->sequence);
  return true;
}

bool Publisher::publish(const Link& link, const Link::Batch& batch) noexcept try {
  const Envelope envelope{self_.node(), self_.incarnation(), batch.incarnation, batch.sequence,
                          duration_cast<milliseconds>(Link::Clock::now().time_since_epoch()).count()};
  const std::string reply = lost_subject_ + to_subject_end({link.token(), batch.incarnation, batch.sequence});
  const std::string packet = pack(envelope, batch.items);
  unheard_bytes_.fetch_add(packet.size() + ClusterLimits::packet_overhead_bytes, std::memory_order_relaxed);
  if (!broker_.publish(inbox_ + link.token() + ".in", reply, packet)) return false;
  published_.fetch_add(1, std::memory_order_relaxed);
  return true;
} catch (const std::exception& error) {
  log_.error("cluster: {}", error.what());
  return false;
}

}  // namespace parley::cluster
