#include "tests/conformance/watch/watch.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <system_error>

#include "protocol/text.hpp"
#include "tests/conformance/command/requested_reports.hpp"
#include "tests/conformance/command/selection.hpp"
#include "tests/conformance/command/subjects.hpp"
#include "tests/conformance/report/report.hpp"
#include "tests/conformance/watch/file_watch.hpp"
#include "tests/conformance/watch/watch_run.hpp"
#include "tests/conformance/watch/watch_screen.hpp"

namespace parley::conform {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Editors and compilers write several files, or one in several steps.
constexpr milliseconds time_to_settle{200};
constexpr milliseconds longest_settling{2'000};
// A source that changes in so many runs on end is written by them, not by a person.
constexpr std::size_t runs_that_write = 10;
constexpr std::size_t most_names = 5;
constexpr char control_c = '\x03';

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGWINCH}) sigaddset(&set, signal);
  return set;
}

std::vector<std::filesystem::path> report_files(const Options& options) {
  std::vector<std::filesystem::path> files;
  for (const auto& [format, file] : options.reports) files.push_back(std::filesystem::absolute(file));
  return files;
}

class Watch {
 public:
  explicit Watch(const Options& options)
      : options_(options),
        files_(std::filesystem::current_path(), report_files(options)),
        signals_(::signalfd(-1, &blocked_, SFD_CLOEXEC | SFD_NONBLOCK)),
        screen_(wants_color(options)) {
    if (!signals_) throw std::system_error(errno, std::generic_category(), "signalfd");
    view_.subject = printable(make_subject(options).name);
    view_.folder = printable(std::filesystem::current_path().string());
  }

  ExitCode run();

 private:
  void start();
  void wait();
  void look_at_files();
  void look_at_run();
  void look_at_keys();
  void look_at_signals();
  void draw();
  bool is_written_by_run(const std::string& file);
  void run_soon(const std::string& file);

  const Options& options_;
  const sigset_t blocked_ = [] {
    const sigset_t set = watched_signals();
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    return set;
  }();
  FileWatch files_;
  const FileDescriptor signals_;
  WatchScreen screen_;  // comes last, so that what is wrong before is told where people look
  WatchView view_;

  std::unique_ptr<WatchRun> run_;
  std::vector<std::string> to_try_;                  // what did not pass; empty: everything is tried
  std::map<std::string, std::size_t> contents_;      // of sources that have changed, as FileWatch tells them
  std::map<std::string, std::size_t> runs_written_;  // how many runs on end have changed the file
  std::set<std::string> written_now_;                // in the run that goes on
  std::optional<Clock::time_point> first_change_;
  Clock::time_point last_change_;
  std::optional<bool> is_all_right_;  // the last run was of everything, and is; nothing: none has ended yet
  bool is_over_ = false;
  int signal_ = 0;
};

ExitCode Watch::run() {
  start();
  while (!is_over_) {
    draw();
    wait();
    look_at_signals();
    look_at_keys();
    look_at_files();
    look_at_run();
    const auto now = Clock::now();
    const bool is_settled =
        first_change_ && (now >= last_change_ + time_to_settle || now >= *first_change_ + longest_settling);
    if (is_settled && !is_over_) start();
  }
  run_.reset();
  if (signal_ != 0) return static_cast<ExitCode>(128 + signal_);
  if (!is_all_right_) return static_cast<ExitCode>(128 + SIGINT);
  return *is_all_right_ ? ExitCode::all_must_passed : ExitCode::some_failed;
}

void Watch::start() {
  run_.reset();
  first_change_.reset();
  written_now_.clear();
  try {
    run_ = std::make_unique<WatchRun>(options_, to_try_);
    ++view_.runs;
  } catch (const BadInput& bad) {  // the folder cannot be copied now: it may be the next time
    view_.last = RunSummary{};
    view_.last->problem = printable(bad.what);
  }
}

void Watch::draw() {
  view_.running.clear();
  if (first_change_) {
    view_.running = "about to begin";
  } else if (run_ && run_->phase() == WatchRun::Phase::builds && !options_.build_command.empty()) {
    view_.running = "building";
  } else if (run_) {
    const auto& progress = run_->progress();
    view_.running = run_->is_of_everything() ? "trying everything" : "trying what did not pass";
    if (progress.total > 0)
      view_.running += ", " + std::to_string(progress.done) + " of " + std::to_string(progress.total) +
                       " done, " + std::to_string(progress.failed) + " failed";
  }
  screen_.draw(view_);
}

void Watch::wait() {
  pollfd waits[] = {{signals_.get(), POLLIN, 0},
                    {files_.descriptor(), POLLIN, 0},
                    {run_ ? run_->descriptor() : -1, POLLIN, 0},
                    {screen_.keyboard(), POLLIN, 0}};
  milliseconds time{-1};
  if (first_change_)
    time = std::max(milliseconds{1},
                    std::chrono::ceil<milliseconds>(last_change_ + time_to_settle - Clock::now()));
  (void)::poll(waits, std::size(waits), static_cast<int>(time.count()));
}

void Watch::look_at_signals() {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
    if (info.ssi_signo == SIGWINCH) continue;  // it is drawn anew anyway
    signal_ = static_cast<int>(info.ssi_signo);
    is_over_ = true;
  }
}

void Watch::look_at_keys() {
  while (screen_.keyboard() >= 0) {
    const auto key = screen_.key();
    if (!key) return;
    if (*key == 'q' || *key == 'Q' || *key == control_c || *key == '\0') is_over_ = true;
    if (*key == '\r' || *key == '\n') {
      to_try_.clear();
      view_.tried_before = 0;
      view_.changed.clear();
      start();
    }
  }
}

void Watch::run_soon(const std::string& file) {
  if (!first_change_) {
    first_change_ = Clock::now();
    view_.changed.clear();
  }
  last_change_ = Clock::now();
  const std::string name = printable(file);
  if (std::ranges::find(view_.changed, name) == view_.changed.end() && view_.changed.size() < most_names)
    view_.changed.push_back(name);
}

/// What a run writes must not begin the next one for ever: builds make files, servers keep logs.
bool Watch::is_written_by_run(const std::string& file) {
  if (!is_source(file)) return true;
  if (written_now_.insert(file).second) ++runs_written_[file];
  if (runs_written_[file] < runs_that_write) return false;
  view_.note = printable(file) +
               " changes in every run: its changes do not count while a run goes on; Enter tries it.";
  return true;
}

void Watch::look_at_files() {
  for (const std::string& file : files_.take_changes()) {
    const std::size_t contents = files_.contents_of(file);
    if (contents == 0 && !is_source(file)) continue;  // what an editor had beside it for a moment
    if (const auto known = contents_.find(file); known != contents_.end() && known->second == contents)
      continue;
    contents_[file] = contents;
    if (!run_ || !is_written_by_run(file)) run_soon(file);
  }
  if (first_change_) run_.reset();
}

void Watch::look_at_run() {
  if (!run_) return;
  const bool was_of_everything = run_->is_of_everything();
  auto summary = run_->read();
  if (!summary) return;
  look_at_files();  // what it has written is known by now, and is its own
  run_.reset();
  std::erase_if(runs_written_, [&](const auto& entry) { return !written_now_.contains(entry.first); });
  if (runs_written_.empty()) view_.note.clear();
  view_.tried_before = to_try_.size();
  is_all_right_ = was_of_everything && summary->is_all_right();
  if (summary->problem.empty()) {
    auto to_try = summary->to_mend;
    if (!was_of_everything) std::ranges::copy(summary->untried, std::back_inserter(to_try));
    to_try_ = std::move(to_try);
  }
  view_.last = std::move(summary);
  if (!was_of_everything && to_try_.empty() && !first_change_) {
    view_.changed.clear();
    start();
  }
}

}  // namespace

ExitCode watch(const Options& options) {
  Watch all(options);
  return all.run();
}

}  // namespace parley::conform
