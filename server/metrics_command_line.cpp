#include "server/metrics_command_line.hpp"

#include <stdexcept>

#include "base/command_line.hpp"

namespace parley {

MetricsCommandLine::MetricsCommandLine(CLI::App& app, MetricsPlace& place) {
  const std::string watching = "Watching";
  port_option_ = add_number(
      app, "--metrics", 0, 65535,
      [&place](std::uint64_t port) { place.port = static_cast<std::uint16_t>(port); },
      "Show Prometheus how the server is: http://HOST:PORT/metrics; 0 picks a free one");
  port_option_->group(watching)->type_name("PORT");
  host_option_ = add_text(app, "--metrics-host", place.host,
                          "Address or name to show it at; anybody who can connect there may see it");
  host_option_->group(watching)->type_name("HOST")->default_str(place.host);
}

void MetricsCommandLine::check() const {
  if (host_option_->count() > 0 && port_option_->count() == 0)
    throw std::invalid_argument("--metrics-host means nothing without --metrics, the port");
}

}  // namespace parley
