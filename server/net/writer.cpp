#include "server/net/writer.hpp"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "server/net/thread.hpp"

namespace parley {

using std::chrono::milliseconds;

namespace {

constexpr std::uint64_t changed_id = 0;

// When memory for a pause is short it is tried again after this time.
constexpr milliseconds retry_pause{10};

}  // namespace

Writer::Writer(Budget& budget) : budget_(budget), epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = changed_id;
  if (!epoll_ || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, changed_.descriptor(), &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll");
  thread_ = start_thread([this] { run(); });
}

Writer::~Writer() {
  stopping_ = true;
  changed_.set();
  thread_.join();
}

void Writer::add(const std::shared_ptr<Connection>& connection) {
  const MutexLock lock(mutex_);
  connections_.emplace(connection->id_, connection);
}

void Writer::remove(const Connection& connection) noexcept {
  const MutexLock lock(mutex_);
  connections_.erase(connection.id_);
}

bool Writer::watch(int descriptor, std::uint64_t id, bool is_known) noexcept {
  epoll_event event{};
  event.events = EPOLLOUT | EPOLLONESHOT;
  event.data.u64 = id;
  return ::epoll_ctl(epoll_.get(), is_known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void Writer::unwatch(int descriptor) noexcept {
  epoll_event unused{};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, descriptor, &unused);
}

void Writer::resume_at(std::uint64_t id, Clock::time_point at) {
  bool is_next = false;
  {
    const MutexLock lock(mutex_);
    const auto pause = pauses_.emplace(at, id);
    is_next = pause == pauses_.begin();
  }
  if (is_next) changed_.set();
}

void Writer::run() noexcept {
  while (!stopping_) {
    int timeout_ms = static_cast<int>(retry_pause.count());
    try {
      timeout_ms = serve_paused();
    } catch (const std::exception&) {  // out of memory
    }
    serve_ready(timeout_ms);
  }
}

/// Those whose pause is over; returns how long the next one lasts.
int Writer::serve_paused() {
  for (;;) {
    std::uint64_t id = 0;
    {
      const MutexLock lock(mutex_);
      if (pauses_.empty()) return -1;
      const auto first = pauses_.begin();
      const auto left = first->first - Clock::now();
      if (left > Clock::duration::zero())
        return static_cast<int>(std::chrono::ceil<milliseconds>(left).count());
      id = first->second;
      pauses_.erase(first);
    }
    serve(id);
  }
}

void Writer::serve_ready(int timeout_ms) {
  std::array<epoll_event, 64> events{};
  const int count = ::epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout_ms);
  for (int i = 0; i < count; ++i) {
    const auto id = events[static_cast<std::size_t>(i)].data.u64;
    if (id == changed_id)
      changed_.clear();
    else
      serve(id);
  }
}

void Writer::serve(std::uint64_t id) {
  const auto connection = find(id);
  if (!connection) return;
  const auto pause_ends = connection->send_waiting();
  if (!pause_ends) return;
  try {
    const MutexLock lock(mutex_);
    pauses_.emplace(*pause_ends, id);
  } catch (const std::exception&) {
    connection->abort(Connection::no_memory);
  }
}

std::shared_ptr<Connection> Writer::find(std::uint64_t id) const {
  const MutexLock lock(mutex_);
  const auto found = connections_.find(id);
  return found == connections_.end() ? nullptr : found->second.lock();
}

void Writer::relieve() noexcept {
  if (relief_requests_.fetch_add(1, std::memory_order_acq_rel) > 0)
    return;  // somebody is at it, and looks again
  std::size_t seen = 0;
  do {
    seen = relief_requests_.load(std::memory_order_acquire);
    try {
      drop_largest_holders();
    } catch (const std::exception&) {  // out of memory: the next frame tries again
    }
  } while (relief_requests_.fetch_sub(seen, std::memory_order_acq_rel) != seen);
}

void Writer::drop_largest_holders() {
  for (;;) {
    const auto victim = choose_victim();
    if (victim.connection == nullptr || budget_.excess_bytes() <= victim.leaving_bytes) return;
    victim.connection->abort(Connection::takes_most_memory);
  }
}

Writer::Queues Writer::queues() const {
  Queues queues;
  const MutexLock lock(mutex_);
  for (const auto& [id, weak] : connections_) {
    const auto connection = weak.lock();
    if (!connection) continue;
    const std::size_t bytes = connection->waiting_bytes();
    queues.connections += bytes > 0 ? 1 : 0;
    queues.bytes += bytes;
    queues.most_bytes = std::max(queues.most_bytes, bytes);
    queues.frames += connection->waiting_frames();
  }
  return queues;
}

Writer::Victim Writer::choose_victim() const {
  struct Holder {
    std::size_t bytes = 0;
    std::shared_ptr<Connection> longest;
    std::size_t longest_bytes = 0;
  };
  std::map<asio::ip::address, Holder> holders;
  Holder strangers;
  Holder most;
  std::size_t leaving_bytes = 0;
  const MutexLock lock(mutex_);
  for (const auto& [id, weak] : connections_) {
    const auto connection = weak.lock();
    if (connection && connection->is_aborted()) leaving_bytes += connection->held_bytes();
    if (!connection || connection->is_aborted()) continue;
    const std::size_t bytes = connection->waiting_bytes() + connection->held_bytes();
    if (bytes == 0) continue;
    Holder alone;
    Holder& holder = !connection->is_somebody()                   ? strangers
                     : connection->peer().address().is_loopback() ? alone
                                                                  : holders[connection->origin()];
    holder.bytes += bytes;
    if (bytes > holder.longest_bytes) {
      holder.longest = connection;
      holder.longest_bytes = bytes;
    }
    if (holder.bytes > most.bytes) most = holder;
  }
  return {most.longest, leaving_bytes};
}

}  // namespace parley
