#include <doctest/doctest.h>

#include <barrier>

#include "tests/conformance/runner.hpp"
#include "tests/conformance/trial.hpp"

namespace parley::conform {
namespace {

/// "A" fails; each of the others passes once all of them are at work.
class MeetingBench : public Bench {
 public:
  explicit MeetingBench(std::barrier<>& all_are_there) : all_are_there_(all_are_there) {}
  std::optional<std::string> prepare(const Job& /*job*/) override { return std::nullopt; }
  void run(const Job& job, Transcript& /*transcript*/) override {
    if (job.id == "A") throw CaseFailed{{"an answer", "nothing", {}, {}, 0}};
    all_are_there_.arrive_and_wait();
  }

 private:
  std::barrier<>& all_are_there_;
};

TEST_CASE("cases behind a failure run beside each other where one runs at a time otherwise") {
  std::vector<Job> jobs(5);
  const std::string_view ids[] = {"A", "B", "C", "D", "E"};
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    jobs[i].id = ids[i];
    if (i > 0) jobs[i].needs = {"A"};
  }
  std::barrier<> all_are_there(4);
  RunOptions options;
  options.jobs_in_vain = 3;
  const auto results = run_jobs(
      jobs, [&] { return std::make_unique<MeetingBench>(all_are_there); }, options);
  CHECK(results[0].status == Status::failed);
  for (std::size_t i = 1; i < results.size(); ++i) CHECK(results[i].status == Status::passed);
}

}  // namespace
}  // namespace parley::conform
