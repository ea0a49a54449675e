#pragma once

#include "server/context.hpp"
#include "server/session.hpp"

namespace parley {

/// The LiveCode dialect (PROTOCOL.md, LC1 to LC5).
SessionFactory livecode_sessions(Context& context);

}  // namespace parley
