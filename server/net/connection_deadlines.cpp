#include "server/net/connection.hpp"

namespace parley {

void Connection::wake() {
  waker_.wake();
  shared_.lookout.tell(*this);
}

void Connection::set_deadline(Deadline kind, Clock::time_point at) {
  deadlines_.set(kind, at);
  if (at < place_.looked_at_by()) shared_.lookout.tell(*this);
}

/// The first one to be acted on first.
Deadlines::Kinds Connection::kinds_that_count() const {
  static constexpr Deadlines::Kinds of_open = {Deadline::linger, Deadline::progress, Deadline::sign_on,
                                               Deadline::frame,  Deadline::more,     Deadline::answer,
                                               Deadline::send,   Deadline::service};
  static constexpr Deadlines::Kinds of_ending = {Deadline::linger, Deadline::progress};
  return is_open() ? of_open : of_ending;
}

std::optional<Deadline> Connection::passed_deadline(Clock::time_point now) const {
  for (const Deadline kind : kinds_that_count())
    if (deadline(kind) <= now) return kind;
  return std::nullopt;
}

Connection::Clock::time_point Connection::to_be_looked_at() const {
  if (state_.load(std::memory_order_acquire) == State::closed) return Clock::time_point::max();
  return is_woken() ? Clock::time_point::min() : deadlines_.earliest(kinds_that_count());
}

}  // namespace parley
