#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "server/log_layout.hpp"
#include "server/logger.hpp"

namespace parley {

/// How much of a frame is logged at the level debug: see visible_beginning().
inline constexpr std::size_t logged_frame_bytes = 200;

/// A logger to the end of a file, or to stderr when none is named. It never blocks: a line that nobody takes
/// (a full pipe, a full disk) is dropped and counted, and the count is told with the next line that fits.
/// What leads to systemd's journal has its priorities, and no time of our own. Safe from any thread. Throws
/// std::system_error when the file cannot be opened.
std::shared_ptr<spdlog::logger> make_logger(const std::string& name, spdlog::level::level_enum level,
                                            const std::string& file = {}, LogFormat format = LogFormat::text);

/// How many lines of such a logger have been dropped so far. Safe from any thread.
std::uint64_t dropped_lines(const spdlog::logger& logger);

/// Opens the file of such a logger anew under its name, as whoever has renamed the old one wants. The new one
/// begins with a line that says so, whatever the level, behind the number of lines that were dropped, if any
/// were. When there can be no new one the old one goes on, and is told so. Nothing when it is stderr. Safe
/// from any thread.
void reopen_log(spdlog::logger& logger);

}  // namespace parley
