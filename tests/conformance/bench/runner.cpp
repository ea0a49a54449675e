#include "tests/conformance/bench/runner.hpp"

#include <algorithm>
#include <exception>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "base/thread_annotations.hpp"
#include "tests/conformance/bench/link.hpp"
#include "tests/conformance/process/lateness.hpp"
#include "tests/conformance/process/time_left.hpp"
#include "tests/conformance/process/work_pool.hpp"

namespace parley::conform {
namespace {

using Clock = std::chrono::steady_clock;

enum class State { waiting, running, decided };

/// What the workers share: which job is next, and what is known of the others.
class Schedule {
 public:
  Schedule(const std::vector<Job>& jobs, const RunOptions& options)
      : jobs_(jobs),
        options_(options),
        time_left_(options.budget),
        states_(jobs.size(), State::waiting),
        results_(jobs.size()) {
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      indices_[jobs[i].id] = i;
      results_[i].id = jobs[i].id;
      results_[i].title = jobs[i].title;
      results_[i].clause = find_clause(jobs[i].clause_id);
      needed_.insert(jobs[i].needs.begin(), jobs[i].needs.end());
    }
    needs_.resize(jobs.size());
    lacking_.resize(jobs.size());
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      needs_[i] = jobs[i].needs;
      for (const auto& need : jobs[i].needs) add_essential_needs(need, needs_[i]);
    }
  }

  /// The next job to run, marked as running; waits for one whose needs are decided. Nothing: all are done.
  /// `in_vain`: only one whose need has failed.
  std::optional<std::size_t> next(bool in_vain) {
    MutexLock lock(mutex_);
    for (;;) {
      bool all_decided = true;
      bool is_changed = false;
      if (abandoned_) return std::nullopt;
      for (std::size_t i = 0; i < jobs_.size(); ++i) {
        if (states_[i] == State::decided) continue;
        all_decided = false;
        if (states_[i] == State::running || !needs_are_decided(i)) continue;
        if (look_at_needs(i)) {
          is_changed = true;
          break;
        }
        if (in_vain && results_[i].blocked_by.empty()) continue;
        states_[i] = State::running;
        return i;
      }
      if (is_changed) continue;
      if (all_decided) return std::nullopt;
      changed_.wait(lock);
    }
  }

  Result result(std::size_t job) const {
    const MutexLock lock(mutex_);
    return results_[job];
  }

  /// As it is to be run.
  Job job(std::size_t index) const {
    Job job = jobs_[index];
    const MutexLock lock(mutex_);
    job.lacking = lacking_[index];
    return job;
  }

  std::size_t most_tries() const { return options_.tries; }
  const LatenessMeter* lateness() const { return options_.lateness; }
  bool is_alone() const { return options_.is_alone; }
  /// By another job.
  bool is_needed(std::size_t job) const { return needed_.contains(jobs_[job].id); }

  void decide(std::size_t job, Result result) {
    const MutexLock lock(mutex_);
    results_[job] = std::move(result);
    finish(job);
  }

  /// The suite itself is at fault: nobody is to wait for what will not be decided.
  void abandon() {
    const MutexLock lock(mutex_);
    abandoned_ = true;
    changed_.notify_all();
  }

  /// Why nothing more is to be tried, a sentence; empty when there is no reason.
  std::string why_over() const {
    if (has_come(options_.interruption)) return "Not run: " + options_.interruption->reason() + '.';
    return time_left_.is_over() ? time_is_over : "";
  }
  bool is_interrupted() const { return has_come(options_.interruption); }

  /// When all workers are done.
  std::vector<Result> take_results() {
    const MutexLock lock(mutex_);
    return std::move(results_);
  }

 private:
  void add_essential_needs(std::string_view id, std::vector<std::string_view>& needs) const {
    const auto found = indices_.find(id);
    if (found == indices_.end()) return;
    for (const auto& need : jobs_[found->second].needs) {
      const auto behind = indices_.find(need);
      if (behind == indices_.end() || std::ranges::find(needs, need) != needs.end()) continue;
      if (jobs_[behind->second].is_essential) needs.push_back(need);
      add_essential_needs(need, needs);
    }
  }

  bool needs_are_decided(std::size_t job) const REQUIRES(mutex_) {
    for (const auto& id : needs_[job])
      if (const auto found = indices_.find(id);
          found != indices_.end() && states_[found->second] != State::decided)
        return false;
    return true;
  }

  /// Notes what will excuse the job when it fails: something that it needs has not passed. The cause is the
  /// case that failed itself. True when the job is decided by that.
  bool look_at_needs(std::size_t job) REQUIRES(mutex_) {
    Result& result = results_[job];
    for (const auto& id : needs_[job]) {
      const auto found = indices_.find(id);
      if (found == indices_.end()) continue;
      const Result& need = results_[found->second];
      if (need.status == Status::passed || (need.status == Status::failed && !need.blocks)) continue;
      const bool is_in_the_dark = jobs_[job].is_optional && !jobs_[found->second].is_optional;
      if (need.status == Status::not_offered || (is_in_the_dark && need.status != Status::not_run)) {
        result.status = Status::not_offered;
        result.reason =
            need.status == Status::not_offered
                ? need.reason
                : "Whether it has what this is about cannot be told: " + need.id + " did not pass.";
        result.blocked_by.clear();
        finish(job);
        return true;
      }
      const std::string& cause = need.status == Status::skipped ? need.blocked_by : need.id;
      const Without without = what_is_left_without(cause);
      if (is_essential(cause) && without != Without::nothing)
        lacking_[job].emplace(indices_.find(cause)->first, without);
      if (result.blocked_by.empty() && without == Without::excused) result.blocked_by = cause;
      if (need.status != Status::not_run && without != Without::nothing) continue;
      result.status = need.status == Status::not_run ? Status::not_run : Status::skipped;
      result.blocked_by = cause;
      result.reason = need.reason;
      finish(job);
      return true;
    }
    return false;
  }

  bool is_essential(const std::string& id) const {
    const auto found = indices_.find(id);
    return found != indices_.end() && jobs_[found->second].is_essential;
  }

  Without what_is_left_without(const std::string& id) const REQUIRES(mutex_) {
    if (!is_essential(id)) return Without::excused;
    const auto& failure = results_[indices_.at(id)].failure;
    return failure ? failure->without : Without::nothing;
  }

  void finish(std::size_t job) REQUIRES(mutex_) {
    states_[job] = State::decided;
    changed_.notify_all();
    if (options_.progress)
      options_.progress(results_, static_cast<std::size_t>(std::ranges::count(states_, State::decided)));
  }

  const std::vector<Job>& jobs_;
  const RunOptions& options_;
  const TimeLeft time_left_;
  std::map<std::string_view, std::size_t> indices_;
  std::set<std::string_view> needed_;
  std::vector<std::vector<std::string_view>> needs_;  // of each job, with the essential ones behind them

  mutable Mutex mutex_;
  Condition changed_;
  std::vector<State> states_ GUARDED_BY(mutex_);
  std::vector<Result> results_ GUARDED_BY(mutex_);
  std::vector<std::map<std::string_view, Without>> lacking_ GUARDED_BY(mutex_);
  bool abandoned_ GUARDED_BY(mutex_) = false;
};

/// `since`: the first case that had used the program of the first try. `alone`: the other tries had programs
/// of their own.
std::string describe_tries(std::size_t failures, std::size_t passes, const std::string& since, bool alone) {
  const std::size_t tries = failures + passes;
  if (tries == 1) return {};
  if (passes == 0) return alone ? "also alone" : "also when tried again";
  if (failures == 1 && alone && !since.empty())
    return "failed only after others had come and gone: since " + since;
  return "failed " + std::to_string(failures) + " of " + std::to_string(tries) + " tries: a race";
}

Result try_now(const Job& job, Bench& bench, Result result) {
  if (auto problem = bench.prepare(job)) {
    result.status = Status::not_run;
    result.reason = std::move(*problem);
    return result;
  }
  result.transcript = Transcript();
  try {
    bench.run(job, result.transcript);
    result.status = Status::passed;
  } catch (CaseUntried& untried) {
    result.status = Status::skipped;
    if (result.blocked_by.empty()) result.blocked_by = std::move(untried.blocked_by);
    result.reason = std::move(untried.reason);
    bench.recover();
  } catch (CaseNotOffered& absent) {
    result.status = Status::not_offered;
    result.reason = std::move(absent.reason);
    result.blocked_by.clear();
  } catch (CaseFailed& failed) {
    result.status = Status::failed;
    result.failure = std::move(failed.failure);
    if (!result.failure->crash.empty())
      result.hint = "It has died of this: " + result.failure->crash;
    else if (!result.failure->in_set_up)
      result.hint = job.hint;
    if (const std::string became = bench.recover(); !became.empty())
      result.failure->came += "; the program " + became;
  }
  return result;
}

// In which the suite was late. Beside others it is to be judged alone then.
constexpr int most_late_tries = 4;
constexpr int most_late_tries_beside_others = 2;
// Who wants the processor is given more of it than anything takes (Patience).
constexpr std::chrono::milliseconds most_lateness_of_program{2'000};
// Whoever has worked so much in a case lacks no processor; it may be why others do.
constexpr std::chrono::milliseconds much_work{2'000};
// Some servers give an exchange a second.
constexpr std::chrono::milliseconds longest_exchange{800};

/// A try that counts.
Result try_once(const Job& job, Bench& bench, const Result& blank, const Schedule& schedule) {
  const int most_tries = schedule.is_alone() ? most_late_tries : most_late_tries_beside_others;
  const auto is_over = [&] { return !schedule.why_over().empty(); };
  auto tried = try_in_time(
      {schedule.lateness(), most_tries, is_over},
      [&] {
        Result result = try_now(job, bench, blank);
        if (result.status == Status::not_run) bench.recover();  // it may have been kept from coming up
        return result;
      },
      [](const Result& result) { return result.status == Status::passed; },
      [&](const Result& result) {
        const auto late = bench.lateness_of_program();
        if (late > most_lateness_of_program)
          return "the program was kept from running for " + std::to_string(late.count()) + " ms";
        if (const auto lasted = result.transcript.longest_exchange(); lasted > longest_exchange)
          return "an exchange took " + std::to_string(lasted.count()) + " ms";
        return lateness_text(result.transcript.lateness());
      });
  const bool is_own_doing = schedule.is_alone() && (tried.was_quiet || bench.work_of_program() >= much_work);
  if (tried.late.empty() || (is_own_doing && !is_over())) return std::move(tried.found);
  if (!is_over()) throw MachineTooBusy("in " + std::string(job.id) + ' ' + tried.late);
  Result result = blank;
  result.reason = schedule.why_over();
  return result;
}

constexpr std::size_t enough = 2;  // tries of one outcome

/// What is here of a case whose need has failed: it has passed when it passes every time, for what it builds
/// on may be there by chance, and is not held against the program otherwise.
Result try_with_excuse(const Job& job, Bench& bench, Result result, const Schedule& schedule) {
  std::size_t most_tries = schedule.most_tries();
  const Result blank = [&] {
    Result again = result;
    again.failure.reset();
    again.hint.clear();
    return again;
  }();
  // What is tried without something does not pass by chance.
  if (job.is_lacking(result.blocked_by)) most_tries = 1;
  for (std::size_t tries = 1; tries < most_tries && result.status == Status::passed; ++tries) {
    bench.recover();
    result = try_once(job, bench, blank, schedule);
  }
  if (result.status == Status::failed) result.status = Status::skipped;
  if (result.status == Status::passed) result.blocked_by.clear();
  result.failure.reset();
  result.hint.clear();
  return result;
}

/// What a single failure shows may be chance, or the doing of the cases before it on the same program.
Result run_one(const Job& job, bool is_needed, Bench& bench, const Result& blank, const Schedule& schedule) {
  const auto begin = Clock::now();
  // Behind a failure it is tried alone: what others have left behind would be in its way by chance.
  if (!blank.blocked_by.empty() && !bench.used_since().empty()) bench.recover();
  const std::string since(job.is_broadcast ? "" : bench.used_since());
  Result result = try_once(job, bench, blank, schedule);
  if (!result.blocked_by.empty()) {
    if (result.status != Status::not_run) result = try_with_excuse(job, bench, std::move(result), schedule);
  } else if (result.status == Status::failed) {
    std::size_t failures = 1;
    std::size_t passes = 0;
    std::optional<Result> passed;
    const bool alone = bench.used_since().empty();
    Job next = job;
    next.is_after_silence = result.failure->is_silent;
    // One that others need blocks them only when it never passes.
    while (failures + passes < schedule.most_tries() && passes < enough &&
           (failures < enough || (is_needed && passes == 0))) {
      Result again = try_once(next, bench, blank, schedule);
      if (again.status == Status::not_run) break;
      if (again.status == Status::failed) {
        ++failures;
      } else {
        ++passes;
        passed = std::move(again);
        bench.recover();  // the next one has its own program, too
      }
    }
    // What others have left behind is the program's fault, unless it was in the way of the set-up only.
    const bool is_left_behind = alone && !since.empty() && !result.failure->in_set_up;
    if (passes >= enough && !is_left_behind) result = std::move(*passed);
    result.blocks = passes == 0;
    result.tries = describe_tries(failures, passes, since, alone);
  }
  result.duration = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  return result;
}

void work(Schedule& schedule, Bench& bench, bool in_vain) {
  while (const auto job = schedule.next(in_vain)) {
    const Result blank = schedule.result(*job);
    Result result = blank;
    if (schedule.why_over().empty())
      result = run_one(schedule.job(*job), schedule.is_needed(*job), bench, blank, schedule);
    else
      result.reason = schedule.why_over();
    // Its program may have been killed meanwhile.
    if (schedule.is_interrupted()) {
      result = blank;
      result.reason = schedule.why_over();
    }
    schedule.decide(*job, std::move(result));
  }
}

}  // namespace

std::vector<Result> run_jobs(const std::vector<Job>& jobs,
                             const std::function<std::unique_ptr<Bench>()>& make_bench,
                             const RunOptions& options) {
  Schedule schedule(jobs, options);
  std::vector<std::jthread> workers;
  std::exception_ptr fault;
  std::mutex fault_mutex;
  const std::size_t jobs_at_once = std::max<std::size_t>(1, options.jobs);
  const auto run_worker = [&](bool in_vain) {
    try {
      const auto bench = make_bench();
      work(schedule, *bench, in_vain);
    } catch (...) {
      schedule.abandon();
      const std::lock_guard lock(fault_mutex);
      fault = std::current_exception();
    }
  };
  const std::size_t wanted = jobs_at_once + options.jobs_in_vain;
  start_workers(wanted, workers, [&](std::size_t i) { run_worker(i >= jobs_at_once); });
  workers.clear();
  if (fault) std::rethrow_exception(fault);
  return schedule.take_results();
}

}  // namespace parley::conform
