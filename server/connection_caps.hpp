#pragma once

#include <cstddef>

#include "server/net/admission.hpp"
#include "server/options.hpp"

namespace parley {

/// How many may be connected at once: what the options say, as far as the system's limit of files allows it,
/// which is raised as far as it goes. `passed`: sockets that were passed. Throws std::runtime_error, whose
/// text says what to do, when that leaves none.
Admission::Caps connection_caps(const Options& options, std::size_t passed);

}  // namespace parley
