#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/output.hpp"
#include "server/log.hpp"
#include "server/metrics/metrics.hpp"
#include "server/net/memory.hpp"
#include "server/options.hpp"
#include "server/passed_sockets.hpp"
#include "server/port_file.hpp"
#include "server/server.hpp"
#include "server/service_manager.hpp"
#include "server/signals.hpp"

namespace {

using namespace parley;
using std::chrono::milliseconds;

using Endpoints = std::vector<Server::Endpoint>;

using Metrics = std::optional<metrics::Metrics>;

/// The port alone, or when there are others, too, a line for each: its name and its port.
std::string port_lines(const Endpoints& endpoints, const Metrics& metrics) {
  const auto is_of_first = [&](const Server::Endpoint& endpoint) {
    return &endpoint.dialect == &endpoints.front().dialect && endpoint.is_tls == endpoints.front().is_tls;
  };
  const bool is_alone = !metrics && std::ranges::all_of(endpoints, is_of_first);
  std::string lines;
  std::string last;
  for (const auto& [dialect, address, is_tls] : endpoints) {
    const std::string name = is_alone ? "" : spoken_name(dialect, is_tls) + ' ';
    const std::string line = name + std::to_string(address.port()) + '\n';
    if (line != std::exchange(last, line)) lines += line;  // once, however many hosts it has
  }
  if (metrics) lines += "metrics " + std::to_string(metrics->endpoint().port()) + '\n';
  return lines;
}

std::string announcement(const Endpoints& endpoints, const Metrics& metrics) {
  std::string lines;
  for (const auto& [dialect, address, is_tls] : endpoints) {
    lines += "parleyd: listening on " + to_text(address);
    if (is_tls || &dialect != &endpoints.front().dialect)
      lines.append(" (").append(spoken_name(dialect, is_tls)) += ')';
    lines += '\n';
  }
  if (metrics) lines += "parleyd: metrics at http://" + to_text(metrics->endpoint()) + "/metrics\n";
  return lines;
}

/// Without the program's name, for a status beside which it stands.
std::string_view first_line(std::string_view announced) {
  announced.remove_prefix(std::string_view("parleyd: ").size());
  return announced.substr(0, announced.find('\n'));
}

std::string farewell(const Counters& counters) {
  return "parleyd: served " + std::to_string(counters.users) + " users, delivered " +
         std::to_string(counters.delivered) + " messages, refused " + std::to_string(counters.refused) +
         ", " + std::to_string(counters.bytes) + " bytes, turned away " +
         std::to_string(counters.turned_away) + " connections\n";
}

/// What the server does beside its sessions: this thread does it.
class Service {
 public:
  explicit Service(const Options& options)
      : options_(options),
        passed_(options.takes_passed_sockets ? take_passed_sockets() : std::vector<PassedSocket>{}),
        port_file_(options.port_file),
        log_(make_logger("parleyd", options.log_level, options.log_file, options.log_format)),
        manager_(*log_),
        server_(options, *log_, std::move(passed_)) {
    if (options.metrics.port)
      metrics_.emplace(options.metrics.host, *options.metrics.port, [this] { return server_.figures(); });
  }

  void start() {
    server_.start([this] { return is_asked_early_ = is_asked_early_ || is_asked_to_stop(milliseconds{0}); });
    const Endpoints endpoints = server_.endpoints();
    if (metrics_) metrics_->start();
    ports_ = port_lines(endpoints, metrics_);
    is_published_ = port_file_.publish(ports_);
    std::string said = announcement(endpoints, metrics_);
    if (const std::string fingerprint = server_.certificate_fingerprint(); !fingerprint.empty())
      said += "parleyd: the certificate's SHA-256 is " + fingerprint + '\n';
    put_or_drop(STDOUT_FILENO, said);
    manager_.tell_ready(first_line(said));
  }

  /// Until somebody asks to stop, or the last client has been gone for long enough.
  void wait() {
    if (is_asked_early_) return;
    while (!is_asked_to_stop(options_.idle_exit || !is_published_ ? std::optional(look_interval)
                                                                  : std::nullopt)) {
      if (!is_published_) publish_late();
      const milliseconds idle = server_.idle_for();
      if (options_.idle_exit && idle > milliseconds{0} && idle >= *options_.idle_exit) return;
    }
  }

  /// At once, when somebody asks again.
  void stop() {
    manager_.tell_stopping();
    port_file_.withdraw();
    server_.stop([this] { return is_asked_to_stop(milliseconds{0}); });
    if (metrics_) metrics_->stop();
    put_or_drop(STDOUT_FILENO, farewell(server_.counters()));
  }

  /// Ends the process here if the rest of it may wait without end.
  void end(int exit_code) {
    log_->flush();
    if (server_.may_hang()) std::_Exit(exit_code);
  }

  /// Why it had to stop by itself; empty when it had not.
  std::string failure() const { return server_.failure(); }

 private:
  static constexpr milliseconds look_interval{50};

  bool is_asked_to_stop(std::optional<milliseconds> time) {
    if (const auto due = manager_.due_in()) time = std::min(time.value_or(*due), *due);
    const Asked asked = signals_.wait(time);
    manager_.keep_alive(server_.looks());
    if (asked == Asked::to_reload) {
      manager_.tell_reloading();
      reopen_log(*log_);
      server_.reload_certificate();
      server_.reload_accounts();
      manager_.tell_reloaded();
    }
    return asked == Asked::to_stop;
  }

  void publish_late() {
    try {
      is_published_ = port_file_.publish(ports_);
    } catch (const std::exception& error) {
      log_->error("{}", error.what());
      is_published_ = true;  // as far as it can be
    }
  }

  const Options& options_;
  const Signals signals_;             // first: what others open and start comes after it
  std::vector<PassedSocket> passed_;  // until the server takes them
  PortFile port_file_;
  const std::shared_ptr<spdlog::logger> log_;
  ServiceManager manager_;
  Server server_;
  Metrics metrics_;  // null without; its thread looks at the server
  std::string ports_;
  bool is_published_ = false;
  bool is_asked_early_ = false;  // to stop, before it had started
};

int run(int argc, char** argv) {
  open_standard_streams(O_RDONLY);  // a port file or a log that leads there is a mistake
  int exit_code = 0;
  const auto options = parse_options(argc, argv, exit_code);
  if (!options) return exit_code;
  keep_freed_memory_whole();
  Service service(*options);
  service.start();
  service.wait();
  service.stop();
  const std::string failure = service.failure();
  if (!failure.empty()) put_or_drop(STDERR_FILENO, "parleyd: " + failure + '\n');
  const int end_code = failure.empty() ? 0 : exit_usage;
  service.end(end_code);
  return end_code;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::bad_alloc&) {
    put_or_drop(STDERR_FILENO, "parleyd: out of memory; allow more (ulimit -v)\n");
  } catch (const std::exception& error) {
    put_or_drop(STDERR_FILENO, std::string("parleyd: ") + error.what() + '\n');
  }
  return exit_usage;
}
