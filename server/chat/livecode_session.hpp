#pragma once

#include "server/context.hpp"
#include "server/net/session.hpp"

namespace parley {

/// The LiveCode dialect (PROTOCOL.md, LC1 to LC5).
SessionFactory livecode_sessions(Context& context);

}  // namespace parley
