#pragma once

#include <spdlog/logger.h>

#include <cstddef>
#include <memory>
#include <string>

namespace parley {

/// How much of a frame is logged at the level debug: see visible_beginning().
inline constexpr std::size_t logged_frame_bytes = 200;

/// A logger to stderr that never blocks: a line that nobody takes (a pipe that is full) is dropped and
/// counted, and the count is told with the next line that fits. Safe from any thread.
std::shared_ptr<spdlog::logger> make_logger(const std::string& name, spdlog::level::level_enum level);

}  // namespace parley
