#include "tests/conformance/watch/watch_run.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <sstream>
#include <system_error>

#include "protocol/text.hpp"
#include "tests/conformance/command/judge.hpp"
#include "tests/conformance/command/requested_reports.hpp"
#include "tests/conformance/command/selection.hpp"
#include "tests/conformance/command/subjects.hpp"
#include "tests/conformance/process/build_step.hpp"
#include "tests/conformance/process/lateness.hpp"
#include "tests/conformance/process/process_family.hpp"
#include "tests/conformance/report/causes.hpp"
#include "tests/conformance/report/report_bytes.hpp"
#include "tests/conformance/report/report_text.hpp"

namespace parley::conform {
namespace {

using std::chrono::milliseconds;

// What a screen can have use for; the last of it.
constexpr std::size_t most_printed_lines = 100;
constexpr std::size_t most_exchange_lines = 100;
constexpr std::size_t shown_event_bytes = 200;
// Whoever forks faster than it is ended is looked for again.
constexpr int rounds_of_ending = 20;

/// The child's side: lines of a word and a text, to a pipe whose other end reads all the time.
class Teller {
 public:
  explicit Teller(int pipe) : pipe_(pipe) {}
  void tell(std::string_view word, std::string_view text) const {
    std::string line = std::string(word) + ' ' + printable(text) + '\n';
    for (std::string_view rest = line; !rest.empty();) {
      const ssize_t count = ::write(pipe_, rest.data(), rest.size());
      if (count < 0 && errno != EINTR) return;
      if (count > 0) rest.remove_prefix(static_cast<std::size_t>(count));
    }
  }

 private:
  const int pipe_;
};

std::vector<std::string> split_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream all(text);
  for (std::string line; std::getline(all, line);) lines.push_back(std::move(line));
  return lines;
}

template <typename Lines>
void tell_last(const Teller& out, std::string_view word, const Lines& lines, std::size_t most) {
  for (std::size_t i = lines.size() - std::min(lines.size(), most); i < lines.size(); ++i)
    out.tell(word, lines[i]);
}

bool build(const Options& options, const Teller& out) {
  if (options.build_command.empty()) return true;
  out.tell("phase", "build");
  const BuildEnd end = build_program(options.build_command, options.confinement, options.build_time);
  if (end.problem.empty()) return true;
  tell_last(out, "printed", split_lines(end.printed), most_printed_lines);
  out.tell("problem", end.problem);
  return false;
}

bool is_to_mend(const Result& result) {
  return failed_unexpectedly(result) && result.status == Status::failed &&
         clause_of(result).level != Level::may;
}

void tell_failure(const Report& report, Result result, const Teller& out) {
  result.repeat_command.clear();
  out.tell("failure", result.id + ": " + result.title);
  for (const auto& line : split_lines(case_text(result, program_of(report), Detail::explanation)))
    out.tell("failure", line);
  std::vector<std::string> lines;
  std::size_t width = 0;
  for (const auto& lane : result.transcript.lanes()) width = std::max(width, lane.size());
  for (const Entry& entry : result.transcript.entries()) {
    std::string lane = lane_name(result.transcript, entry.lane);
    lane.resize(std::max(width, lane.size()), ' ');
    const bool carries = entry.happening == Happening::sent || entry.happening == Happening::received;
    lines.push_back(lane + ' ' + std::string(happening_text(entry.happening)) +
                    (entry.bytes.empty() ? ""
                     : carries           ? ' ' + escaped(entry.bytes, shown_event_bytes)
                                         : ": " + shown(entry.bytes)));
  }
  tell_last(out, "exchange", lines, most_exchange_lines);
}

void tell_report(const Report& report, const Teller& out) {
  const auto causes = first_causes(report);
  for (const Cause& cause : causes) {
    out.tell("cause", cause.sentence);
    out.tell("cases", what_hangs_on(cause));
  }
  std::vector<const Result*> to_mend;
  std::size_t failed_mays = 0;
  for (const Result& result : report.results) {
    if (is_to_mend(result))
      to_mend.push_back(&result);
    else if (failed_unexpectedly(result) && result.status == Status::failed)
      ++failed_mays;
    else if (!counts_as_passed(result) && clause_of(result).level != Level::may)
      out.tell("untried", result.id);
  }
  if (!causes.empty() && is_to_mend(*causes.front().cases.front())) {
    std::erase(to_mend, causes.front().cases.front());
    to_mend.insert(to_mend.begin(), causes.front().cases.front());
  }
  for (const Result* result : to_mend) out.tell("mend", result->id);
  out.tell("mays", std::to_string(failed_mays));
  out.tell("passed", std::to_string(std::ranges::count_if(report.results, counts_as_passed)));
  if (!to_mend.empty()) tell_failure(report, *to_mend.front(), out);
  if (exit_code_of(report) == ExitCode::never_came_up) out.tell("problem", report.results.front().reason);
}

/// In the child.
void run(Options options, const std::vector<std::string>& only, const Teller& out) {
  try {
    if (!build(options, out)) return;
    out.tell("phase", "try");
    if (!only.empty()) {
      options.only = only;
      options.exclude.clear();
      options.least_level = Level::may;
    }
    options.on_progress = [&out](std::size_t done, std::size_t total, std::size_t failed) {
      out.tell("progress", std::to_string(done) + ' ' + std::to_string(total) + ' ' + std::to_string(failed));
    };
    const Heartbeat heartbeat(options.confinement.niceness);
    options.settings.lateness = &heartbeat;
    const Report report = judge(make_subject(options), options);
    tell_report(report, out);
    if (only.empty()) write_report_files(report, options);
  } catch (const BadInput& bad) {
    out.tell("problem", bad.what);
  } catch (const NotWritten& reports) {
    out.tell("problem", reports.what);
  } catch (const MachineTooBusy& busy) {
    out.tell("problem", std::string("Not judged: ") + busy.what());
  } catch (const std::exception& error) {
    out.tell("problem", std::string("A fault of the suite itself: ") + error.what());
  }
}

[[noreturn]] void become_run(const Options& options, const std::vector<std::string>& only, int pipe) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, stream);
  const Teller out(pipe);
  run(options, only, out);
  out.tell("done", "");
  ::_exit(0);
}

/// Kills what has become ours since who started it has ended.
void end_children() {
  for (int round = 0; round < rounds_of_ending; ++round) {
    const auto pids = children_of(::getpid());
    if (pids.empty()) return;
    for (const pid_t pid : pids) ::kill(pid, SIGKILL);
    for (const pid_t pid : pids) ::waitpid(pid, nullptr, 0);
  }
}

std::size_t to_number(std::string_view& text) {
  std::size_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  if (text.starts_with(' ')) text.remove_prefix(1);
  return number;
}

}  // namespace

WatchRun::WatchRun(const Options& options, std::vector<std::string> only)
    : only_(std::move(only)), confinement_(options.confinement) {
  if (confinement_.is_kept_apart()) copy_.emplace(std::filesystem::current_path(), confinement_);
  Options own = options;
  own.confinement = confinement_;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  pipe_ = FileDescriptor(ends[0]);
  const FileDescriptor input(ends[1]);
  ::fcntl(pipe_.get(), F_SETFL, O_NONBLOCK);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  child_ = ::fork();
  if (child_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child_ == 0) become_run(own, only_, input.get());
}

WatchRun::~WatchRun() {
  end();
}

void WatchRun::end() {
  if (child_ < 0) return;
  ::kill(child_, SIGKILL);
  while (::waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
  child_ = -1;
  end_children();
}

milliseconds WatchRun::age() const {
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begin_);
}

void WatchRun::take(const std::string& line) {
  const auto blank = line.find(' ');
  const std::string word = line.substr(0, blank);
  const std::string text = blank == std::string::npos ? "" : line.substr(blank + 1);
  std::string_view rest = text;
  if (word == "phase") phase_ = text == "build" ? Phase::builds : Phase::tries;
  if (word == "progress") progress_ = {to_number(rest), to_number(rest), to_number(rest)};
  if (word == "problem") summary_.problem = text;
  if (word == "printed") summary_.printed.push_back(text);
  if (word == "passed") summary_.passed = to_number(rest);
  if (word == "mays") summary_.failed_mays = to_number(rest);
  if (word == "mend") summary_.to_mend.push_back(text);
  if (word == "untried") summary_.untried.push_back(text);
  if (word == "cause") summary_.causes.push_back({text, {}});
  if (word == "cases" && !summary_.causes.empty()) summary_.causes.back().cases = text;
  if (word == "failure") summary_.failure.push_back(text);
  if (word == "exchange") summary_.exchange.push_back(text);
}

std::optional<RunSummary> WatchRun::read() {
  std::array<char, 16 * 1024> room;
  ssize_t count = 0;
  bool is_done = false;
  while ((count = ::read(pipe_.get(), room.data(), room.size())) > 0)
    unread_.append(room.data(), static_cast<std::size_t>(count));
  std::size_t length = 0;
  while ((length = unread_.find('\n')) != std::string::npos) {
    const std::string line = unread_.substr(0, length);
    unread_.erase(0, length + 1);
    if (line == "done ") is_done = true;
    take(line);
  }
  if (!is_done && (count < 0 && (errno == EAGAIN || errno == EINTR))) return std::nullopt;
  if (!is_done) summary_.problem = "A fault of the suite itself: its run has ended early";
  summary_.duration = age();
  end();
  return std::move(summary_);
}

}  // namespace parley::conform
