#include "tests/conformance/server_bench.hpp"

#include <algorithm>

#include "protocol/text.hpp"
#include "tests/conformance/crash_text.hpp"
#include "tests/support/free_port.hpp"

namespace parley::conform {
namespace {

// A process whose sockets have just ended may still be on its way out.
constexpr std::chrono::milliseconds time_to_die{100};

void run_case(const std::vector<Case>& cases, const Job& job, const test::Endpoint& server,
              const Settings& settings, Transcript& transcript) {
  Trial trial(server, job.number, settings, transcript);
  std::ranges::find(cases, job.id, &Case::id)->run(trial);
}

}  // namespace

std::vector<Job> to_jobs(const std::vector<Case>& cases) {
  std::vector<Job> jobs;
  for (const Case& one : cases)
    jobs.push_back({one.id, one.clause_id(), one.title, one.needs, one.hint, is_essential(one.id),
                    one.wants_fresh, jobs.size() + 1});
  return jobs;
}

std::optional<std::string> RunningServerBench::prepare(const Job& /*job*/) {
  if (last_case_.empty() && !takes_connections())
    death_ = "Nobody takes connections at " + server_.host + " port " + std::to_string(server_.port) +
             "; is the server running?";
  if (death_.empty()) return std::nullopt;
  return death_;
}

void RunningServerBench::run(const Job& job, Transcript& transcript) {
  last_case_ = job.id;
  if (first_case_.empty()) first_case_ = job.id;
  run_case(cases_, job, server_, settings_, transcript);
}

std::string RunningServerBench::recover() {
  if (takes_connections()) return {};
  death_ = "The server takes no connections since " + last_case_ + '.';
  return "takes no connections any more";
}

bool RunningServerBench::takes_connections() const {
  Transcript unused;
  try {
    Trial(server_, 0, settings_, unused).connect("look").close();
    return true;
  } catch (const CaseFailed&) {
    return false;
  }
}

std::optional<std::string> StartedServerBench::prepare(const Job& job) {
  const bool is_used_up = job.wants_fresh && !first_case_.empty();
  if (program_ && !program_->ended() && !is_used_up) return std::nullopt;
  program_.reset();
  first_case_.clear();
  // A free port may be somebody else's a moment later.
  constexpr int tries = 3;
  std::string problem;
  for (int i = 0; i < tries; ++i) {
    port_ = test::free_port();
    program_ =
        std::make_unique<Program>(substitute(command_, "port", std::to_string(port_)), limits_, folder_);
    if (program_->wait_until_listening(port_, startup_time)) return std::nullopt;
    const auto ended = program_->ended();
    const std::string printed = program_->output();
    program_.reset();
    problem = "The server did not come up: it " +
              ended.value_or("does not listen on port " + std::to_string(port_)) +
              (printed.empty() ? "." : ", having printed: " + visible(printed));
    if (!ended) break;
  }
  return problem;
}

void StartedServerBench::run(const Job& job, Transcript& transcript) {
  if (first_case_.empty()) first_case_ = job.id;
  const auto lane = transcript.add_lane("the server's output");
  const std::size_t printed_before = program_->printed_bytes();
  try {
    run_case(cases_, job, {"127.0.0.1", port_}, settings_, transcript);
    wait_until_at_rest(settings_.is_at_rest, time_to_die);
    if (program_->ended()) throw CaseFailed{{"the server to go on running", "its end", {}, {}, lane}};
  } catch (CaseFailed& failed) {
    wait_until_at_rest(settings_.is_at_rest,
                       time_to_die);  // a thread that dies tells so when it has tidied up
    failed.failure.crash = crash_in(program_->output_since(printed_before));
    if (const std::string printed = program_->output(); !printed.empty())
      transcript.add(lane, Happening::received, printed);
    throw;
  }
}

std::string StartedServerBench::recover() {
  auto became = program_->wait_for_end(time_to_die);
  program_.reset();
  first_case_.clear();
  return became.value_or("");
}

}  // namespace parley::conform
