#include "tests/conformance/client_bench.hpp"

#include <algorithm>
#include <utility>

#include "tests/conformance/client_trial.hpp"

namespace parley::conform {

std::optional<std::string> ClientBench::prepare(const Job& /*job*/) {
  if (!std::exchange(is_looked_at_, true)) {
    Transcript unused;
    why_not_ = ClientTrial(command_, profile_, 0, settings_, unused).why_it_does_not_come();
  }
  return why_not_;
}

void ClientBench::run(const Job& job, Transcript& transcript) {
  ClientTrial trial(command_, profile_, job.number, settings_, transcript);
  std::ranges::find(cases_, job.id, &ClientCase::id)->run(trial);
}

std::vector<Job> to_jobs(const std::vector<ClientCase>& cases) {
  std::vector<Job> jobs;
  for (const ClientCase& one : cases)
    jobs.push_back({one.id, one.clause_id(), one.title, one.needs, one.hint,
                    client_basics::is_essential(one.id), false, jobs.size() + 1});
  return jobs;
}

}  // namespace parley::conform
