#pragma once

#include "tests/conformance/command/options.hpp"

namespace parley::conform {

/// Settles how programs are to be confined: in sandboxes when they are wanted and can be made, which is
/// tried. Says on stderr when they cannot. To be called once, while there is one thread. Throws BadInput.
void settle_confinement(Options& options);

}  // namespace parley::conform
