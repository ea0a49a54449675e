#pragma once

#include "server/context.hpp"
#include "server/net/session.hpp"

namespace parley {

/// The NAME, GET_NAMES, MSG dialect (PROTOCOL.md, NM1 to NM4).
SessionFactory names_sessions(Context& context);

}  // namespace parley
