#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/file_descriptor.hpp"
#include "server/logger.hpp"

namespace parley {

/// Tells whoever has started the server, systemd above all, how it is: datagrams to the socket that
/// NOTIFY_SOCKET names, as sd_notify(3) has them. Nobody is told where there is none. libsystemd would be one
/// more library for one sendto(). For one thread.
class ServiceManager {
 public:
  using Clock = std::chrono::steady_clock;

  explicit ServiceManager(spdlog::logger& log);

  /// That it can be connected to; `status` is a line for people.
  void tell_ready(std::string_view status);
  /// Nothing before tell_ready() and after tell_stopping(), when it is not ready.
  void tell_reloading();
  void tell_reloaded();
  void tell_stopping();

  /// When keep_alive() is to be called next at the latest; nothing where nobody watches.
  std::optional<std::chrono::milliseconds> due_in() const;

  /// Tells that the server lives, twice in the time after which WATCHDOG_USEC takes it for dead, and only if
  /// `looks` has changed since: a server that stands still is not to be kept.
  void keep_alive(std::uint64_t looks);

 private:
  void tell(const std::string& state);

  spdlog::logger& log_;
  FileDescriptor socket_;
  std::string address_;  // of a Unix socket; begins with 0 when it is no file
  std::chrono::microseconds interval_{0};
  Clock::time_point due_;
  std::uint64_t looks_ = 0;
  bool is_ready_ = false;
};

}  // namespace parley
