#include "server/net/sessions.hpp"

#include <algorithm>
#include <utility>

#include "server/net/memory.hpp"
#include "server/net/standstill.hpp"
#include "server/net/thread.hpp"

namespace parley {

using std::chrono::milliseconds;

namespace {

// What fewer sessions leave behind is not worth looking for.
constexpr std::size_t least_for_memory = 64;

constexpr milliseconds join_look_interval{10};

// So many that have ended wake the watchdog before its next look at all.
constexpr std::size_t enough_to_join = 64;

}  // namespace

Sessions::Sessions(Writer& writer, Lookout& lookout, milliseconds watch_interval)
    : writer_(writer),
      lookout_(lookout),
      watch_interval_(watch_interval),
      watchdog_(start_thread([this] { watch(); })) {}

Sessions::~Sessions() {
  stop_all("the server stops", [] { return true; });
}

void Sessions::start(std::shared_ptr<Session> session, std::function<void()> on_end) {
  Connection& connection = session->connection();
  await_ending();
  try {
    writer_.add(connection.shared_from_this());
    const MutexLock lock(mutex_);
    const auto entry = entries_.insert(entries_.end(), {std::move(session), {}});
    try {
      // The new thread needs the lock to end, so it finds its own handle in place.
      entry->thread = std::thread([this, entry, on_end = std::move(on_end)] { run(entry, on_end); });
    } catch (...) {
      entries_.erase(entry);
      throw;
    }
  } catch (...) {
    writer_.remove(connection);
    throw;
  }
}

void Sessions::await_ending() {
  if (ending_.load(std::memory_order_relaxed) < Limits::max_ending_threads) return;
  MutexLock lock(mutex_);
  while (ending_.load(std::memory_order_relaxed) >= Limits::max_ending_threads)
    joined_.wait_for(lock, join_look_interval);
}

void Sessions::run(std::list<Entry>::iterator entry, const std::function<void()>& on_end) noexcept {
  entry->session->run();
  ending_.fetch_add(1, std::memory_order_relaxed);
  writer_.remove(entry->session->connection());
  on_end();
  std::shared_ptr<Session> ended;  // destroyed after the lock is gone
  const MutexLock lock(mutex_);
  ended.swap(entry->session);
  to_join_.splice(to_join_.end(), entries_, entry);
  ended_.notify_all();
  if (to_join_.size() == enough_to_join) to_watch_.notify_all();
}

std::size_t Sessions::end_those(FunctionRef<bool(const Connection&)> is_meant, const char* reason,
                                const Sentence& farewell) {
  std::size_t count = 0;
  const MutexLock lock(mutex_);
  for (const Entry& entry : entries_) {
    Connection& connection = entry.session->connection();
    if (!is_meant(connection)) continue;
    connection.ask_to_end(reason, farewell);
    ++count;
  }
  return count;
}

void Sessions::stop_all(const char* reason, FunctionRef<bool()> is_late) {
  {
    MutexLock lock(mutex_);
    for (const Entry& entry : entries_) entry.session->connection().ask_to_end(reason);
    while (!entries_.empty()) {
      {
        const MutexUnlock unlocked(mutex_);
        if (is_late()) break;
      }
      if (!entries_.empty()) ended_.wait_for(lock, join_look_interval);
    }
    for (const Entry& entry : entries_)
      entry.session->connection().abort("had not ended when the server did");
    while (!entries_.empty()) ended_.wait(lock);
    stopping_ = true;
    to_watch_.notify_all();
  }
  if (watchdog_.joinable()) watchdog_.join();
}

void Sessions::watch() noexcept {
  std::size_t most = 0;  // sessions at once since memory was given back
  int looks_to_trim = 0;
  Standstill standstill(watch_interval_, Connection::Clock::now());
  MutexLock lock(mutex_);
  while (!stopping_) {
    const auto now = Connection::Clock::now();
    {
      const MutexUnlock unlocked(mutex_);
      wake_late(now, standstill.spares(now));
    }
    looks_.fetch_add(1, std::memory_order_relaxed);
    most = std::max(most, entries_.size());
    if (most >= least_for_memory && entries_.size() <= most / 2) {
      most = entries_.size();
      looks_to_trim = 2;  // those who have just left are still being cleared away at the first
    }
    if (looks_to_trim > 0) {
      --looks_to_trim;
      const MutexUnlock unlocked(mutex_);
      give_memory_back();
    }
    join_ended();
    if (!stopping_ && to_join_.size() < enough_to_join) to_watch_.wait_for(lock, watch_interval_);
  }
  join_ended();
}

/// A thread that ends waits for no other: behind one that has to wait for a processor many would pile up.
void Sessions::join_ended() {
  std::list<Entry> ended;
  ended.swap(to_join_);
  {
    const MutexUnlock unlocked(mutex_);
    for (Entry& entry : ended) entry.thread.join();
  }
  ending_.fetch_sub(ended.size(), std::memory_order_relaxed);
  joined_.notify_all();
}

/// Those whose time is up, unless they are spared, and those who have not seen yet that they were woken.
void Sessions::wake_late(Connection::Clock::time_point now, bool is_spared) {
  lookout_.look(now, now + watch_interval_, [&](Connection& connection) {
    if (connection.is_woken() || (!is_spared && connection.passed_deadline(now))) connection.wake();
  });
}

}  // namespace parley
