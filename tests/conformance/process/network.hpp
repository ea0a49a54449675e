#pragma once

#include "base/file_descriptor.hpp"

namespace parley::conform {

/// A network, and the way into it: what a thread that is in it starts or opens is in it, too. Belongs to one
/// thread.
class Network {
 public:
  /// `own`: a new one, in which the calling thread is from here on; only after prepare_sandboxes(). Throws
  /// std::system_error.
  explicit Network(bool own);

  /// The calling thread, which may be another one, is in it from here on. Throws std::system_error.
  void enter() const;

 private:
  FileDescriptor handle_;  // none: that of all threads
};

}  // namespace parley::conform
