#pragma once

namespace parley::bench {

/// The physical limit: a server with a thread per socket, as parleyd has, that reads bytes, writes them on,
/// reads the receipt and writes it back, and looks at none of them. Prints `relay: listening on PORT`; serves
/// until its standard input ends. Returns the exit code.
///
/// A client says once `GROUP ROLE SIZE\n` (SIZE: receivers in the group) and hears `ok\n`. ROLE: r receives,
/// s sends, and t is one of many who send to one receiver, each message when the last one's receipt has come.
int run_relay();

}  // namespace parley::bench
