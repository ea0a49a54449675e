#include "tests/conformance/bench/client_bench.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "tests/conformance/bench/client_trial.hpp"
#include "tests/conformance/process/shortage.hpp"

namespace parley::conform {
namespace {

std::chrono::milliseconds lateness_in(ClientTrial& trial) {
  return lack_of_processor({}, trial.terminal().process().delays());
}

}  // namespace

std::optional<std::string> ClientBench::prepare(const Job& /*job*/) {
  lateness_ = work_ = {};
  if (!std::exchange(is_looked_at_, true)) {
    Transcript unused;
    Settings settings = settings_;
    settings.timeout = time_left_.at_most(settings.timeout);
    try {
      ClientTrial trial(program_, profile_, 0, settings, unused);
      why_not_ = trial.why_it_does_not_come();
      if (why_not_) lateness_ = lateness_in(trial);
    } catch (const std::system_error& error) {
      if (error.code() != std::errc::address_in_use) throw;
      why_not_ =
          "The client was not tried: its port " + ports_text(program_.ports) + " is in use by somebody else.";
    }
    if (why_not_) throw_if_machine_is_short();
    if (!why_not_ && time_left_.is_over()) why_not_ = time_is_over;
  }
  return why_not_;
}

std::string ClientBench::recover() {
  if (why_not_) is_looked_at_ = false;
  why_not_.reset();
  return {};
}

void ClientBench::run(const Job& job, Transcript& transcript) {
  using namespace client_basics;
  Settings adapted = settings_;
  adapted.lacking.receipts = job.is_lacking(receives);
  adapted.lacking.display = job.is_lacking(shows);
  if (adapted.lacking.receipts && adapted.lacking.display) throw CaseUntried{std::string(shows), {}};
  ClientTrial trial(program_, profile_, job.number, adapted, transcript);
  try {
    std::ranges::find(cases_, job.id, &ClientCase::id)->run(trial);
  } catch (const CaseUntried&) {
    lateness_ = lateness_in(trial);
    throw;
  } catch (const CaseFailed&) {
    throw_if_machine_is_short();
    lateness_ = lateness_in(trial);
    work_ = trial.terminal().is_at_rest().processor_time()();
    throw;
  }
}

std::vector<Job> to_jobs(const std::vector<ClientCase>& cases) {
  std::vector<Job> jobs;
  for (const ClientCase& one : cases)
    jobs.push_back({one.id, one.clause_id(), one.title, one.needs, one.hint,
                    client_basics::is_essential(one.id), false, false, jobs.size() + 1});
  return jobs;
}

}  // namespace parley::conform
