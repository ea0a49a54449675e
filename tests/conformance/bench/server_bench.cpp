#include "tests/conformance/bench/server_bench.hpp"

#include <algorithm>
#include <thread>

#include "tests/conformance/model/crash_text.hpp"
#include "tests/conformance/process/listening.hpp"
#include "tests/conformance/process/sandbox.hpp"
#include "tests/conformance/process/shortage.hpp"
#include "tests/conformance/process/start_gate.hpp"
#include "tests/support/free_port.hpp"

namespace parley::conform {
namespace {

// A process whose sockets have just ended may still be on its way out.
constexpr std::chrono::milliseconds time_to_die{100};
// What the last server on a fixed port has ended keeps that port for a minute, unless the next one says that
// it may.
constexpr std::chrono::seconds time_of_last_connections{65};
constexpr std::chrono::milliseconds port_look_interval{50};
// Another try is for races. A program that rests and has said nothing in all of the time has lost none.
constexpr std::chrono::milliseconds time_behind_silence{300};
// Behind a question that looks like none.
constexpr std::chrono::milliseconds quiet_server_time{60};

bool is_by_program(const Entry& entry) {
  using enum Happening;
  return entry.happening == received || entry.happening == ended || entry.happening == reset;
}

void run_case(const std::vector<Case>& cases, const Job& job, const test::Endpoint& server,
              const Settings& settings, Transcript& transcript) {
  Settings adapted = settings;
  adapted.lacking.word = job.is_lacking(known_word);
  const auto lack = job.lacking.find(delivers);
  adapted.lacking.reports = lack != job.lacking.end() && lack->second == Without::judged;
  adapted.lacking.listening =
      lack != job.lacking.end() && lack->second == Without::judged_with_receipts_on_to_send;
  if (job.is_after_silence && settings.is_at_rest)
    adapted.timeout = std::min(adapted.timeout, time_behind_silence);
  Trial trial(server, job.number, adapted, transcript);
  try {
    std::ranges::find(cases, job.id, &Case::id)->run(trial);
  } catch (CaseFailed& failed) {
    failed.failure.is_silent = std::ranges::none_of(transcript.entries(), is_by_program);
    transcript.note_exchange(trial.exchanges().longest_by(failed.came_at.value_or(transcript.end())));
    throw;
  }
}

}  // namespace

std::vector<Job> to_jobs(const std::vector<Case>& cases) {
  std::vector<Job> jobs;
  for (const Case& one : cases)
    jobs.push_back({one.id,
                    one.clause_id(),
                    one.title,
                    one.needs,
                    one.hint,
                    is_essential(one.id),
                    one.is_broadcast,
                    one.leaves_early,
                    jobs.size() + 1,
                    {},
                    false,
                    one.is_optional()});
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

std::optional<std::string> StartedServerBench::why_port_is_not_free(std::uint16_t port) const {
  const auto deadline = std::chrono::steady_clock::now() + time_left_.at_most(time_of_last_connections);
  while (!is_port_free(port)) {
    const auto sockets = listening_sockets();
    if (std::ranges::find(sockets, port, &ListeningSocket::port) != sockets.end() ||
        std::chrono::steady_clock::now() > deadline || has_come(settings_.interruption))
      return "The server was not tried: its port " + std::to_string(port) + " is in use by somebody else.";
    std::this_thread::sleep_for(port_look_interval);
  }
  return std::nullopt;
}

/// Where it listens, when it does. What it asks before is answered.
std::optional<std::uint16_t> StartedServerBench::start(const std::vector<std::uint16_t>& ports) {
  start_through(settings_.starts, [&] {
    program_ = std::make_unique<Program>(substitute(tested_.command, "port", std::to_string(ports.front())),
                                         tested_.confinement, Program::Input::typed);
    return settings_.is_at_rest;
  });
  const Profile usual;
  Questions questions(tested_.answers, usual);
  Patience patience(time_left_.at_most(startup_time), settings_.is_at_rest, settings_.interruption);
  return program_->wait_until_listening(ports, patience, [&] {
    const auto is_waiting = [&] {
      const std::size_t printed = program_->printed_bytes();
      std::this_thread::sleep_for(quiet_server_time);
      return program_->printed_bytes() == printed && program_->is_at_rest();
    };
    const auto answer =
        questions.answer_to(program_->output(), {"server", "127.0.0.1", ports.front()}, is_waiting);
    if (answer) program_->type(*answer);
  });
}

/// Whether it works although nobody wants anything of it: what it is asked next would come late.
bool StartedServerBench::is_busy() const {
  constexpr std::chrono::milliseconds time_to_rest{300};
  wait_until_at_rest(settings_.is_at_rest, time_to_rest);
  return !settings_.is_at_rest();
}

std::optional<std::string> StartedServerBench::prepare(const Job& job) {
  lateness_ = work_ = {};
  const bool is_used_up = program_ && ((job.is_broadcast && may_have_ghosts_) || is_busy());
  if (program_ && !program_->ended() && !is_used_up) return std::nullopt;
  may_have_ghosts_ = false;
  program_.reset();
  first_case_.clear();
  // A free port may be somebody else's a moment later.
  constexpr int tries = 3;
  std::string problem;
  for (int i = 0; i < tries; ++i) {
    if (tested_.confinement.is_sandboxed) patiently(enter_own_network);
    const auto ports = tested_.ports.empty() ? std::vector{test::free_port()} : tested_.ports;
    for (const auto port : tested_.ports)
      if (auto taken = why_port_is_not_free(port)) return taken;
    if (const auto port = start(ports)) {
      port_ = *port;
      return std::nullopt;
    }
    const bool has_ended = program_->ended().has_value();
    lateness_ = lack_of_processor({}, program_->delays());
    problem = why_server_did_not_come(*program_, ports);
    program_.reset();
    if (time_left_.is_over()) return time_is_over + (" " + problem);
    if (!has_ended) break;
  }
  return problem;
}

void StartedServerBench::run(const Job& job, Transcript& transcript) {
  if (first_case_.empty()) first_case_ = job.id;
  may_have_ghosts_ = may_have_ghosts_ || !job.is_broadcast || job.leaves_early;
  const auto lane = transcript.add_lane("the server's output");
  const std::size_t printed_before = program_->printed_bytes();
  const Delays before = program_->delays();
  const auto work_before = program_->work();
  try {
    run_case(cases_, job, endpoint(), settings_, transcript);
    wait_until_at_rest(settings_.is_at_rest, time_to_die);
    if (program_->ended()) throw CaseFailed{{"the server to go on running", "its end", {}, {}, lane}};
  } catch (const CaseUntried&) {
    lateness_ = lack_of_processor(before, program_->delays());
    throw;
  } catch (CaseFailed& failed) {
    throw_if_machine_is_short();
    lateness_ = lack_of_processor(before, program_->delays());
    work_ = program_->work() - work_before;
    wait_until_at_rest(settings_.is_at_rest,
                       time_to_die);  // a thread that dies tells so when it has tidied up
    failed.failure.crash = crash_in(program_->output_since(printed_before));
    if (const std::string printed = program_->output(); !printed.empty())
      transcript.add(lane, Happening::received, printed);
    throw;
  }
}

std::string StartedServerBench::recover() {
  if (!program_) return {};
  auto became = program_->wait_for_end(time_to_die);
  program_.reset();
  first_case_.clear();
  return became.value_or("");
}

}  // namespace parley::conform
