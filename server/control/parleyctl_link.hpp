#pragma once

#include <string>
#include <string_view>

#include "base/file_descriptor.hpp"
#include "base/function_ref.hpp"

namespace parley::control {

/// parleyctl's connection to a server. For one thread.
class ServerLink {
 public:
  /// Connects. Throws std::runtime_error, whose text says what to do.
  explicit ServerLink(const std::string& path);

  /// Writes the request, a line with its LF, and gives each line of the answer, without its LF, to `take`,
  /// until that returns false. Throws std::runtime_error when the server ends or is silent for too long.
  void ask(std::string_view request, FunctionRef<bool(std::string_view)> take);

 private:
  FileDescriptor socket_;
};

}  // namespace parley::control
