#pragma once

#include <spdlog/formatter.h>

#include <climits>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace parley {

/// How a line of the log is written.
enum class LogFormat : std::uint8_t {
  text,    ///< for people
  logfmt,  ///< time=... level=info msg="...": for both
  json     ///< an object: for programs
};

/// The longest line, its end included: a pipe takes it whole or not at all.
inline constexpr std::size_t max_log_line_bytes = PIPE_BUF;

/// What makes a line of a message. `is_journal`: the reader keeps its own time of each line, and wants
/// the priority of syslog before it, as in "<6>". Whatever bytes a message has, a line of logfmt or json is
/// one line, UTF-8, valid and not too long: what does not fit is cut off, and bytes that are no text are
/// U+FFFD.
std::unique_ptr<spdlog::formatter> make_log_formatter(LogFormat format, bool is_journal);

/// Whether this descriptor leads to systemd's journal, as the environment (JOURNAL_STREAM) and the system
/// (the descriptor's file) agree.
bool leads_to_journal(int descriptor);

}  // namespace parley
