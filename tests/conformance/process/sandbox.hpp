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

/// The program's own folder in a sandbox.
inline const std::string sandbox_folder = "/submission";

/// Why no sandbox can be made here, and what to do, a sentence part; empty when one can: it was tried, for a
/// program that begins in `confinement.folder`. Then this process, from here on, has mounts of its own and,
/// unless it is root's, is in a user namespace of its own. To be called while there is one thread. What only
/// may be so for now, or is not known to be forbidden, is tried again for 2 s; then throws std::system_error
/// or std::runtime_error.
std::string prepare_sandboxes(const Confinement& confinement);

/// In this process's mounts: an empty file system in memory in place of a folder, of so many bytes at most.
/// Only after prepare_sandboxes(). Throws std::system_error.
void mount_in_memory(const std::string& folder, std::size_t most_bytes, std::size_t most_files);

/// Gives the calling thread, and what it starts from here on, a network of its own: loopback, and every port
/// free. Sockets that are open stay where they are. Throws std::system_error.
void enter_own_network();

/// Where sandbox_words() has bwrap tell how the program ended, if there was one.
inline constexpr int status_descriptor = 3;

/// The command line of bwrap, up to the program's own.
std::vector<std::string> sandbox_words(const Confinement& confinement);

}  // namespace parley::conform
