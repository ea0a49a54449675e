#pragma once

#include "server/context.hpp"
#include "server/net/session.hpp"

namespace parley {

/// The telnet dialect (PROTOCOL.md, TN1 to TN6).
SessionFactory telnet_sessions(Context& context);

}  // namespace parley
