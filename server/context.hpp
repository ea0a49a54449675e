#pragma once

#include <spdlog/logger.h>

#include "protocol/two_socket.hpp"
#include "server/counters.hpp"
#include "server/directory.hpp"
#include "server/limits.hpp"

namespace parley {

/// What every session of one server shares. Lives as long as the server; safe from any thread.
struct Context {
  const Limits limits;
  const two_socket::DeliveredWord delivered_word;
  spdlog::logger& log;
  Directory directory;
  Counters counters{};
};

}  // namespace parley
