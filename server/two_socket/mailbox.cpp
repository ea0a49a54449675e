#include "server/two_socket/mailbox.hpp"

#include <fmt/format.h>

#include <utility>

#include "protocol/two_socket.hpp"

namespace parley {
namespace {

// An empty message takes room too.
constexpr std::size_t overhead_bytes = 128;

// The kernel takes one piece faster than two: up to here a body is copied behind its header, on the stack.
constexpr std::size_t small_frame_bytes = 2 * 1024;

std::size_t size_in_mailbox(std::string_view body) {
  return body.size() + overhead_bytes;
}

}  // namespace

void Mailbox::open() {
  std::shared_ptr<const StoredMessage> next;
  {
    const MutexLock lock(mutex_);
    opened_ = true;
    next = take_next();
  }
  if (next) forward(next->sender, next->body);
}

void Mailbox::deliver(const Message& message, Receipt receipt) {
  {
    const MutexLock lock(mutex_);
    if (closed_) return;  // the receipt reports the failure when it goes, after the lock
    if (!opened_ || out_) {
      const std::size_t bytes = size_in_mailbox(message.body());
      if (waiting_bytes_ + bytes > limits_.max_mailbox_bytes) return;
      waiting_bytes_ += bytes;
      waiting_.push_back({message.stored(), std::move(receipt)});
      return;
    }
    out_.emplace(std::move(receipt));
    connection_->set_deadline(Deadline::answer, limits_.receipt_timeout);
  }
  forward(message.sender(), message.body());
}

void Mailbox::acknowledge(Outcome outcome) {
  std::optional<Receipt> answered;
  std::shared_ptr<const StoredMessage> next;
  {
    const MutexLock lock(mutex_);
    if (!out_) return;
    answered.emplace(std::move(*out_));
    out_.reset();
    connection_->clear_deadline(Deadline::answer);
    next = take_next();
  }
  // The recipient first: nothing else reaches it meanwhile, while a sender may have more on the way.
  if (next) forward(next->sender, next->body);
  answered->report(outcome);
}

void Mailbox::close() {
  std::optional<Receipt> out;
  std::deque<Waiting> waiting;  // their receipts report the failure when they go, after the lock
  const MutexLock lock(mutex_);
  closed_ = true;
  if (out_) out.emplace(std::move(*out_));
  out_.reset();
  waiting.swap(waiting_);
  waiting_bytes_ = 0;
}

std::shared_ptr<const StoredMessage> Mailbox::take_next() {
  if (closed_ || waiting_.empty()) return nullptr;
  Waiting next = std::move(waiting_.front());
  waiting_.pop_front();
  waiting_bytes_ -= size_in_mailbox(next.message->body);
  out_.emplace(std::move(next.receipt));
  connection_->set_deadline(Deadline::answer, limits_.receipt_timeout);
  return std::move(next.message);
}

void Mailbox::forward(std::string_view sender, std::string_view body) {
  fmt::basic_memory_buffer<char, small_frame_bytes> frame;
  two_socket::append_header(frame, {sender, body});
  const bool is_small = frame.size() + body.size() <= small_frame_bytes;
  if (is_small) frame.append(body);
  // A failed write ends the connection; its session then closes this mailbox.
  connection_->write({frame.data(), frame.size()}, is_small ? std::string_view{} : body);
}

}  // namespace parley
