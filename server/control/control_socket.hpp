#pragma once

#include <sys/types.h>

#include <string>

#include "base/file_descriptor.hpp"

namespace parley::control {

/// A listening Unix socket at a path, for its owner alone. For one thread.
class ControlSocket {
 public:
  /// One that nobody listens at any more is replaced. Throws std::runtime_error, whose text says what to do.
  explicit ControlSocket(std::string path);

  /// Removes it, unless another one is there by now.
  ~ControlSocket();
  ControlSocket(const ControlSocket&) = delete;
  ControlSocket& operator=(const ControlSocket&) = delete;

  /// Does not block.
  int descriptor() const { return socket_.get(); }

 private:
  const std::string path_;
  FileDescriptor socket_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace parley::control
