#include "server/peer_log.hpp"

namespace parley {

PeerLog::~PeerLog() {
  tell(newcomers_.take_left_out(), "newcomers");
  tell(users_.take_left_out(), "users");
}

bool PeerLog::take_newcomer_line() {
  return take(newcomers_, "newcomers", 1) || leave_out();
}

bool PeerLog::take_user_line(LogLimit& own, FunctionRef<std::string()> label) {
  const auto left_out = own.take(LogLimit::Clock::now());
  if (!left_out || !take(users_, "users", 1 + *left_out)) return leave_out();
  if (*left_out > 0) tell(*left_out, label());
  return true;
}

void PeerLog::tell_rest(LogLimit& own, std::string_view label) {
  const std::size_t left_out = own.take_left_out();
  if (left_out > 0 && take(users_, "users", left_out)) tell(left_out, label);
}

bool PeerLog::leave_out() {
  left_out_.fetch_add(1, std::memory_order_relaxed);
  return false;
}

bool PeerLog::take(LogLimit& limit, std::string_view about, std::size_t lines) {
  const auto left_out = limit.take(LogLimit::Clock::now(), lines);
  if (left_out) tell(*left_out, about);
  return left_out.has_value();
}

void PeerLog::tell(std::size_t left_out, std::string_view about) const {
  if (left_out > 0) log_.info("({} lines about {} were left out)", left_out, about);
}

}  // namespace parley
