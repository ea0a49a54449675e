#include "tests/conformance/command/subjects.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <set>

#include "tests/conformance/bench/client_bench.hpp"
#include "tests/conformance/bench/server_bench.hpp"
#include "tests/conformance/cases/tables.hpp"
#include "tests/conformance/command/selection.hpp"
#include "tests/conformance/process/lateness.hpp"

namespace parley::conform {
namespace {

/// HOST:PORT, [::1]:PORT.
test::Endpoint to_endpoint(const std::string& address) {
  const auto colon = address.rfind(':');
  std::string host = colon == std::string::npos ? "" : address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  int port = 0;
  if (host.empty() || std::sscanf(address.c_str() + colon + 1, "%d", &port) != 1 || port < 1 || port > 65535)
    throw BadInput{"'" + address + "' is not HOST:PORT"};
  return {host, static_cast<std::uint16_t>(port)};
}

TestedProgram tested_program(const Options& options) {
  return {options.command, options.ports, options.confinement, options.course.answers};
}

Subject make_server_subject(const Options& options) {
  Subject subject{"server at " + options.address, to_jobs(server_cases()), true, {}, {}};
  if (!options.command.empty()) {
    subject.name = "server '" + options.command + "'";
    subject.make_bench = [&options](const Settings& settings) {
      return std::make_unique<StartedServerBench>(tested_program(options), server_cases(), settings);
    };
  } else {
    subject.make_bench = [server = options.list ? test::Endpoint{}
                                                : to_endpoint(options.address)](const Settings& settings) {
      return std::make_unique<RunningServerBench>(server, server_cases(), settings);
    };
  }
  return subject;
}

Profile read_profile_of(const Options& options) {
  if (options.profile_file.empty()) return options.course.profile.value_or(Profile{});
  return read_profile_file(options.profile_file, options.profile_form);
}

Subject make_client_subject(const Options& options) {
  return {"client '" + options.command + "'",
          to_jobs(client_cases()),
          false,
          [&options, profile = read_profile_of(options)](const Settings& settings) {
            return std::make_unique<ClientBench>(tested_program(options), profile, client_cases(), settings);
          },
          {}};
}

/// The jobs that can never have their turn: what they need is missing, or needs them.
std::set<std::string_view> stuck_jobs(const std::vector<Job>& jobs) {
  std::set<std::string_view> stuck;
  for (const Job& job : jobs) stuck.insert(job.id);
  const auto is_ready = [&](const Job& job) {
    return stuck.contains(job.id) && std::ranges::all_of(job.needs, [&](std::string_view need) {
             return !stuck.contains(need) && std::ranges::find(jobs, need, &Job::id) != jobs.end();
           });
  };
  for (auto ready = std::ranges::find_if(jobs, is_ready); ready != jobs.end();
       ready = std::ranges::find_if(jobs, is_ready))
    stuck.erase(ready->id);
  return stuck;
}

}  // namespace

Probed probe_program(const Options& options, const Dialect& dialect, ProbeGoal goal) {
  Settings settings = options.settings;
  settings.dialect = dialect;
  const std::size_t at_once = options.command.empty() ? 1 : options.workers() + options.workers_in_vain();
  const auto make_bench = [&]() -> std::unique_ptr<ServerBench> {
    if (options.command.empty())
      return std::make_unique<RunningServerBench>(to_endpoint(options.address), server_cases(), settings);
    return std::make_unique<StartedServerBench>(tested_program(options), server_cases(), settings);
  };
  const auto probe = [&] {
    return options.is_about_client()
               ? probe_client(tested_program(options), read_profile_of(options), settings, at_once, goal)
               : probe_server(make_bench, at_once, goal);
  };
  constexpr int most_tries = 3;
  return try_in_time(
             {settings.lateness, most_tries, [&] { return has_come(settings.interruption); }}, probe,
             [](const Probed& /*probed*/) { return false; },
             [](const Probed& /*probed*/) { return std::string(); })
      .found;
}

std::vector<Job> all_jobs() {
  auto jobs = to_jobs(server_cases());
  std::ranges::move(to_jobs(client_cases()), std::back_inserter(jobs));
  return jobs;
}

Subject make_subject(const Options& options) {
  Subject subject =
      options.task == Task::judge_client ? make_client_subject(options) : make_server_subject(options);
  subject.probe = [&options](ProbeGoal goal, const Dialect& dialect) {
    return probe_program(options, dialect, goal);
  };
  return subject;
}

namespace {

/// What is wrong with the cases that judge one side.
std::vector<std::string> gaps(const std::vector<Job>& jobs, Bound other_side) {
  std::vector<std::string> found;
  std::set<std::string_view> ids;
  std::set<std::string_view> tried;
  for (const Job& job : jobs) {
    const std::string name = "case " + std::string(job.id);
    const Clause* clause = find_clause(job.clause_id);
    if (clause == nullptr || clause->bound == other_side)
      found.push_back(name + " names no clause that binds this side");
    if (!ids.insert(job.id).second) found.push_back(name + " is there twice");
    tried.insert(job.clause_id);
  }
  for (const auto& id : stuck_jobs(jobs))
    found.push_back("case " + std::string(id) + " waits for itself, or for one that is not there");
  for (const Clause& clause : all_clauses())
    if (clause.bound != other_side && clause.level != Level::may && !tried.contains(clause.id))
      found.push_back("no case tries " + std::string(clause.id) + ": " + std::string(clause.sentence));
  return found;
}

}  // namespace

bool cases_cover_clauses() {
  auto found = gaps(to_jobs(server_cases()), Bound::client);
  std::ranges::move(gaps(to_jobs(client_cases()), Bound::server), std::back_inserter(found));
  for (const auto& gap : found) std::cerr << "parley-conform: " << gap << '\n';
  return found.empty();
}

}  // namespace parley::conform
