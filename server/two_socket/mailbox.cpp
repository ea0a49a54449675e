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

constexpr char format_tag = 0;
constexpr Format format{&format_tag, 0};

SharedFrame frame_of(const Message& message) {
  return message
      .rendered(format,
                [&]() -> Frames {
                  return {make_frame(to_frame(two_socket::Forward{message.sender(), message.body()}))};
                })
      .front();
}

}  // namespace

/// A FORWARD that waits for room in the socket.
class Mailbox::ForwardDeparture : public Departure {
 public:
  ForwardDeparture(std::weak_ptr<Mailbox> mailbox, std::uint64_t number)
      : mailbox_(std::move(mailbox)), number_(number) {}
  void has_left() noexcept override {
    if (const auto mailbox = mailbox_.lock()) mailbox->has_left(number_);
  }

 private:
  const std::weak_ptr<Mailbox> mailbox_;
  const std::uint64_t number_;
};

void Mailbox::open() {
  Queue late;  // their receipts report the failure when they go, after the lock
  SharedFrame next;
  std::uint64_t number = 0;
  {
    const MutexLock lock(mutex_);
    opened_ = true;
    next = take_next(late);
    number = last_out_;
  }
  if (next) forward(next, number);
}

void Mailbox::deliver(const Message& message, Receipt receipt) {
  std::uint64_t number = 0;
  {
    const MutexLock lock(mutex_);
    if (closed_) return;  // the receipt reports the failure when it goes, after the lock
    if (!opened_ || out_) {
      const std::size_t bytes = message.body().size() + overhead_bytes;
      if (waiting_bytes_ + bytes > limits_.max_mailbox_bytes || budget_.is_exceeded()) return;
      const SharedFrame frame = frame_of(message);
      frame->count_in(budget_);
      waiting_.push_back({frame, bytes, {}, message.answer_by()});
      waiting_.back().receipt = std::move(receipt);
      waiting_bytes_ += bytes;
      return;
    }
    number = put_out(std::move(receipt));
  }
  fmt::basic_memory_buffer<char, small_frame_bytes> frame;
  two_socket::append_header(frame, {message.sender(), message.body()});
  const bool is_small = frame.size() + message.body().size() <= small_frame_bytes;
  if (is_small) frame.append(message.body());
  forward({frame.data(), frame.size()}, is_small ? std::string_view{} : message.body(), number);
}

bool Mailbox::acknowledge(Outcome outcome) {
  std::optional<Receipt> answered;
  Queue late;
  SharedFrame next;
  std::uint64_t number = 0;
  {
    const MutexLock lock(mutex_);
    if (!out_) return false;
    answered.emplace(std::move(*out_));
    out_.reset();
    connection_->clear_deadline(Deadline::answer);
    next = take_next(late);
    number = last_out_;
  }
  // The recipient first: nothing else reaches it meanwhile, while a sender may have more on the way.
  if (next) forward(next, number);
  answered->report(outcome);
  return true;
}

bool Mailbox::is_overdue(Clock::time_point now) {
  const MutexLock lock(mutex_);
  if (!out_) return false;
  const bool waits = last_kept_ == last_out_ && last_left_ != last_out_;
  if (waits) connection_->set_deadline(Deadline::answer, now + limits_.receipt_timeout);
  return !waits;
}

void Mailbox::close() noexcept {
  std::optional<Receipt> out;
  Queue waiting;  // their receipts report the failure when they go, after the lock
  const MutexLock lock(mutex_);
  closed_ = true;
  if (out_) out.emplace(std::move(*out_));
  out_.reset();
  waiting.swap(waiting_);
  waiting_bytes_ = 0;
}

/// A FORWARD is out from here on. Returns its number.
std::uint64_t Mailbox::put_out(Receipt receipt) {
  out_.emplace(std::move(receipt));
  connection_->set_deadline(Deadline::answer, limits_.receipt_timeout);
  return ++last_out_;
}

/// The next FORWARD, now out; null when nothing waits. Those whose time is up go to `late`.
SharedFrame Mailbox::take_next(Queue& late) {
  const auto now = Clock::now();
  while (!closed_ && !waiting_.empty()) {
    late.splice(late.end(), waiting_, waiting_.begin());
    Waiting& next = late.back();
    waiting_bytes_ -= next.bytes;
    if (next.answer_by <= now) continue;
    put_out(std::move(next.receipt));
    return next.frame;
  }
  return nullptr;
}

void Mailbox::forward(std::string_view header, std::string_view body, std::uint64_t number) {
  note(connection_->send(header, body,
                         [&] { return std::make_unique<ForwardDeparture>(weak_from_this(), number); }),
       number);
}

void Mailbox::forward(const SharedFrame& frame, std::uint64_t number) {
  note(connection_->send(frame, [&] { return std::make_unique<ForwardDeparture>(weak_from_this(), number); }),
       number);
}

/// A connection that is over closes this mailbox through its session.
void Mailbox::note(Sent sent, std::uint64_t number) {
  if (sent != Sent::later) return;
  const MutexLock lock(mutex_);
  last_kept_ = number;
}

void Mailbox::has_left(std::uint64_t number) noexcept {
  const MutexLock lock(mutex_);
  last_left_ = number;
  if (out_ && last_out_ == number) connection_->set_deadline(Deadline::answer, limits_.receipt_timeout);
}

}  // namespace parley
