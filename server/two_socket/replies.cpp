#include "server/two_socket/replies.hpp"

#include "protocol/user_name.hpp"

namespace parley {
namespace {

// Answers that are settled together leave in pieces of about this size.
constexpr std::size_t piece_bytes = 16 * 1024;

}  // namespace

Replies::Replies(std::shared_ptr<Connection> connection, two_socket::DeliveredWord delivered_word,
                 std::size_t max_unanswered, std::chrono::milliseconds receipt_time, Counters& counters)
    : connection_(std::move(connection)),
      delivered_word_(delivered_word),
      max_unanswered_(max_unanswered),
      receipt_time_(receipt_time),
      counters_(counters) {}

/// Some are left when there was no memory to write them.
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
  answers_.emplace_back(recipient, recipients, body_bytes, answer_by);
  owe_one_more();
  if (answers_.size() == 1) await_oldest();
  return first_sequence_ + answers_.size() - 1;
}

/// Only a number: a sender with one socket is not stopped by its window.
void Replies::refuse() {
  const MutexLock lock(mutex_);
  const bool is_oldest = answers_.empty();
  if (is_oldest) {
    answers_.emplace_back(std::string_view(), 0, 0, Clock::time_point::max()).outcome = Outcome::failed;
  } else {
    ++answers_.back().refusals_behind;
  }
  owe_one_more();
  counters_.refused.fetch_add(1, std::memory_order_relaxed);
  if (is_oldest) write_settled();
}

void Replies::give_up(Clock::time_point now) {
  const MutexLock lock(mutex_);
  for (Answer& answer : answers_)
    if (answer.answer_by <= now) fail(answer);
  write_settled();
  await_oldest();
}

void Replies::settle(std::uint64_t sequence, Outcome outcome) noexcept {
  const MutexLock lock(mutex_);
  if (sequence < first_sequence_) return;  // given up, and answered
  Answer& answer = answers_[sequence - first_sequence_];
  if (answer.recipients == 0) return;  // given up
  --answer.recipients;
  counters_.count(outcome == Outcome::received, answer.body_bytes);
  if (outcome != Outcome::received)
    answer.outcome = is_broadcast_name(answer.recipient) ? Outcome::failed : outcome;
  if (answer.recipients == 0 && sequence == first_sequence_) write_settled();
}

bool Replies::is_answered(std::uint64_t sequence) const {
  const MutexLock lock(mutex_);
  return sequence < first_sequence_ && !writing_;
}

void Replies::close() noexcept {
  MutexLock lock(mutex_);
  for (Answer& answer : answers_) fail(answer);
  write_settled();
  is_end_awaited_ = true;
  while (writing_) written_.wait(lock);
}

/// Its time is up. Those who have it, have it.
void Replies::fail(Answer& answer) {
  if (answer.recipients == 0) return;
  counters_.refused.fetch_add(answer.recipients, std::memory_order_relaxed);
  answer.recipients = 0;
  answer.outcome = Outcome::failed;
}

/// Writes what is settled, until nothing is: others leave theirs to the thread that is here already. The lock
/// is let go for each write.
void Replies::write_settled() noexcept {
  if (writing_) return;
  writing_ = true;
  try {
    std::string frames;
    while (is_oldest_settled()) {
      take_settled(frames);
      const MutexUnlock unlocked(mutex_);
      connection_->send(frames);  // a failure ends the connection, and its session then leaves
      frames.clear();
    }
  } catch (const std::exception&) {  // an answer that cannot be written must not be missing unnoticed
    const MutexUnlock unlocked(mutex_);
    connection_->abort(Connection::no_memory);
  }
  writing_ = false;
  if (is_end_awaited_) written_.notify_all();  // which costs each answer as much as a lock
}

void Replies::take_settled(std::string& frames) {
  while (is_oldest_settled() && frames.size() < piece_bytes) {
    Answer& oldest = answers_.front();
    append_answer(frames, oldest);
    owe_one_less();
    if (oldest.refusals_behind > 0) {
      oldest.outcome = Outcome::failed;
      --oldest.refusals_behind;
    } else {
      if (first_sequence_ % AnswerTimes::measured_one_in == 0) measure(oldest);
      answers_.pop_front();
      ++first_sequence_;
    }
  }
  await_oldest();
  if (sender_waits_ && has_room()) {
    sender_waits_ = false;
    const MutexUnlock unlocked(mutex_);
    connection_->wake();
  }
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
    connection_->set_deadline(Deadline::send, answers_.front().answer_by);
}

void Replies::append_answer(std::string& frames, const Answer& answer) const {
  switch (answer.outcome) {
    case Outcome::received:
      two_socket::append(frames, two_socket::Delivered{answer.recipient}, delivered_word_);
      break;
    case Outcome::failed:
      two_socket::append(frames, two_socket::ErrorCode::unable_to_send);
      break;
    case Outcome::rejected:
      two_socket::append(frames, two_socket::ErrorCode::header_incomplete);
      break;
  }
}

}  // namespace parley
