#pragma once

#include <iosfwd>

#include "tests/conformance/model/verdict.hpp"

namespace parley::conform {

/// Writes the exchange of one case with a server as a Python script that needs nothing else: it opens the
/// same sockets, sends the same bytes in the same order, and shows what comes instead of what came. Pure.
void write_server_replay(std::ostream& out, const Result& result);

/// The same for a client: the script plays the server and says what is to be typed.
void write_client_replay(std::ostream& out, const Result& result);

}  // namespace parley::conform
