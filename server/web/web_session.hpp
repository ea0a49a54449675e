#pragma once

#include <string>
#include <vector>

#include "server/context.hpp"
#include "server/net/session.hpp"

namespace parley {

/// Browsers: the page over HTTP, and on its WebSocket the JSON of the rooms (PROTOCOL.md, WB1 to WB6).
/// `own_names`: by which browsers know the server besides its addresses, localhost and this machine's name.
SessionFactory web_sessions(Context& context, const std::vector<std::string>& own_names);

}  // namespace parley
