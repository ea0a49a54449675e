#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

/// Small files of lines in parley's folder. For one thread; another parley may read and write them, too.
namespace parley::client {

/// A file's lines, or why they cannot be read. Where there is no file there are no lines, and no problem.
struct StateLines {
  std::vector<std::string> lines;
  std::string problem;
};

/// Those of its first `max_bytes` that have no more than `max_line_bytes`, without empty ones.
StateLines read_state_lines(const std::filesystem::path& path, std::size_t max_bytes,
                            std::size_t max_line_bytes);

/// Writes it whole or not at all, and makes the folders, for the user alone. Why it could not; empty when it
/// could.
std::string write_state_lines(const std::filesystem::path& path, const std::vector<std::string>& lines);

}  // namespace parley::client
