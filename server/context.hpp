#pragma once

#include "server/accounts/accounts.hpp"
#include "server/bans/ban_list.hpp"
#include "server/counters.hpp"
#include "server/directory/chat_service.hpp"
#include "server/directory/directory.hpp"
#include "server/directory/receipt.hpp"
#include "server/limits.hpp"
#include "server/logger.hpp"
#include "server/net/flood_policy.hpp"

namespace parley {

/// What every session of one server shares. Lives as long as the server; safe from any thread.
struct Context {
  const Limits limits;
  const FloodPolicy floods;
  spdlog::logger& log;
  Directory directory;
  accounts::Accounts accounts{};
  Counters counters{};
  BanList bans{};
  ChatService chat{directory, counters, bans};
  DeliveryCounter deliveries{counters};
};

}  // namespace parley
