#pragma once

#include <spdlog/logger.h>

#include <memory>
#include <string>

namespace parley {

/// A logger to stderr that never blocks: a line that nobody takes (a pipe that is full) is dropped and
/// counted, and the count is told with the next line that fits. Safe from any thread.
std::shared_ptr<spdlog::logger> make_logger(const std::string& name, spdlog::level::level_enum level);

}  // namespace parley
