#include "server/two_socket/replies.hpp"

#include "protocol/user_name.hpp"

namespace parley {

Replies::Replies(std::shared_ptr<Connection> connection, two_socket::DeliveredWord delivered_word,
                 std::size_t max_unanswered, std::chrono::milliseconds receipt_time, Counters& counters)
    : connection_(std::move(connection)),
      delivered_word_(delivered_word),
      max_unanswered_(max_unanswered),
      receipt_time_(receipt_time),
      counters_(counters) {}

/// None is left but in a test that does not close().
Replies::~Replies() {
  counters_.unanswered.fetch_sub(owed_.load(std::memory_order_relaxed), std::memory_order_relaxed);
}

bool Replies::has_room_or_wake() {
  if (has_room()) return true;  // nearly always; and only the sender itself takes room
  const MutexLock lock(mutex_);
  sender_waits_ = !has_room();
  return !sender_waits_;
}

std::uint64_t Replies::expect(std::string_view recipient, std::size_t recipients, std::size_t body_bytes,
                              Clock::time_point answer_by) {
  const MutexLock lock(mutex_);
  const bool is_oldest = answers_.empty();
  open_answer(recipient, recipients, body_bytes, answer_by);
  if (is_oldest) await_oldest();
  return next_sequence_ - 1;
}

/// Only a number: a sender with one socket is not stopped by its window.
void Replies::refuse() {
  MutexLock lock(mutex_);
  const bool is_oldest = answers_.empty();
  if (is_oldest) {
    open_answer({}, 0, 0, Clock::time_point::max()).outcome = Outcome::failed;
  } else {
    ++answers_.back().refusals_behind;
    owe_one_more();
  }
  counters_.refused.fetch_add(1, std::memory_order_relaxed);
  if (!is_oldest) return;
  Piece piece;
  take_settled(piece);
  lock.unlock();
  write(piece);
}

void Replies::give_up(Clock::time_point now) {
  MutexLock lock(mutex_);
  for (Answer& answer : answers_)
    if (answer.answer_by <= now) fail(answer);
  Piece piece;
  take_settled(piece);
  await_oldest();  // its deadline has passed, and is none any more
  lock.unlock();
  write(piece);
}

void Replies::settle(std::uint64_t sequence, Outcome outcome) noexcept {
  MutexLock lock(mutex_);
  if (sequence < first_sequence_) return;  // given up, and answered
  Answer& answer = answers_[taken_answers_ + sequence - first_sequence_];
  if (answer.recipients == 0) return;  // given up
  --answer.recipients;
  counters_.count(outcome == Outcome::received, answer.body_bytes);
  if (outcome != Outcome::received)
    answer.outcome = is_broadcast_name(answer.recipient) ? Outcome::failed : outcome;
  if (answer.recipients > 0 || sequence != first_sequence_) return;
  Piece piece;
  take_settled(piece);
  lock.unlock();
  write(piece);
}

bool Replies::is_answered(std::uint64_t sequence) const {
  const MutexLock lock(mutex_);
  return sequence < first_sequence_ && writing_.load() == Writing::nobody;
}

void Replies::close() noexcept {
  MutexLock lock(mutex_);
  for (Answer& answer : answers_) fail(answer);
  Piece piece;
  take_settled(piece);
  is_end_awaited_ = true;
  lock.unlock();
  write(piece);
  lock.lock();
  // Who writes must not end without the lock: it would tell nobody.
  auto last = Writing::last_piece;
  writing_.compare_exchange_strong(last, Writing::must_look_again);
  while (writing_.load() != Writing::nobody) written_.wait(lock);
}

/// Its time is up. Those who have it, have it.
void Replies::fail(Answer& answer) {
  if (answer.recipients == 0) return;
  counters_.refused.fetch_add(answer.recipients, std::memory_order_relaxed);
  answer.recipients = 0;
  answer.outcome = Outcome::failed;
}

/// What is settled, for this thread to write once the lock is gone: nothing, too, when another thread writes,
/// which takes it then.
void Replies::take_settled(Piece& piece) {
  if (is_oldest_settled() && writing_.exchange(Writing::must_look_again) == Writing::nobody) fill(piece);
}

/// As much as there is room for.
void Replies::fill(Piece& piece) {
  while (is_oldest_settled()) {
    Answer& answer = oldest();
    if (!append_answer(piece, answer)) break;
    owe_one_less();
    if (answer.refusals_behind > 0) {
      answer.outcome = Outcome::failed;
      --answer.refusals_behind;
    } else {
      if (first_sequence_ % AnswerTimes::measured_one_in == 0) measure(answer);
      drop_oldest();
    }
  }
  await_oldest();
  piece.wakes_sender = sender_waits_ && has_room();
  if (piece.wakes_sender) sender_waits_ = false;
  writing_.store(is_oldest_settled() || is_end_awaited_ ? Writing::must_look_again : Writing::last_piece);
}

Replies::Answer& Replies::open_answer(std::string_view recipient, std::size_t recipients,
                                      std::size_t body_bytes, Clock::time_point answer_by) {
  Answer& answer = answers_.emplace_back(recipient, recipients, body_bytes, answer_by);
  ++next_sequence_;
  owe_one_more();
  return answer;
}

/// It is in a piece. Its place goes with that of all when none is left, and else with that of many: to close
/// up for each would move all the others.
void Replies::drop_oldest() {
  ++taken_answers_;
  if (++first_sequence_ == next_sequence_) {
    answers_.clear();
    taken_answers_ = 0;
  } else if (taken_answers_ > max_unanswered_) {
    answers_.erase(answers_.begin(), answers_.begin() + static_cast<std::ptrdiff_t>(taken_answers_));
    taken_answers_ = 0;
  }
}

/// This piece, and then what has been settled meanwhile, until nothing is.
void Replies::write(Piece& piece) noexcept {
  if (piece.frames.text().empty()) return;
  do {
    if (piece.wakes_sender) connection_->wake();
    connection_->send(piece.frames.text());  // a failure ends the connection, and its session then leaves
    auto last = Writing::last_piece;
    if (writing_.compare_exchange_strong(last, Writing::nobody)) return;  // nearly always
  } while (take_more(piece));
}

/// False when nobody writes any more.
bool Replies::take_more(Piece& piece) {
  const MutexLock lock(mutex_);
  piece = {};
  if (is_oldest_settled()) {
    fill(piece);
    return true;
  }
  writing_.store(Writing::nobody);
  if (is_end_awaited_) written_.notify_all();  // which costs as much as a lock
  return false;
}

/// No atomic addition to our own number: the lock is held, and only who does not hold it needs the store
/// whole.
void Replies::owe_one_more() {
  owed_.store(owed_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  counters_.unanswered.fetch_add(1, std::memory_order_relaxed);
}

void Replies::owe_one_less() {
  owed_.store(owed_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
  counters_.unanswered.fetch_sub(1, std::memory_order_relaxed);
}

/// Not those that were refused at once.
void Replies::measure(const Answer& answer) const {
  if (answer.answer_by == Clock::time_point::max()) return;
  counters_.answer_times.add(Clock::now() - (answer.answer_by - receipt_time_));
}

/// The sender's own deadline is that of the oldest SEND which has no answer.
void Replies::await_oldest() {
  if (answers_.empty())
    connection_->clear_deadline(Deadline::send);
  else
    connection_->set_deadline(Deadline::send, oldest().answer_by);
}

/// False when there is no room for it.
bool Replies::append_answer(Piece& piece, const Answer& answer) const {
  switch (answer.outcome) {
    case Outcome::received:
      return append(piece.frames, two_socket::Delivered{answer.recipient}, delivered_word_);
    case Outcome::failed:
      return append(piece.frames, two_socket::ErrorCode::unable_to_send);
    case Outcome::rejected:
      return append(piece.frames, two_socket::ErrorCode::header_incomplete);
  }
  return true;
}

}  // namespace parley
