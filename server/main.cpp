#include <pthread.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "server/log.hpp"
#include "server/net/memory.hpp"
#include "server/options.hpp"
#include "server/server.hpp"

namespace {

using namespace parley;

/// SIGINT and SIGTERM, kept from every thread that is started later: this one waits for them.
sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

/// Somebody asks again.
bool is_pending(const sigset_t& signals) {
  constexpr timespec at_once{0, 0};
  return ::sigtimedwait(&signals, nullptr, &at_once) > 0;
}

void wait_for_stop(const Server& server, const Options& options, const sigset_t& signals) {
  constexpr timespec look_interval{0, 50'000'000};
  for (;;) {
    const int signal = options.idle_exit ? ::sigtimedwait(&signals, nullptr, &look_interval)
                                         : ::sigwaitinfo(&signals, nullptr);
    if (signal > 0) return;
    // A wait may also end because the process was stopped and goes on.
    if (options.idle_exit && server.idle_for() > std::chrono::milliseconds{0} &&
        server.idle_for() >= *options.idle_exit)
      return;
  }
}

/// The port alone, or when other dialects are spoken, too, a line for each: its name and its port.
void write_port_file(const std::string& path, const std::vector<Server::Endpoint>& endpoints) {
  // Under another name first: who waits for the file must not read half of it.
  const std::string draft = path + ".new";
  std::ofstream file(draft);
  for (const auto& [dialect, address] : endpoints) {
    if (endpoints.size() > 1) file << dialect.name << ' ';
    file << address.port() << '\n';
  }
  file.close();
  if (!file || std::rename(draft.c_str(), path.c_str()) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot write " + path);
}

int run(const Options& options) {
  keep_freed_memory_whole();
  const sigset_t signals = block_stop_signals();
  std::signal(SIGPIPE, SIG_IGN);
  const auto log = make_logger("parleyd", options.log_level);
  Server server(options, *log);
  const auto endpoints = server.endpoints();
  if (!options.port_file.empty()) write_port_file(options.port_file, endpoints);
  server.start();
  for (const auto& [dialect, address] : endpoints) {
    std::cout << "parleyd: listening on " << to_text(address);
    if (&dialect != &endpoints.front().dialect) std::cout << " (" << dialect.name << ')';
    std::cout << std::endl;
  }

  wait_for_stop(server, options, signals);
  server.stop([&] { return is_pending(signals); });
  const Counters& counters = server.counters();
  std::cout << "parleyd: served " << counters.users << " users, delivered " << counters.delivered
            << " messages, refused " << counters.refused << ", " << counters.bytes << " bytes" << std::endl;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  int exit_code = 0;
  const auto options = parse_options(argc, argv, exit_code);
  if (!options) return exit_code;
  try {
    return run(*options);
  } catch (const std::exception& error) {
    std::cerr << "parleyd: " << error.what() << '\n';
    return exit_usage;
  }
}
