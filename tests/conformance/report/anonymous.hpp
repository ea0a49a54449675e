#pragma once

#include "tests/conformance/model/transcript.hpp"

namespace parley::conform {

/// The transcript without what could tell whose program it was: of what the program said only those words
/// are left that the suite itself has said, that the protocol knows, or that are short numbers; what it
/// printed beside the protocol is left out. Lanes keep their numbers. Pure function; safe from any thread.
Transcript anonymous(const Transcript& transcript);

}  // namespace parley::conform
