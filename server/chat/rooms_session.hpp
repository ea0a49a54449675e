#pragma once

#include "server/context.hpp"
#include "server/net/session.hpp"

namespace parley {

/// The JSON rooms dialect (PROTOCOL.md, RM1 to RM10). The raw clients of one factory's sessions hear each
/// other.
SessionFactory rooms_sessions(Context& context);

}  // namespace parley
