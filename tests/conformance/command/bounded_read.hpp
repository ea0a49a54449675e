#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/text_file.hpp"

namespace parley::conform {

/// read_text_file() for a file that the command line names. Throws BadInput, which names the file.
std::string text_of_file(const std::filesystem::path& path, std::size_t most_bytes);

}  // namespace parley::conform
