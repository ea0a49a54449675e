#include "server/two_socket/mailbox.hpp"

#include <optional>
#include <utility>

#include "protocol/small_text.hpp"
#include "protocol/two_socket.hpp"
#include "protocol/user_name.hpp"
#include "protocol/words.hpp"

namespace parley {
namespace {

// The kernel takes one piece faster than two: up to here a body is copied behind its header, on the stack.
constexpr std::size_t small_frame_bytes = 2 * 1024;

// A header alone always has room: a user's name, a number and the words around them.
static_assert(small_frame_bytes >= max_name_bytes + 200);

constexpr char format_tag = 0;
constexpr Format plain_format{&format_tag, 0};
constexpr Format audience_format{&format_tag, 1};

/// "FORWARD alice" is the first line of every one.
std::string_view sender_of(std::string_view frame) {
  const std::string_view words = frame.substr(0, frame.find('\n'));
  return split_word(words, is_space).second;
}

}  // namespace

/// A FORWARD that waits for room in the socket. It is lost when the SEND's time is up before, or with the
/// connection.
class Mailbox::ForwardDeparture : public Departure {
 public:
  ForwardDeparture(std::weak_ptr<Mailbox> mailbox, std::uint64_t number)
      : mailbox_(std::move(mailbox)), number_(number) {}
  ~ForwardDeparture() override {
    if (const auto mailbox = mailbox_.lock()) mailbox->was_lost(number_);
  }
  void has_left() noexcept override {
    if (const auto mailbox = std::exchange(mailbox_, {}).lock()) mailbox->has_left(number_);
  }

 private:
  std::weak_ptr<Mailbox> mailbox_;
  const std::uint64_t number_;
};

void Mailbox::open() {
  List late;  // their receipts report the failure when they go, after the lock
  Next next;
  {
    const MutexLock lock(mutex_);
    opened_ = true;
    next = take_next(late);
  }
  forward(next);
}

void Mailbox::deliver(const Message& message, Receipt&& receipt) {
  const bool is_plain = form_.load(std::memory_order_relaxed) == 0;
  const SharedFrame whole = is_plain ? nullptr : frame_of(message);
  // Their receipts report the failure when they go, after the lock.
  std::optional<List> pushed_out;
  MutexLock lock(mutex_);
  if (closed_) return;  // the receipt reports the failure when it goes, after the lock
  if (!opened_ || out_ || has_given_turn_) {
    if (!keep(message, receipt, pushed_out.emplace())) return;
    lock.unlock();
    pushed_out.reset();  // or they would count as still waiting
    return connection_->relieve_server();
  }
  const std::uint64_t number = put_out(std::move(receipt));
  if (remembers_senders_) out_sender_ = message.sender();
  lock.unlock();
  if (is_plain)
    forward(message, number);
  else
    forward({whole, number, message.answer_by()});
}

bool Mailbox::acknowledge(Outcome outcome, Behind behind) {
  MutexLock lock(mutex_);
  if (!out_) return false;
  Receipt answered = take_out();
  if (behind == Behind::who_wants_the_turn) has_given_turn_ = std::exchange(wants_turn_, false);
  if (waiting_.is_empty()) {  // nearly always; and a look at the clock has its price
    lock.unlock();
  } else {
    List late;  // their receipts report the failure when they go, after the lock
    const Next next = take_next(late);
    lock.unlock();
    // The recipient first: nothing else reaches it meanwhile, while a sender may have more on the way.
    forward(next);
  }
  answered.report(outcome);
  return true;
}

bool Mailbox::is_overdue(Clock::time_point now) {
  const MutexLock lock(mutex_);
  if (!out_) return false;
  const bool waits = last_kept_ == last_out_ && last_left_ != last_out_;
  if (waits) due_ = now + limits_.receipt_timeout;
  if (now < due_) connection_->set_deadline(Deadline::answer, due_);
  return now >= due_;
}

void Mailbox::tell_audience(bool tells) {
  if (tells)
    form_.fetch_or(with_audience, std::memory_order_relaxed);
  else
    form_.fetch_and(~with_audience, std::memory_order_relaxed);
}

bool Mailbox::take_turn() {
  const MutexLock lock(mutex_);
  if (has_given_turn_) return true;
  if (!opened_ || closed_ || out_) {
    wants_turn_ = true;
    return false;
  }
  has_given_turn_ = true;
  return true;
}

void Mailbox::give_turn() {
  List late;  // their receipts report the failure when they go, after the lock
  Next next;
  {
    const MutexLock lock(mutex_);
    if (!std::exchange(has_given_turn_, false)) return;
    next = take_next(late);
  }
  forward(next);
}

void Mailbox::send_aside(const Message& message) {
  constexpr auto no_departure = [] { return std::unique_ptr<Departure>(); };
  const SharedFrame frame = frame_of(message);
  if (ends_bodies_with_newline())
    connection_->send(frame->bytes(), "\n", no_departure);
  else
    connection_->send(frame, no_departure);
}

void Mailbox::remember_senders() {
  const MutexLock lock(mutex_);
  out_sender_.reserve(max_name_bytes);  // nothing may fail later
  remembers_senders_ = true;
}

bool Mailbox::is_out_from(std::string_view sender) const {
  const MutexLock lock(mutex_);
  return out_ && equal_ignoring_case(out_sender_, sender);
}

bool Mailbox::ends_bodies_with_newline() const {
  return (form_.load(std::memory_order_relaxed) & newline_behind_body) != 0;
}

/// Without the LF behind the body.
SharedFrame Mailbox::frame_of(const Message& message) const {
  const two_socket::Forward forward{message.sender(), message.body()};
  if ((form_.load(std::memory_order_relaxed) & with_audience) == 0)
    return message.rendered(plain_format, [&]() -> Frames { return {make_frame(to_frame(forward))}; })
        .front();
  const std::string_view audience = message.is_private() ? std::string_view(owner_) : broadcast_name;
  return message
      .rendered(audience_format, [&]() -> Frames { return {make_frame(to_frame(forward, audience))}; })
      .front();
}

void Mailbox::close() noexcept {
  Receipt out;
  List waiting;
  std::size_t bytes = 0;
  {
    const MutexLock lock(mutex_);
    closed_ = true;
    if (out_) out = std::move(*out_);
    out_.reset();
    bytes = waiting_.bytes();
    waiting_.take_all(waiting);
  }
  waiting.clear();  // their receipts report the failure; until then the memory is still taken
  connection_->let_go(bytes);
}

/// A FORWARD is out from here on. Returns its number, which is not 0.
std::uint64_t Mailbox::put_out(Receipt&& receipt) {
  out_.emplace(std::move(receipt));
  due_ = Clock::now() + limits_.receipt_timeout;
  connection_->set_deadline(Deadline::answer, due_);
  return ++last_out_;
}

/// Takes back the receipt of the FORWARD that is out: none is any more.
Receipt Mailbox::take_out() {
  Receipt receipt = std::move(*out_);
  out_.reset();
  connection_->clear_deadline(Deadline::answer);
  return receipt;
}

/// False, and the receipt is still the caller's, when there is no room.
bool Mailbox::keep(const Message& message, Receipt& receipt, List& pushed_out) {
  const std::size_t bytes = message.body().size() + waiting_overhead_bytes;
  const std::size_t before = waiting_.bytes();
  // The first one waits for open() or a turn alone: to its sender that makes no difference.
  const bool is_first = !out_ && waiting_.is_empty();
  if (!is_first && !waiting_.make_room(message.source(), bytes, limits_.max_mailbox_bytes, pushed_out))
    return false;
  connection_->let_go(before - waiting_.bytes());
  List one(1);
  one.front() = {frame_of(message),
                 message.source(),
                 bytes,
                 {},
                 message.answer_by(),
                 {connection_->budget(), waiting_overhead_bytes}};
  one.front().frame->count_in(connection_->budget());
  WaitingForward& kept = one.front();
  waiting_.add(one);
  kept.receipt = std::move(receipt);
  connection_->hold(bytes);
  return true;
}

/// Those whose time is up go to `late`.
Mailbox::Next Mailbox::take_next(List& late) {
  const auto now = Clock::now();
  while (!closed_ && !has_given_turn_ && !waiting_.is_empty()) {
    waiting_.take(late);
    WaitingForward& next = late.back();
    connection_->let_go(next.bytes);
    if (next.answer_by <= now) continue;
    if (remembers_senders_) out_sender_ = sender_of(next.frame->bytes());
    return {next.frame, put_out(std::move(next.receipt)), next.answer_by};
  }
  return {};
}

/// One that nobody has waited for: no memory is taken.
void Mailbox::forward(const Message& message, std::uint64_t number) {
  const two_socket::Forward forward{message.sender(), message.body()};
  SmallText<small_frame_bytes> frame;
  const bool is_whole = append(frame, forward);
  if (!is_whole) (void)append_header(frame, forward);  // has room: see small_frame_bytes
  const auto make_departure = [&] { return std::make_unique<ForwardDeparture>(weak_from_this(), number); };
  note(connection_->send(frame.text(), is_whole ? std::string_view() : forward.body, make_departure,
                         message.answer_by()),
       number);
}

void Mailbox::forward(const Next& next) {
  if (next.frame == nullptr) return;
  const auto make_departure = [&] {
    return std::make_unique<ForwardDeparture>(weak_from_this(), next.number);
  };
  note(ends_bodies_with_newline()
           ? connection_->send(next.frame->bytes(), "\n", make_departure, next.answer_by)
           : connection_->send(next.frame, make_departure, next.answer_by),
       next.number);
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
  if (!out_ || last_out_ != number) return;
  due_ = Clock::now() + limits_.receipt_timeout;
  connection_->set_deadline(Deadline::answer, due_);
}

/// Nobody is owed an answer to it, and the next one has its turn.
void Mailbox::was_lost(std::uint64_t number) noexcept {
  Receipt lost;
  List late;
  Next next;
  {
    const MutexLock lock(mutex_);
    if (!out_ || last_out_ != number) return;
    lost = take_out();
    next = take_next(late);
  }
  forward(next);
}

}  // namespace parley
