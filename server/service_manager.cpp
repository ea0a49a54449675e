#include "server/service_manager.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "base/environment.hpp"
#include "base/numbers.hpp"

namespace parley {

using std::chrono::microseconds;
using std::chrono::milliseconds;

namespace {

constexpr timeval most_wait{1, 0};  // for a manager that does not read
constexpr std::uint64_t least_watch_us = 1'000;
constexpr std::uint64_t most_watch_us = 1'000'000'000'000;

/// After which the manager takes this process for dead; 0 when it does not.
microseconds watch_time() {
  const std::string process = environment_variable("WATCHDOG_PID");
  const auto time = to_whole_number(environment_variable("WATCHDOG_USEC"));
  const bool is_ours = process.empty() || process == std::to_string(::getpid());
  if (!is_ours || !time || *time < least_watch_us || *time > most_watch_us) return microseconds{0};
  return microseconds(static_cast<microseconds::rep>(*time));
}

}  // namespace

ServiceManager::ServiceManager(spdlog::logger& log)
    : log_(log), address_(environment_variable("NOTIFY_SOCKET")) {
  const bool is_usable = (address_.starts_with('/') || address_.starts_with('@')) && address_.size() > 1 &&
                         address_.size() < sizeof(sockaddr_un::sun_path);
  if (!is_usable) {
    if (!address_.empty()) log_.warn("NOTIFY_SOCKET is no Unix socket; the service manager is told nothing");
    return;
  }
  if (address_.front() == '@') address_.front() = '\0';
  socket_ = FileDescriptor(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &most_wait, sizeof most_wait);
  interval_ = watch_time() / 2;
  due_ = Clock::now() + interval_;
}

void ServiceManager::tell_ready(std::string_view status) {
  is_ready_ = true;
  tell(fmt::format("READY=1\nSTATUS={}", status));
}

void ServiceManager::tell_reloading() {
  if (!is_ready_) return;
  const auto now = std::chrono::duration_cast<microseconds>(Clock::now().time_since_epoch());
  tell(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.count()));
}

void ServiceManager::tell_reloaded() {
  if (is_ready_) tell("READY=1");
}

void ServiceManager::tell_stopping() {
  is_ready_ = false;
  tell("STOPPING=1");
}

std::optional<milliseconds> ServiceManager::due_in() const {
  if (interval_ == microseconds{0}) return std::nullopt;
  return std::max(std::chrono::ceil<milliseconds>(due_ - Clock::now()), milliseconds{0});
}

void ServiceManager::keep_alive(std::uint64_t looks) {
  const auto now = Clock::now();
  if (interval_ == microseconds{0} || now < due_) return;
  if (looks == looks_) {
    due_ = now + interval_ / 4;
    return;
  }
  looks_ = looks;
  due_ = now + interval_;
  tell("WATCHDOG=1");
}

void ServiceManager::tell(const std::string& state) {
  if (!socket_) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::ranges::copy(address_, address.sun_path);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  if (::sendto(socket_.get(), state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&address),
               size) < 0)
    log_.warn("the service manager cannot be told {}: {}", state.substr(0, state.find('\n')),
              std::generic_category().message(errno));
}

}  // namespace parley
