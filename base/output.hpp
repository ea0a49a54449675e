#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/file_descriptor.hpp"

/// What others have named for output: a pipe that nobody reads, a terminal that stands still or a full disk
/// must not hold the program. Safe from any thread, but for open_standard_streams().
namespace parley {

/// Opens descriptors 0, 1 and 2 on /dev/null where the caller had closed them, so that no socket takes their
/// place. With O_RDWR what is written there vanishes, with O_RDONLY that fails. Before anything else is
/// opened. Throws std::system_error.
void open_standard_streams(int mode);

/// The path to which the symbolic links at its end lead, which may be nothing, or a descriptor. Throws
/// std::system_error.
std::string follow_links(std::string path);

/// The descriptor of this program that a path without links is a name of, as /dev/fd/3 is.
std::optional<int> to_descriptor(std::string_view path);

/// Something open to write to. What puts to it never waits longer than it says, but for one case: another
/// user's terminal or pipe, which cannot be opened anew, on a kernel that does not know how to write there
/// without waiting (RWF_NOWAIT). There is room for a line then, unless somebody else has just taken it.
class Output {
 public:
  /// Nothing: every put() fails.
  Output() = default;

  /// A file that was opened with O_NONBLOCK.
  explicit Output(FileDescriptor file) : Output(std::move(file), Way::own) {}

  /// What this descriptor leads to; the descriptor itself is not changed, since others may have it, too.
  /// Throws std::system_error when it is closed, or open for reading only.
  static Output to(int descriptor);

  /// What is at the path, or a new file, to write at its end; links are followed. A FIFO without a reader
  /// keeps what it can hold. Throws std::system_error.
  static Output to_end_of(const std::string& path);

  /// Writes the text, or its first PIPE_BUF bytes, once there is room. Otherwise false, and errno tells why:
  /// EAGAIN when the time was up; ENOSPC also when only a part was taken.
  bool put(std::string_view text, std::chrono::milliseconds patience) const;

 private:
  /// What keeps a write from waiting.
  enum class Way : std::uint8_t {
    own,     ///< nothing has to, or O_NONBLOCK of an open file of our own
    socket,  ///< a flag of send()
    shared   ///< a flag of pwritev2(): O_NONBLOCK is everybody's who has the open file
  };
  Output(FileDescriptor file, Way way) : file_(std::move(file)), way_(way) {}
  ssize_t write(std::string_view text) const;

  FileDescriptor file_;
  Way way_ = Way::own;
};

/// To a standard stream, such as a line for whoever has started the program. What it does not take within a
/// second is dropped; whether all was taken.
bool put_or_drop(int descriptor, std::string_view text);

}  // namespace parley
