#pragma once

#include <ctime>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_descriptor.hpp"

namespace parley::client {

/// The file that the lines of a chat are added to, each with its date and time. Only the user can read one
/// that it makes. Keeps nothing in memory. Belongs to one thread.
class ChatLog {
 public:
  /// Nothing is written until then. Returns why nothing will be.
  std::optional<std::string> open(const std::string& path);

  /// Adds lines, parted by CR LF, without their colours and the time of day that they begin with. Returns why
  /// they could not be written, unless the ones before could not be either.
  std::optional<std::string> add(std::string_view text, std::time_t time);

 private:
  bool write(std::string_view bytes);

  std::string path_;
  FileDescriptor file_;
  bool fails_ = false;
  bool has_half_line_ = false;  // the disk was full in its middle
};

}  // namespace parley::client
