#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tests/conformance/bench/client_case.hpp"
#include "tests/conformance/bench/client_profile.hpp"
#include "tests/conformance/bench/runner.hpp"
#include "tests/conformance/process/time_left.hpp"

namespace parley::conform {

/// Judges a client: starts it anew for each case.
class ClientBench : public Bench {
 public:
  ClientBench(TestedProgram program, Profile profile, std::vector<ClientCase> cases, const Settings& settings)
      : program_(std::move(program)),
        profile_(std::move(profile)),
        settings_(settings),
        time_left_(settings.budget),
        cases_(std::move(cases)) {}

  /// Only the first time: a client that ends without having connected never came up, nor does one whose port
  /// is taken.
  std::optional<std::string> prepare(const Job& job) override;
  void run(const Job& job, Transcript& transcript) override;
  /// One that did not come up is looked at again.
  std::string recover() override;
  std::chrono::milliseconds lateness_of_program() const override { return lateness_; }
  std::chrono::milliseconds work_of_program() const override { return work_; }

 private:
  const TestedProgram program_;
  const Profile profile_;
  const Settings& settings_;
  const TimeLeft time_left_;
  const std::vector<ClientCase> cases_;
  bool is_looked_at_ = false;
  std::chrono::milliseconds lateness_{0};
  std::chrono::milliseconds work_{0};
  std::optional<std::string> why_not_;
};

/// The jobs that stand for these cases.
std::vector<Job> to_jobs(const std::vector<ClientCase>& cases);

}  // namespace parley::conform
