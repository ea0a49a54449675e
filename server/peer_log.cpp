#include "server/peer_log.hpp"

namespace parley {

PeerLog::~PeerLog() {
  tell(newcomers_.take_left_out(), "newcomers");
  tell(users_.take_left_out(), "users");
}

bool PeerLog::takes_line() {
  const auto left_out = newcomers_.take(LogLimit::Clock::now());
  if (left_out) tell(*left_out, "newcomers");
  return left_out.has_value();
}

bool PeerLog::takes_line(LogLimit& own, FunctionRef<std::string()> label) {
  const auto now = LogLimit::Clock::now();
  const auto own_left_out = own.take(now);
  if (!own_left_out) return false;
  const auto left_out = users_.take(now, *own_left_out);
  if (!left_out) return false;
  tell(*left_out, "users");
  if (*own_left_out > 0) tell(*own_left_out, label());
  return true;
}

void PeerLog::tell_rest(LogLimit& own, std::string_view label) {
  const std::size_t own_left_out = own.take_left_out();
  if (own_left_out == 0) return;
  const auto left_out = users_.take(LogLimit::Clock::now(), own_left_out - 1);
  if (!left_out) return;
  tell(*left_out, "users");
  tell(own_left_out, label);
}

void PeerLog::tell(std::size_t left_out, std::string_view about) const {
  if (left_out > 0) log_.info("({} lines about {} were left out)", left_out, about);
}

}  // namespace parley
