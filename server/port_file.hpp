#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/file_descriptor.hpp"
#include "base/output.hpp"

namespace parley {

/// The file that tells others the ports. For one thread.
class PortFile {
 public:
  /// Writes nothing yet; an empty path is no file. Before the server opens anything: a descriptor that is
  /// named must be the caller's. Throws std::system_error when that is not open for writing.
  explicit PortFile(std::string path);

  /// As withdraw().
  ~PortFile() { withdraw(); }
  PortFile(const PortFile&) = delete;
  PortFile& operator=(const PortFile&) = delete;

  /// Where a regular file is, or nothing, the whole text appears at once, behind a symbolic link, too. What
  /// else can be written to gets the text and is left as it is: false when nobody takes it yet (a FIFO
  /// without a reader, a full pipe), to be called again. Throws std::runtime_error when it cannot be written.
  bool publish(std::string_view text);

  /// Removes the regular file that publish() wrote, unless somebody else has put another one in its place.
  void withdraw() noexcept;

 private:
  void replace(const std::string& target, std::string_view text);
  bool put(const Output& output, std::string_view text) const;
  [[noreturn]] void fail(int error) const;

  const std::string path_;
  std::optional<Output> descriptor_;  // when the path is a name of one
  std::string target_;                // of the file that was written
  FileDescriptor own_;                // held open, so that no other file can have its number
};

}  // namespace parley
