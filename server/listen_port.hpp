#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/dialects.hpp"

namespace parley {

/// A dialect to be spoken, at which addresses or names of this machine, and the port; 0 is any free one, the
/// same at all of them.
struct ListenPort {
  const Dialect* dialect;
  std::vector<std::string> hosts;
  std::uint16_t port;
  bool is_tls = false;
};

/// The option that says at which port a dialect is spoken, in clear or over TLS.
inline std::string port_option(const Dialect& dialect, bool is_tls = false) {
  if (&dialect == &dialects().front()) return is_tls ? "--tls-port" : "--port";
  return "--" + spoken_name(dialect, is_tls);
}

/// The option that says at which addresses a dialect is spoken.
inline std::string host_option(const Dialect& dialect) {
  return &dialect == &dialects().front() ? "--host" : "--" + std::string(dialect.name) + "-host";
}

}  // namespace parley
