#include "tests/conformance/process/work_pool.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <thread>

#include "base/thread_annotations.hpp"
#include "tests/conformance/process/shortage.hpp"

namespace parley::conform {
namespace {

constexpr std::size_t for_each_core = 4;
// Four Java programs at the same time, or a compiler.
constexpr std::size_t memory_of_a_submission = std::size_t{512} * 1024 * 1024;

/// Which item is whose turn. Any thread.
class Turns {
 public:
  Turns(const std::vector<bool>& is_alone, const std::function<bool()>& is_over)
      : is_alone_(is_alone), is_over_(is_over), is_begun_(is_alone.size(), false) {}

  /// The next item, or nothing when there is none left for this worker.
  std::optional<std::size_t> begin() {
    MutexLock lock(mutex_);
    for (;;) {
      if (fault_ || is_over_()) return std::nullopt;
      bool is_one_left = false;
      for (std::size_t i = 0; i < is_begun_.size(); ++i) {
        if (is_begun_[i]) continue;
        is_one_left = true;
        if (is_alone_[i] && one_is_alone_) continue;
        is_begun_[i] = true;
        one_is_alone_ = one_is_alone_ || is_alone_[i];
        return i;
      }
      if (!is_one_left) return std::nullopt;
      changed_.wait(lock);
    }
  }

  void end(std::size_t item, std::exception_ptr fault) {
    const MutexLock lock(mutex_);
    if (is_alone_[item]) one_is_alone_ = false;
    if (fault && !fault_) fault_ = std::move(fault);
    changed_.notify_all();
  }

  std::exception_ptr fault() const {
    const MutexLock lock(mutex_);
    return fault_;
  }

 private:
  const std::vector<bool>& is_alone_;
  const std::function<bool()>& is_over_;
  mutable Mutex mutex_;
  Condition changed_;
  std::vector<bool> is_begun_ GUARDED_BY(mutex_);
  bool one_is_alone_ GUARDED_BY(mutex_) = false;
  std::exception_ptr fault_ GUARDED_BY(mutex_);
};

}  // namespace

void work_in_parallel(std::size_t workers, const std::vector<bool>& is_alone,
                      const std::function<void(std::size_t item)>& work,
                      const std::function<bool()>& is_over) {
  Turns turns(is_alone, is_over);
  std::vector<std::jthread> threads;
  start_workers(std::min(std::max<std::size_t>(1, workers), is_alone.size()), threads, [&](std::size_t) {
    while (const auto item = turns.begin()) {
      std::exception_ptr fault;
      try {
        work(*item);
      } catch (...) {
        fault = std::current_exception();
      }
      turns.end(*item, std::move(fault));
    }
  });
  threads.clear();
  if (const auto fault = turns.fault()) std::rethrow_exception(fault);
}

void start_workers(std::size_t count, std::vector<std::jthread>& threads,
                   const std::function<void(std::size_t number)>& work) {
  for (std::size_t i = 0; i < count; ++i) {
    try {
      threads.push_back(patiently([&] { return std::jthread(work, i); }));
    } catch (const std::system_error& error) {
      if (threads.empty()) throw std::system_error(error.code(), "a thread");
      return;
    }
  }
}

unsigned cores() {
  return std::max(1U, std::thread::hardware_concurrency());
}

std::size_t default_submissions_at_once() {
  const std::size_t by_memory = available_memory() / memory_of_a_submission;
  return std::clamp<std::size_t>(by_memory, 1, default_at_once());
}

std::size_t default_at_once() {
  return std::min<std::size_t>(for_each_core * cores(), most_at_once);
}

}  // namespace parley::conform
