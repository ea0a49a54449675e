#include "server/connection_caps.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <stdexcept>

#include "server/dialects.hpp"
#include "server/metrics/http_port.hpp"

namespace parley {
namespace {

constexpr std::size_t files_of_listener = 2;

/// The file limit raised as far as it goes, less what is not for clients.
std::size_t connections_by_file_limit(const Limits& limits, std::size_t listeners) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);  // best effort: what holds is read back
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const auto files = static_cast<std::size_t>(limit.rlim_cur);
  const std::size_t own = Limits::reserved_files +
                          files_of_listener * (std::max(listeners, dialects().size()) - dialects().size());
  const std::size_t reserved = own + limits.max_refusals;
  if (files <= reserved)
    throw std::runtime_error(
        fmt::format("{} files may be open, which leaves none for clients: {} are for the server itself and "
                    "{} for those whom it refuses; allow more (ulimit -n) or fewer of these (--max-refusals)",
                    files, own, limits.max_refusals));
  return files - reserved;
}

/// What the options and sockets that were passed ask for, at most.
std::size_t count_listeners(const Options& options, std::size_t passed) {
  for (const ListenPort& port : options.ports) passed += port.hosts.size();
  return passed + (options.metrics.port ? metrics::HttpPort::most_files / files_of_listener : 0);
}

}  // namespace

Admission::Caps connection_caps(const Options& options, std::size_t passed) {
  const Limits& limits = options.limits;
  const std::size_t possible = connections_by_file_limit(limits, count_listeners(options, passed));
  const std::size_t connections =
      limits.max_connections > 0 ? std::min(limits.max_connections, possible) : possible;
  const bool is_usual = limits.max_connections_per_address == 0;
  return {connections,
          is_usual ? std::max<std::size_t>(connections / 4, 1) : limits.max_connections_per_address, is_usual,
          limits.max_refusals};
}

}  // namespace parley
