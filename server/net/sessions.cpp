#include "server/net/sessions.hpp"

#include <algorithm>
#include <utility>

#include "server/net/memory.hpp"

namespace parley {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds drain_poll_interval{5};

// What fewer sessions leave behind is not worth looking for.
constexpr std::size_t least_for_memory = 64;

}  // namespace

Sessions::Sessions(milliseconds watch_interval)
    : watch_interval_(watch_interval), watchdog_([this] { watch(); }) {}

Sessions::~Sessions() {
  stop_all(milliseconds{0});
}

void Sessions::start(std::shared_ptr<Session> session, std::function<void()> on_end) {
  const MutexLock lock(mutex_);
  const auto entry = entries_.insert(entries_.end(), {std::move(session), {}});
  try {
    // The new thread needs the lock to end, so it finds its own handle in place.
    entry->thread = std::thread([this, entry, on_end = std::move(on_end)] { run(entry, on_end); });
  } catch (const std::system_error&) {
    entries_.erase(entry);
    throw;
  }
}

void Sessions::run(std::list<Entry>::iterator entry, const std::function<void()>& on_end) {
  entry->session->run();
  on_end();
  Entry ended;
  std::thread predecessor;
  {
    const MutexLock lock(mutex_);
    ended = std::move(*entry);
    entries_.erase(entry);
    predecessor = std::exchange(last_ended_, std::move(ended.thread));
    ended_.notify_all();
  }
  if (predecessor.joinable()) predecessor.join();
}

std::vector<std::shared_ptr<Session>> Sessions::all() const {
  std::vector<std::shared_ptr<Session>> sessions;
  const MutexLock lock(mutex_);
  sessions.reserve(entries_.size());
  for (const Entry& entry : entries_) sessions.push_back(entry.session);
  return sessions;
}

void Sessions::stop_all(milliseconds drain) {
  const auto deadline = Connection::Clock::now() + drain;
  const auto sessions = all();
  const auto is_drained = [](const auto& session) { return session->is_drained(); };
  for (const auto& session : sessions) session->begin_drain();
  while (!std::ranges::all_of(sessions, is_drained) && Connection::Clock::now() < deadline)
    std::this_thread::sleep_for(drain_poll_interval);
  for (const auto& session : sessions) session->stop();

  std::thread last;
  {
    MutexLock lock(mutex_);
    while (!entries_.empty()) ended_.wait(lock);
    stopping_ = true;
    stopped_.notify_all();
    last = std::move(last_ended_);
  }
  if (last.joinable()) last.join();
  if (watchdog_.joinable()) watchdog_.join();
}

void Sessions::watch() {
  std::vector<std::pair<std::shared_ptr<Session>, Deadline>> late;
  std::size_t most = 0;  // sessions at once since memory was given back
  int looks_to_trim = 0;
  MutexLock lock(mutex_);
  while (!stopping_) {
    const auto now = Connection::Clock::now();
    for (const Entry& entry : entries_)
      if (const auto kind = entry.session->connection().passed_deadline(now))
        late.emplace_back(entry.session, *kind);
    most = std::max(most, entries_.size());
    if (most >= least_for_memory && entries_.size() <= most / 2) {
      most = entries_.size();
      looks_to_trim = 2;  // those who have just left are still being cleared away at the first
    }
    const bool trims = looks_to_trim > 0;
    if (trims) --looks_to_trim;
    if (!late.empty() || trims) {
      lock.unlock();
      for (const auto& [session, kind] : late) session->expire(kind);
      late.clear();
      if (trims) give_memory_back();
      lock.lock();
    }
    stopped_.wait_for(lock, watch_interval_);
  }
}

}  // namespace parley
