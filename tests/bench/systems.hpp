#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/file_descriptor.hpp"

namespace parley::bench {

/// One sender and those who get what it sends, signed on to a server; and the bytes of one exchange. The
/// client is the same for every server: it writes `request`, each receiver reads `delivery_bytes` and writes
/// `receipt`, the sender reads `answer_bytes`.
struct Group {
  std::vector<FileDescriptor> idle;  // sockets that the protocol wants but the exchange does not use
  FileDescriptor sender;
  std::vector<FileDescriptor> receivers;
  std::string request;
  std::size_t delivery_bytes = 0;
  std::string receipt;
  std::size_t answer_bytes = 0;
};

/// A server under load, started for one measurement and ended with this object.
class System {
 public:
  virtual ~System() = default;
  virtual std::string name() const = 0;
  virtual pid_t pid() const = 0;

  /// Where it listens, on 127.0.0.1.
  virtual std::uint16_t port() const = 0;

  /// Signs a group on. `number` is different for each group of one server.
  virtual Group make_group(unsigned number, std::size_t receivers, std::size_t body_bytes) = 0;
};

std::unique_ptr<System> start_relay();
std::unique_ptr<System> start_parleyd();

}  // namespace parley::bench
