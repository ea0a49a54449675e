#include "server/two_socket/replies.hpp"

#include "protocol/user_name.hpp"

namespace parley {
namespace {

constexpr std::chrono::milliseconds look_interval{100};

}  // namespace

Replies::Replies(std::shared_ptr<Connection> connection, two_socket::DeliveredWord delivered_word,
                 std::size_t max_unanswered, Counters& counters)
    : connection_(std::move(connection)),
      delivered_word_(delivered_word),
      max_unanswered_(max_unanswered),
      counters_(counters) {}

bool Replies::has_room() const {
  const MutexLock lock(mutex_);
  return answers_.size() < max_unanswered_;
}

bool Replies::wait_for_room() {
  MutexLock lock(mutex_);
  while (!closed_ && answers_.size() >= max_unanswered_) {
    // Nobody reads the socket meanwhile, so that it ended must be asked for (R7).
    if (connection_->peer_has_ended()) return false;
    room_.wait_for(lock, look_interval);
  }
  return !closed_;
}

bool Replies::is_empty() const {
  const MutexLock lock(mutex_);
  return answers_.empty() && !writing_;
}

std::uint64_t Replies::expect(std::string_view recipient, std::size_t recipients, std::size_t body_bytes) {
  const MutexLock lock(mutex_);
  answers_.push_back(
      {std::string(recipient), recipients, body_bytes, 0, is_broadcast_name(recipient), Outcome::received});
  return first_sequence_ + answers_.size() - 1;
}

void Replies::refuse() {
  counters_.refused.fetch_add(1, std::memory_order_relaxed);
  const MutexLock lock(mutex_);
  if (!answers_.empty()) {
    ++answers_.back().refusals_behind;
    return;
  }
  // Settled at once; through the queue all the same, lest it overtakes the answer that is being written.
  answers_.push_back({{}, 0, 0, 0, false, Outcome::failed});
  write_settled();
}

void Replies::settle(std::uint64_t sequence, Outcome outcome) noexcept {
  const MutexLock lock(mutex_);
  Answer& answer = answers_[sequence - first_sequence_];
  --answer.recipients;
  counters_.count(outcome == Outcome::received, answer.body_bytes);
  if (outcome != Outcome::received) answer.outcome = answer.broadcast ? Outcome::failed : outcome;
  if (answer.recipients == 0 && sequence == first_sequence_) write_settled();
}

void Replies::close() {
  const MutexLock lock(mutex_);
  closed_ = true;
  room_.notify_all();
}

/// Writes what is settled, until nothing is: others leave theirs to the thread that is here already. The lock
/// is let go for each write.
void Replies::write_settled() {
  if (writing_) return;
  writing_ = true;
  std::string frames;
  while (take_settled(frames)) {
    const MutexUnlock unlocked(mutex_);
    connection_->write(frames);  // a failure ends the connection, and its session then leaves
    frames.clear();
  }
  writing_ = false;
}

bool Replies::take_settled(std::string& frames) {
  const bool was_full = answers_.size() >= max_unanswered_;
  while (!answers_.empty() && answers_.front().recipients == 0) {
    append_answer(frames, answers_.front());
    answers_.pop_front();
    ++first_sequence_;
  }
  if (was_full && answers_.size() < max_unanswered_) room_.notify_all();
  return !frames.empty();
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
  for (std::size_t i = 0; i < answer.refusals_behind; ++i)
    two_socket::append(frames, two_socket::ErrorCode::unable_to_send);
}

}  // namespace parley
