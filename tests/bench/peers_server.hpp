#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/peers_system.hpp"

namespace parley::bench {

/// What a program is started with: `directory` is its own, empty and removed at its end, `port` the one to
/// listen on.
using MakeArguments =
    std::function<std::vector<std::string>(const std::filesystem::path& directory, std::uint16_t port)>;

/// Starts a program that is installed on this machine, and returns when it can be connected to. Throws
/// std::runtime_error when it is not there, or does not come up in time.
std::unique_ptr<Server> start_program(const std::string& program, const MakeArguments& make_arguments);

/// Writes a file of that text. Returns its path, for an argument.
std::string write_configuration(const std::filesystem::path& directory, const std::string& text);

}  // namespace parley::bench
