#pragma once

#include <string>
#include <vector>

#include "tests/conformance/process/confinement.hpp"

/// Sandboxes for programs under test, made by bubblewrap (bwrap). The suite's own threads stay outside, but
/// share the network of the sandbox: each enters one of its own before it starts a program, and so do its
/// sockets.
namespace parley::conform {

/// Home of whoever is in a sandbox.
inline const std::string sandbox_home = "/home";

/// Why no sandbox can be made here, and what to do, a sentence part; empty when one can: it was tried. Then
/// this process, unless it is root's, is in a user namespace of its own from here on. To be called while
/// there is one thread.
std::string prepare_sandboxes(const Confinement& confinement);

/// Gives the calling thread, and what it starts from here on, a network of its own: loopback, and every port
/// free. Sockets that are open stay where they are. Throws std::system_error.
void enter_own_network();

/// The command line of bwrap, up to the program's own.
std::vector<std::string> sandbox_words(const Confinement& confinement);

}  // namespace parley::conform
