#include "tests/conformance/interop/interop.hpp"

#include <atomic>
#include <filesystem>
#include <iostream>
#include <memory>

#include "base/thread_annotations.hpp"
#include "protocol/text.hpp"
#include "tests/conformance/command/hidden_places.hpp"
#include "tests/conformance/command/locked_output_folder.hpp"
#include "tests/conformance/command/requested_reports.hpp"
#include "tests/conformance/command/selection.hpp"
#include "tests/conformance/command/subjects.hpp"
#include "tests/conformance/command/submission.hpp"
#include "tests/conformance/interop/interop_report.hpp"
#include "tests/conformance/interop/interop_server.hpp"
#include "tests/conformance/process/atomic_write.hpp"
#include "tests/conformance/process/build_step.hpp"
#include "tests/conformance/process/fault.hpp"
#include "tests/conformance/process/interruption.hpp"
#include "tests/conformance/process/lateness.hpp"
#include "tests/conformance/process/memory_watch.hpp"
#include "tests/conformance/process/private_copy.hpp"
#include "tests/conformance/process/work_pool.hpp"
#include "tests/conformance/report/report.hpp"

namespace parley::conform {
namespace {

using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

// How old what is written may be while the run goes on.
constexpr std::chrono::seconds report_interval{1};

/// A submission, built. Stays where it is: its copy knows its confinement.
struct Entrant {
  Submission submission;
  Confinement confinement;
  std::unique_ptr<MemoryWatch> watch{};
  std::unique_ptr<PrivateCopy> copy{};
};

/// One half of an entrant.
struct Half {
  TestedProgram program;
  Profile profile;
  std::vector<HiddenPlace> places;
};

std::string why_matrix_not_written(const fs::path& folder, const InteropMatrix& matrix) {
  std::string why =
      why_not_written(folder / "interop.csv", [&](std::ostream& out) { write_interop_csv(out, matrix); });
  if (!why.empty()) return why;
  return why_not_written(folder / "interop.html",
                         [&](std::ostream& out) { write_interop_html(out, matrix); });
}

class Interop {
 public:
  Interop(const Options& options, std::vector<Submission> submissions);

  /// Until all is done, or the run is ended.
  void run();
  void write();

  /// When it was last tried; empty: all was.
  std::string not_written() const {
    const MutexLock lock(mutex_);
    return not_written_;
  }

  InteropMatrix matrix() const {
    const MutexLock lock(mutex_);
    return matrix_;
  }

  /// Whether something could not be tried by the fault of the machine, or of the suite.
  bool has_faults() const { return has_faults_; }

 private:
  void for_each(std::size_t count, const std::function<void(std::size_t)>& act) const;
  void build(Entrant& entrant);
  void add_halves(const Entrant& entrant);
  void look_at(std::size_t index);
  bool may_be_tried(std::size_t client, std::size_t server) const;
  InteropHalf& half_at(std::size_t index) REQUIRES(mutex_);
  void write_now() REQUIRES(mutex_);
  void try_next(std::size_t index);
  void decide(std::size_t client, std::size_t server, PairResult result);
  std::string why_port_is_no_use(const SubmittedProgram& program) const;

  const Options& options_;
  const fs::path folder_;
  const PairTimes times_;
  const IsStopped is_stopped_ = [this] { return has_come(options_.settings.interruption); };
  std::vector<std::unique_ptr<Entrant>> entrants_;
  std::vector<Half> clients_;
  std::vector<Half> servers_;

  std::atomic<bool> has_faults_ = false;
  mutable Mutex mutex_;  // held for what is printed, too
  InteropMatrix matrix_ GUARDED_BY(mutex_);
  Clock::time_point written_at_ GUARDED_BY(mutex_);
  std::string not_written_ GUARDED_BY(mutex_);
};

Interop::Interop(const Options& options, std::vector<Submission> submissions)
    : options_(options),
      folder_(options.output_folder()),
      times_{options.settings.timeout, options.pair_time, options.settings.ready_time} {
  for (Submission& submission : submissions) {
    entrants_.push_back(std::make_unique<Entrant>(Entrant{std::move(submission), options.confinement}));
    entrants_.back()->confinement.folder = entrants_.back()->submission.folder;
  }
}

void Interop::for_each(std::size_t count, const std::function<void(std::size_t)>& act) const {
  work_in_parallel(options_.jobs, std::vector<bool>(count, false), act, is_stopped_);
}

void Interop::build(Entrant& entrant) {
  std::string& problem = entrant.submission.problem;
  if (!problem.empty()) return;
  try {
    if (entrant.confinement.memory_bytes > 0) {
      entrant.watch = std::make_unique<MemoryWatch>(entrant.confinement.memory_bytes);
      entrant.confinement.watch = entrant.watch.get();
    }
    if (entrant.confinement.is_kept_apart())
      entrant.copy = std::make_unique<PrivateCopy>(entrant.submission.folder, entrant.confinement);
    problem = why_not_built(entrant.submission.build, entrant.confinement, options_.build_time, is_stopped_);
    if (!problem.empty()) problem = is_stopped_() ? "The run was ended." : "It does not build: " + problem;
  } catch (const BadInput& bad) {
    problem = bad.what;
  } catch (const std::exception& error) {
    has_faults_ = true;
    problem = "It could not be tried: " + explain_fault(error) + '.';
  }
}

/// Outside of sandboxes two programs with the same port would be in each other's way, and the relay in
/// both's.
std::string Interop::why_port_is_no_use(const SubmittedProgram& program) const {
  if (options_.confinement.is_sandboxed || (program.ports.empty() && options_.ports.empty())) return {};
  return "It has its port in its source: it can only be tried in a sandbox, and there is none here.";
}

void Interop::add_halves(const Entrant& entrant) {
  for (const SubmittedProgram& program : entrant.submission.programs) {
    const bool is_client = program.task == Task::judge_client;
    InteropHalf half{entrant.submission.folder.filename(), entrant.submission.name,
                     entrant.submission.problem};
    if (half.problem.empty()) half.problem = why_port_is_no_use(program);
    Half one{{program.start, program.ports.empty() ? options_.ports : program.ports, entrant.confinement,
              program.answers},
             {},
             places_of(entrant.submission.folder, entrant.confinement.folder)};
    try {
      if (is_client && half.problem.empty())
        one.profile = read_profile_file(program.profile, program.profile_form);
    } catch (const BadInput& bad) {
      half.problem = bad.what;
    }
    half.problem = without_places(std::move(half.problem), one.places);
    const MutexLock lock(mutex_);
    (is_client ? matrix_.clients : matrix_.servers).push_back(std::move(half));
    (is_client ? clients_ : servers_).push_back(std::move(one));
  }
}

/// First the clients, then the servers.
InteropHalf& Interop::half_at(std::size_t index) {
  return index < clients_.size() ? matrix_.clients[index] : matrix_.servers[index - clients_.size()];
}

/// Whether it comes up at all: if not, no pair has to wait for it.
void Interop::look_at(std::size_t index) {
  const bool is_client = index < clients_.size();
  const Half& own = is_client ? clients_[index] : servers_[index - clients_.size()];
  MutexLock lock(mutex_);
  InteropHalf& half = half_at(index);
  if (half.problem.empty()) {
    lock.unlock();
    std::string problem;
    try {
      problem = is_client ? why_client_does_not_start(own.program, times_, is_stopped_)
                          : why_server_does_not_start(own.program, is_stopped_);
    } catch (const std::exception& error) {
      has_faults_ = true;
      problem = "It could not be tried: " + explain_fault(error) + '.';
    }
    lock.lock();
    if (problem.empty() || is_stopped_()) return;
    half.problem = without_places(std::move(problem), own.places);
  }
  std::cout << visible(half.folder) << ", " << (is_client ? "client" : "server") << ": "
            << visible(half.problem) << std::endl;
}

bool Interop::may_be_tried(std::size_t client, std::size_t server) const {
  const MutexLock lock(mutex_);
  return matrix_.clients[client].problem.empty() && matrix_.servers[server].problem.empty();
}

/// Pairs next to each other have neither program in common.
void Interop::try_next(std::size_t index) {
  const std::size_t client = index % clients_.size();
  const std::size_t server = (index / clients_.size() + client) % servers_.size();
  if (!may_be_tried(client, server)) return decide(client, server, {});
  try {
    constexpr int most_tries = 3;
    auto tried = try_in_time(
        {options_.settings.lateness, most_tries, is_stopped_},
        [&] {
          return try_pair(servers_[server].program, clients_[client].program, clients_[client].profile,
                          times_, is_stopped_);
        },
        [](const PairResult& result) { return result.outcome == PairOutcome::understood; },
        [](const PairResult& /*result*/) { return std::string(); });
    if (!tried.late.empty() && !is_stopped_()) throw MachineTooBusy(tried.late);
    decide(client, server, std::move(tried.found));
  } catch (const std::exception& error) {  // such as too many open files: the next one may find enough
    has_faults_ = true;
    decide(client, server, {PairOutcome::not_tried, explain_fault(error) + '.', {}, false});
  }
}

void Interop::decide(std::size_t client, std::size_t server, PairResult result) {
  for (const Half* half : {&clients_[client], &servers_[server]})
    result.difference = without_places(std::move(result.difference), half->places);
  const bool is_tried = result.outcome != PairOutcome::not_tried;
  const MutexLock lock(mutex_);
  if (is_tried)
    std::cout << visible(matrix_.clients[client].folder) << " at " << visible(matrix_.servers[server].folder)
              << ": "
              << (result.outcome == PairOutcome::understood ? "they understand each other"
                                                            : result.difference)
              << std::endl;
  matrix_.pairs[client][server] = std::move(result);
  if (Clock::now() > written_at_ + report_interval) write_now();
}

void Interop::write() {
  const MutexLock lock(mutex_);
  write_now();
}

void Interop::write_now() {
  not_written_ = why_matrix_not_written(folder_, matrix_);
  written_at_ = Clock::now();
}

void Interop::run() {
  for_each(entrants_.size(), [&](std::size_t i) { build(*entrants_[i]); });
  for (const auto& entrant : entrants_) {
    if (entrant->submission.programs.empty())
      std::cout << visible(entrant->submission.folder.filename().string()) << ": "
                << visible(entrant->submission.problem) << std::endl;
    add_halves(*entrant);
  }
  {
    const MutexLock lock(mutex_);
    matrix_.pairs.resize(clients_.size(), std::vector<std::optional<PairResult>>(servers_.size()));
  }
  for_each(clients_.size() + servers_.size(), [&](std::size_t i) { look_at(i); });
  for_each(clients_.size() * servers_.size(), [&](std::size_t i) { try_next(i); });
}

/// Throws BadInput, behind what is wrong with the submissions.
void check_has_both_halves(const std::vector<Submission>& submissions) {
  std::size_t clients = 0;
  std::size_t servers = 0;
  for (const Submission& submission : submissions)
    for (const SubmittedProgram& program : submission.programs)
      ++(program.task == Task::judge_client ? clients : servers);
  if (clients > 0 && servers > 0) return;
  for (const Submission& submission : submissions)
    if (!submission.problem.empty())
      std::cout << shown(submission.folder.filename().string()) << ": " << shown(submission.problem) << '\n';
  const std::string missing = clients + servers == 0 ? "neither a client nor a server"
                              : clients == 0         ? "no client"
                                                     : "no server";
  throw BadInput{"nothing can be tried: the class has " + missing +
                 "; say how they are started in each grade.toml, or with --client and --server"};
}

}  // namespace

ExitCode interop(Options options) {
  auto submissions = read_submissions(options);
  check_has_both_halves(submissions);
  const LockedOutputFolder reports(options);
  const fs::path& folder = reports.path();
  options.confinement.hidden = {fs::canonical(options.folder), fs::canonical(folder)};

  Interop all(options, std::move(submissions));
  all.write();
  if (!all.not_written().empty()) throw BadInput{all.not_written()};  // before anything is tried
  all.run();
  all.write();
  const InteropMatrix matrix = all.matrix();
  std::cout << matrix.understood() << " of " << matrix.clients.size() * matrix.servers.size()
            << " pairs understand each other: " << (folder / "interop.html").string()
            << " and interop.csv beside it" << std::endl;
  if (!all.not_written().empty()) throw NotWritten{all.not_written()};
  if (has_come(options.settings.interruption))
    std::cerr << "parley-conform: " << options.settings.interruption->reason()
              << " before all pairs were tried\n";
  else if (all.has_faults())
    return ExitCode::suite_at_fault;
  return matrix.understood() == matrix.clients.size() * matrix.servers.size() ? ExitCode::all_must_passed
                                                                              : ExitCode::some_failed;
}

}  // namespace parley::conform
