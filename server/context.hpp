#pragma once

#include <spdlog/logger.h>

#include "server/counters.hpp"
#include "server/directory/directory.hpp"
#include "server/directory/receipt.hpp"
#include "server/limits.hpp"

namespace parley {

/// What every session of one server shares. Lives as long as the server; safe from any thread.
struct Context {
  const Limits limits;
  spdlog::logger& log;
  Directory directory;
  Counters counters{};
  DeliveryCounter deliveries{counters};
};

}  // namespace parley
