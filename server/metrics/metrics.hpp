#pragma once

#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "server/figures.hpp"
#include "server/metrics/http_port.hpp"

namespace parley::metrics {

/// /metrics: what the server has done and has, as Prometheus reads it, and /status: the same as a picture for
/// people, on a port and a thread of its own. The figures are looked up when somebody asks, a few times in a
/// second at most. Who was refused, by name and address, is told to this machine alone.
class Metrics {
 public:
  /// Listens, and answers nobody yet. `figures` is called on the thread that answers, and must outlive it.
  /// Throws std::runtime_error, whose text says what to do, when it cannot listen there.
  Metrics(const std::string& host, std::uint16_t port, std::function<Figures()> figures);

  asio::ip::tcp::endpoint endpoint() const { return port_.endpoint(); }

  /// Begins to answer. Throws std::system_error when the system has no thread.
  void start() { port_.start(); }
  /// The thread that started it.
  void stop() { port_.stop(); }

 private:
  std::optional<HttpPort::Page> page(const HttpPort::Asked& asked);
  const Figures& figures();

  const std::function<Figures()> function_;
  Figures figures_;  // these two are of the thread that answers
  HttpPort::Clock::time_point figures_until_{};
  HttpPort port_;  // last: its thread uses all of the above
};

}  // namespace parley::metrics
