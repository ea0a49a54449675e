#pragma once

#include <span>

#include "base/embedded_file.hpp"

namespace parley::metrics {

/// The page at /status, and what it loads: the files of page/.
std::span<const EmbeddedFile> status_files();

}  // namespace parley::metrics
