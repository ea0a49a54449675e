#pragma once

#include <vector>

#include "base/file_descriptor.hpp"
#include "server/dialects.hpp"

namespace parley {

/// A listening socket that was open before the server was started, as systemd opens those of a .socket unit:
/// who connects while the server is away is served by the next one.
struct PassedSocket {
  const Dialect* dialect;
  FileDescriptor socket;
  bool is_tls = false;
};

/// Those that the environment names: LISTEN_PID is this process, LISTEN_FDS how many there are, from
/// descriptor 3 on, LISTEN_FDNAMES each one's dialect as the port file has it; one without a name is of the
/// two-socket protocol. At the start, before anything is opened. Throws std::runtime_error, whose text says
/// what is wrong.
std::vector<PassedSocket> take_passed_sockets();

}  // namespace parley
