#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "tests/conformance/bench/runner.hpp"
#include "tests/conformance/process/interruption.hpp"
#include "tests/conformance/process/patience.hpp"

namespace parley::conform {
namespace {

void interrupt(const Interruption& interruption, int signal) {
  ::kill(::getpid(), signal);
  while (!interruption.has_come()) std::this_thread::yield();
}

TEST_CASE("a signal is told of, and ends what was started") {
  const Interruption interruption;
  CHECK_FALSE(interruption.has_come());
  const pid_t child = ::fork();
  if (child == 0) {
    for (;;) ::pause();
  }
  interrupt(interruption, SIGTERM);
  CHECK(interruption.reason() == "the run was ended by SIGTERM");
  CHECK(interruption.exit_code() == 128 + SIGTERM);
  int status = 0;
  CHECK(::waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
}

TEST_CASE("a signal that is ignored stays so") {
  ::signal(SIGHUP, SIG_IGN);
  {
    const Interruption interruption;
    ::kill(::getpid(), SIGHUP);
    interrupt(interruption, SIGINT);
    CHECK(interruption.reason() == "the run was ended by SIGINT");
  }
  ::signal(SIGHUP, SIG_DFL);
}

TEST_CASE("what waits is not waited for any longer") {
  const Interruption interruption;
  Patience patience(std::chrono::hours{1}, {}, &interruption);
  CHECK(patience.left() > std::chrono::minutes{1});
  interrupt(interruption, SIGHUP);
  CHECK(patience.left().count() == 0);
}

/// Ends the run in its second case.
class EndingBench : public Bench {
 public:
  explicit EndingBench(const Interruption& interruption) : interruption_(interruption) {}
  std::optional<std::string> prepare(const Job& /*job*/) override { return std::nullopt; }
  void run(const Job& job, Transcript& /*transcript*/) override {
    if (job.id == "B") interrupt(interruption_, SIGTERM);
  }

 private:
  const Interruption& interruption_;
};

TEST_CASE("the case during which a run is ended, and those behind it, are not run") {
  const Interruption interruption;
  RunOptions options;
  options.interruption = &interruption;
  std::vector<Job> jobs(4);
  jobs[0].id = "A";
  jobs[1].id = "B";
  jobs[2].id = "C";
  jobs[3].id = "D";
  jobs[3].needs = {"B"};
  const auto results = run_jobs(
      jobs, [&] { return std::make_unique<EndingBench>(interruption); }, options);
  CHECK(results[0].status == Status::passed);
  for (std::size_t i = 1; i < results.size(); ++i) {
    CHECK(results[i].status == Status::not_run);
    CHECK(results[i].reason == "Not run: the run was ended by SIGTERM.");
  }
}

TEST_CASE("who sends without end is listened to for some seconds more, and not for ever") {
  using std::chrono::milliseconds;
  CHECK_FALSE(Patience(milliseconds(1000)).is_exhausted());
  CHECK_FALSE(Patience(milliseconds(-1000)).is_exhausted());
  CHECK(Patience(milliseconds(-60'000)).is_exhausted());
}

}  // namespace
}  // namespace parley::conform
