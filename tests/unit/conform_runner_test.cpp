#include <doctest/doctest.h>

#include <barrier>

#include "tests/conformance/bench/grace.hpp"
#include "tests/conformance/bench/runner.hpp"
#include "tests/conformance/bench/trial.hpp"
#include "tests/conformance/process/lateness.hpp"
#include "tests/conformance/process/process_family.hpp"

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

TEST_CASE(
    "what builds on a registration waits for a server that has not had the processor yet, within bounds") {
  int looks = 0, looks_until_rest = 2;
  Grace grace{std::chrono::milliseconds{100}, [&] { return ++looks >= looks_until_rest; }};
  grace.wait_before("SEND bob\n");
  grace.begin("alice");
  grace.wait_before("REGISTER TOSEND bob\n");
  CHECK(looks == 0);  // neither builds on it
  grace.wait_before("REGISTER TORECV ALICE\n");
  CHECK(looks == 2);
  looks_until_rest = 1'000'000;  // one that works without end
  grace.begin("alice");
  grace.wait_before("SEND bob\n");
  CHECK(looks < 1'000);
}

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

/// "A" fails, and so does "C" on a program that somebody has used.
class UsedBench : public Bench {
 public:
  std::optional<std::string> prepare(const Job& /*job*/) override { return std::nullopt; }
  void run(const Job& job, Transcript& /*transcript*/) override {
    const bool is_used = !first_case_.empty();
    if (!is_used) first_case_ = job.id;
    if (job.id == "A" || (job.id == "C" && is_used)) throw CaseFailed{{"an answer", "nothing", {}, {}, 0}};
  }
  std::string recover() override {
    first_case_.clear();
    return {};
  }
  std::string_view used_since() const override { return first_case_; }

 private:
  std::string first_case_;
};

TEST_CASE("a case behind a failure is tried alone") {
  std::vector<Job> jobs(3);
  jobs[0].id = "A";
  jobs[1].id = "B";
  jobs[2].id = "C";
  jobs[2].needs = {"A"};
  const auto results = run_jobs(jobs, [] { return std::make_unique<UsedBench>(); }, {});
  CHECK(results[0].blocks);
  CHECK(results[1].status == Status::passed);
  CHECK(results[2].status == Status::passed);
}

/// "A" fails, and of what is optional nothing is there.
class BareBench : public Bench {
 public:
  std::optional<std::string> prepare(const Job& /*job*/) override { return std::nullopt; }
  void run(const Job& job, Transcript& /*transcript*/) override {
    if (job.id == "A") throw CaseFailed{{"an answer", "nothing", {}, {}, 0}};
    if (job.is_optional) throw CaseNotOffered{"It has none."};
  }
};

TEST_CASE("an optional case that is not there blocks nothing, and is not skipped behind a failure") {
  std::vector<Job> jobs(5);
  const std::string_view ids[] = {"A", "B", "SV1", "SV2", "SV3"};
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    jobs[i].id = ids[i];
    jobs[i].is_optional = i > 1;
  }
  jobs[2].needs = {"B"};
  jobs[3].needs = {"SV1"};
  jobs[4].needs = {"A"};
  const auto results = run_jobs(jobs, [] { return std::make_unique<BareBench>(); }, {});
  CHECK(results[1].status == Status::passed);
  for (std::size_t i = 2; i < results.size(); ++i) {
    CHECK(results[i].status == Status::not_offered);
    CHECK(results[i].blocked_by.empty());
  }
  CHECK(results[3].reason == "It has none.");
  CHECK(results[4].reason == "Whether it has what this is about cannot be told: A did not pass.");
}

/// Every case fails, with nothing from the program, or with something; notes how each try was announced.
class SilentBench : public Bench {
 public:
  SilentBench(bool is_silent, std::vector<bool>& behind_silence)
      : is_silent_(is_silent), behind_silence_(behind_silence) {}
  std::optional<std::string> prepare(const Job& /*job*/) override { return std::nullopt; }
  void run(const Job& job, Transcript& /*transcript*/) override {
    behind_silence_.push_back(job.is_after_silence);
    CaseFailed failed{{"an answer", "nothing", {}, {}, 0}};
    failed.failure.is_silent = is_silent_;
    throw failed;
  }

 private:
  const bool is_silent_;
  std::vector<bool>& behind_silence_;
};

TEST_CASE("another try of a case to which nothing came says so, and only of such a one") {
  for (const bool is_silent : {true, false}) {
    std::vector<Job> jobs(1);
    jobs[0].id = "A";
    std::vector<bool> behind_silence;
    run_jobs(jobs, [&] { return std::make_unique<SilentBench>(is_silent, behind_silence); }, {});
    REQUIRE(behind_silence.size() > 1);
    CHECK(!behind_silence[0]);
    CHECK(behind_silence[1] == is_silent);
  }
}

/// A suite that is late in the first tries. It is never late while it waits, unless it always is.
struct LateSuite : LatenessMeter {
  std::chrono::milliseconds worst_since(Clock::time_point /*begin*/) const override {
    return is_always_late ? 2 * most_lateness : std::exchange(lateness, {});
  }
  bool are_programs_served() const override { return serves_programs; }
  std::chrono::milliseconds longest_wait_for_quiet() const override { return std::chrono::milliseconds{400}; }
  bool is_late() { return ++tries <= late_tries; }

  int late_tries = 0;
  int tries = 0;
  mutable std::chrono::milliseconds lateness{0};  ///< in the last try
  bool is_always_late = false;
  bool serves_programs = true;
};

/// Fails whenever the suite is late, and else as `outcome` says.
class LateBench : public Bench {
 public:
  LateBench(LateSuite& suite, Status outcome) : suite_(suite), outcome_(outcome) {}
  std::optional<std::string> prepare(const Job& /*job*/) override {
    const bool is_late = suite_.is_late();
    if (is_late) suite_.lateness = most_lateness + std::chrono::milliseconds{1};
    if (is_late && outcome_ == Status::not_run) return "The server did not come up.";
    is_late_ = is_late;
    return std::nullopt;
  }
  void run(const Job& /*job*/, Transcript& /*transcript*/) override {
    if (is_late_ && outcome_ == Status::skipped) throw CaseUntried{};
    if (is_late_ || outcome_ == Status::failed) throw CaseFailed{{"an answer", "nothing", {}, {}, 0}};
  }

 private:
  LateSuite& suite_;
  const Status outcome_;
  bool is_late_ = false;
};

Result run_late(LateSuite& suite, Status outcome, bool is_alone) {
  std::vector<Job> jobs(1);
  jobs[0].id = "A";
  RunOptions options;
  options.lateness = &suite;
  options.is_alone = is_alone;
  return run_jobs(
             jobs, [&] { return std::make_unique<LateBench>(suite, outcome); }, options)
      .front();
}

TEST_CASE("a try in which the suite was late does not count") {
  for (const Status outcome : {Status::passed, Status::skipped, Status::not_run}) {
    LateSuite suite;
    suite.late_tries = 1;
    const Result result = run_late(suite, outcome, false);
    CHECK(result.status == Status::passed);
    CHECK(result.tries.empty());
    CHECK(suite.tries == 2);
  }
  LateSuite suite;
  suite.late_tries = 3;
  CHECK(run_late(suite, Status::passed, true).status == Status::passed);
}

/// Fails as often as it is kept from running, or notes in the transcript why it does not count.
enum class Kept { program, input_taken_late, slow_exchange };
class KeptBench : public Bench {
 public:
  KeptBench(Kept kept, int times, std::chrono::milliseconds work = {})
      : kept_(kept), times_(times), work_(work) {}
  std::optional<std::string> prepare(const Job& /*job*/) override { return std::nullopt; }
  void run(const Job& /*job*/, Transcript& transcript) override {
    if (--times_ < 0) return;
    if (kept_ == Kept::input_taken_late) transcript.note_lateness(std::chrono::seconds{1});
    if (kept_ == Kept::slow_exchange) transcript.note_exchange(std::chrono::seconds{1});
    throw CaseFailed{{"an answer", "nothing", {}, {}, 0}};
  }
  std::chrono::milliseconds lateness_of_program() const override {
    return std::chrono::milliseconds{times_ >= 0 && kept_ == Kept::program ? 3'000 : 0};
  }
  std::chrono::milliseconds work_of_program() const override { return work_; }

 private:
  const Kept kept_;
  int times_;
  const std::chrono::milliseconds work_;
};

Result run_kept(LateSuite& suite, Kept kept, int times, std::chrono::milliseconds work = {}) {
  std::vector<Job> jobs(1);
  jobs[0].id = "A";
  RunOptions options;
  options.lateness = &suite;
  return run_jobs(
             jobs, [&] { return std::make_unique<KeptBench>(kept, times, work); }, options)
      .front();
}

TEST_CASE("nor does one in which the program was kept from running, or what came was taken late") {
  for (const Kept kept : {Kept::program, Kept::input_taken_late, Kept::slow_exchange}) {
    LateSuite suite;
    const Result result = run_kept(suite, kept, 1);
    CHECK(result.status == Status::passed);
    CHECK(result.tries.empty());
  }
}

TEST_CASE(
    "where programs have to wait although the suite need not there is no verdict on one that works little") {
  LateSuite suite;
  suite.serves_programs = false;
  CHECK(run_kept(suite, Kept::slow_exchange, 3).status == Status::passed);
  CHECK_THROWS_AS(run_kept(suite, Kept::slow_exchange, 1'000), MachineTooBusy);
  CHECK(run_kept(suite, Kept::slow_exchange, 1'000, std::chrono::seconds{3}).status == Status::failed);
}

TEST_CASE("who waits for the processor is late, and who works without end is not") {
  using std::chrono::milliseconds;
  const Delays before{{1, {milliseconds{10}, milliseconds{5'000}}}};
  CHECK(lack_of_processor(before, before) == milliseconds{0});
  CHECK(lack_of_processor(before, {{1, {milliseconds{110}, milliseconds{8'000}}}}) == milliseconds{2'900});
  CHECK(lack_of_processor(before, {{1, {milliseconds{1'610}, milliseconds{6'500}}}}) == milliseconds{0});
  CHECK(lack_of_processor({}, {{2, {milliseconds{100}, milliseconds{400}}}}) == milliseconds{300});
  CHECK(lack_of_processor({}, {{2, {milliseconds{100}, milliseconds{400}}},
                               {3, {milliseconds{0}, milliseconds{50}}},
                               {4, {milliseconds{900}, milliseconds{0}}}}) == milliseconds{350});
}

TEST_CASE("a case that fails when the suite is in time has failed") {
  LateSuite suite;
  suite.late_tries = 1;
  const Result result = run_late(suite, Status::failed, false);
  CHECK(result.status == Status::failed);
  CHECK(result.tries == "also alone");
}

TEST_CASE("where the suite is late again and again beside others there is no verdict") {
  LateSuite suite;
  suite.late_tries = 1'000;
  CHECK_THROWS_AS(run_late(suite, Status::passed, false), MachineTooBusy);
}

TEST_CASE("who makes the machine busy whenever it runs alone gets no other verdict for that") {
  LateSuite suite;
  suite.late_tries = 1'000;
  CHECK(run_late(suite, Status::passed, true).status == Status::failed);
  CHECK(suite.tries < 20);
}

TEST_CASE("on a machine that is never quiet there is no verdict, but for what has passed") {
  LateSuite suite;
  suite.is_always_late = true;
  CHECK(run_late(suite, Status::passed, true).status == Status::passed);
  CHECK_THROWS_AS(run_late(suite, Status::failed, true), MachineTooBusy);
}

}  // namespace
}  // namespace parley::conform
