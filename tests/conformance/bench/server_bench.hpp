#pragma once

#include <memory>
#include <optional>
#include <string>

#include "tests/conformance/bench/case.hpp"
#include "tests/conformance/bench/runner.hpp"
#include "tests/conformance/bench/tested_program.hpp"
#include "tests/conformance/process/program.hpp"
#include "tests/conformance/process/time_left.hpp"
#include "tests/support/peer.hpp"

namespace parley::conform {

/// How long a program may take to be there.
inline constexpr std::chrono::milliseconds startup_time{20'000};

/// A bench whose program is a server.
class ServerBench : public Bench {
 public:
  /// Where it is, after prepare().
  virtual test::Endpoint endpoint() const = 0;
  virtual const Settings& settings() const = 0;
};

/// Judges a server that runs already. When it stops taking connections, what follows is not run.
class RunningServerBench : public ServerBench {
 public:
  RunningServerBench(test::Endpoint server, std::vector<Case> cases, const Settings& settings)
      : server_(std::move(server)), settings_(settings), cases_(std::move(cases)) {}

  std::optional<std::string> prepare(const Job& job) override;
  void run(const Job& job, Transcript& transcript) override;
  std::string recover() override;
  std::string_view used_since() const override { return first_case_; }
  test::Endpoint endpoint() const override { return server_; }
  const Settings& settings() const override { return settings_; }

 private:
  bool takes_connections() const;

  const test::Endpoint server_;
  const Settings& settings_;
  const std::vector<Case> cases_;
  std::string first_case_;
  std::string last_case_;
  std::string death_;  // why nothing is run any more
};

/// Judges a server that it starts, with {port} in the command replaced; after a failed case, and where one
/// works for clients that have gone, it starts a new one, so that one fault cannot show in two cases. Of the
/// ports in its source the first on which it listens is used.
class StartedServerBench : public ServerBench {
 public:
  StartedServerBench(TestedProgram tested, std::vector<Case> cases, const Settings& settings)
      : tested_(std::move(tested)),
        settings_(settings),
        time_left_(settings.budget),
        cases_(std::move(cases)) {
    settings_.is_at_rest = {[this] { return program_->is_at_rest(); }, [this] { return program_->work(); }};
    settings_.processor_time = [this] { return program_->processor_time(); };
  }

  std::optional<std::string> prepare(const Job& job) override;
  void run(const Job& job, Transcript& transcript) override;
  std::string recover() override;
  std::chrono::milliseconds lateness_of_program() const override { return lateness_; }
  std::chrono::milliseconds work_of_program() const override { return work_; }
  std::string_view used_since() const override { return first_case_; }
  test::Endpoint endpoint() const override { return {"127.0.0.1", port_}; }
  const Settings& settings() const override { return settings_; }

 private:
  bool is_busy() const;
  std::optional<std::string> why_port_is_not_free(std::uint16_t port) const;
  std::optional<std::uint16_t> start(const std::vector<std::uint16_t>& ports);

  const TestedProgram tested_;
  Settings settings_;  // constant but for the server that they are about
  const TimeLeft time_left_;
  const std::vector<Case> cases_;
  std::unique_ptr<Program> program_;
  std::uint16_t port_ = 0;
  std::string first_case_;  // that program_ was used by
  std::chrono::milliseconds lateness_{0};
  std::chrono::milliseconds work_{0};
  bool may_have_ghosts_ = false;  // of its users: who is slow to see them off would count them in a broadcast
};

/// The jobs that stand for these cases.
std::vector<Job> to_jobs(const std::vector<Case>& cases);

}  // namespace parley::conform
