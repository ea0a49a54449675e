#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace parley {

/// What people have written.
struct TextFile {
  std::string text;
  std::string problem;  ///< why it cannot be used, such as "Permission denied"; empty when it can
};

/// Reads a file, or a pipe that somebody writes to, of no more than so many bytes. It waits for five seconds
/// at most. Any thread.
TextFile read_text_file(const std::filesystem::path& path, std::size_t most_bytes);

}  // namespace parley
