#include "server/cluster/link.hpp"

#include <algorithm>
#include <utility>

#include "server/cluster/cluster_options.hpp"

namespace parley::cluster {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

Link::Receipts Link::begin(std::uint64_t incarnation, std::vector<std::string> items) {
  Receipts failed;
  {
    const MutexLock lock(mutex_);
    failed = take_out([](const Sent& sent) { return sent.incarnation == 0; });
    waiting_.clear();
    waiting_bytes_ = 0;
    for (std::string& item : items) {
      waiting_bytes_ += item.size();
      waiting_.push_back({std::move(item)});
    }
    incarnation_ = incarnation;
    sequence_ = 0;
    is_gone_ = false;
    is_behind_ = false;
    is_slow_ = false;
  }
  outlet_.ring();
  return failed;
}

bool Link::put_in(std::string item) {
  const MutexLock lock(mutex_);
  if (is_gone_) return false;
  if (waiting_bytes_ >= ClusterLimits::max_link_bytes) {
    outlet_.has_dropped();
    return false;
  }
  waiting_bytes_ += item.size();
  waiting_.push_back({std::move(item)});
  return true;
}

bool Link::add(std::string item) {
  if (!put_in(std::move(item))) return false;
  outlet_.ring();
  return true;
}

bool Link::answer(std::string item) {
  if (!put_in(std::move(item))) return false;
  outlet_.publish_soon(*this);
  return true;
}

bool Link::take_is_behind() {
  const MutexLock lock(mutex_);
  return std::exchange(is_behind_, false);
}

void Link::fall_behind() {
  const MutexLock lock(mutex_);
  is_behind_ = !is_gone_;
}

void Link::send(const Message& message, std::string_view recipient, Receipt receipt) {
  const auto until = std::min(message.answer_by(), Clock::now() + line_time_);
  const std::uint64_t number = next_number();
  put_out(encode_line(message, recipient, number), number, {std::move(receipt), until, 0, 0, false});
}

/// What there is no room for is destroyed when the lock is gone, and its receipt reports that.
void Link::put_out(std::string item, std::uint64_t number, Sent sent) {
  {
    const MutexLock lock(mutex_);
    if (is_gone_ || !is_reachable_ || (sent.is_fence && is_slow_) ||
        waiting_bytes_ >= ClusterLimits::max_link_bytes ||
        sent_.size() >= ClusterLimits::max_unanswered_lines)
      return outlet_.has_dropped();
    waiting_bytes_ += item.size();
    waiting_.push_back({std::move(item), number});
    sent_.emplace(number, std::move(sent));
  }
  outlet_.publish_soon(*this);
}

std::string Link::encode_line(const Message& message, std::string_view recipient, std::uint64_t number) {
  Line line{std::string(message.sender()), std::string(recipient), std::string(message.room()),
            std::string(message.body()), number};
  if (message.answer_by() != Clock::time_point::max())
    line.answer_by_ms = static_cast<std::uint64_t>(
        duration_cast<milliseconds>(message.answer_by().time_since_epoch()).count());
  return encode(line);
}

void Link::fence(Receipt receipt, Clock::time_point until) {
  const std::uint64_t number = next_number();
  put_out(encode(Fence{number}), number, {std::move(receipt), until, 0, 0, true});
}

void Link::settle(std::uint64_t number, Outcome outcome) {
  Receipt receipt;
  {
    const MutexLock lock(mutex_);
    is_slow_ = false;
    const auto found = sent_.find(number);
    if (found == sent_.end()) return;
    receipt = std::move(found->second.receipt);
    sent_.erase(found);
  }
  receipt.report(outcome);
}

void Link::set_reachable(bool is_reachable) {
  const MutexLock lock(mutex_);
  is_reachable_ = is_reachable;
}

/// Takes the receipts of some lines out of what is sent; to be destroyed when the lock is gone.
template <typename Fails>
Link::Receipts Link::take_out(Fails fails) {
  Receipts failed;
  for (auto sent = sent_.begin(); sent != sent_.end();) {
    if (fails(sent->second)) {
      failed.push_back(std::move(sent->second.receipt));
      sent = sent_.erase(sent);
    } else {
      ++sent;
    }
  }
  return failed;
}

void Link::lose(std::uint64_t incarnation, std::uint64_t sequence) {
  Receipts failed;
  const MutexLock lock(mutex_);
  failed = take_out(
      [&](const Sent& sent) { return sent.incarnation == incarnation && sent.sequence == sequence; });
  is_behind_ = !is_gone_;
  outlet_.has_lost();
}

void Link::expire(Clock::time_point now) {
  Receipts failed;
  const MutexLock lock(mutex_);
  bool is_slow = false;
  failed = take_out([&](const Sent& sent) {
    const bool is_late = sent.until <= now;
    is_slow = is_slow || (is_late && sent.is_fence);
    return is_late;
  });
  is_slow_ = is_slow_ || is_slow;
}

void Link::fail_all() {
  Receipts failed;
  const MutexLock lock(mutex_);
  is_gone_ = true;
  is_behind_ = false;
  waiting_.clear();
  waiting_bytes_ = 0;
  failed = take_out([](const Sent&) { return true; });
}

Link::Load Link::load() const {
  const MutexLock lock(mutex_);
  return {waiting_.size(), waiting_bytes_, sent_.size()};
}

std::optional<Link::Batch> Link::take() {
  const MutexLock lock(mutex_);
  if (waiting_.empty() || is_publishing_) return std::nullopt;
  Batch batch{incarnation_, ++sequence_, {}};
  std::size_t bytes = 0;
  while (!waiting_.empty() &&
         (bytes == 0 || bytes + waiting_.front().item.size() <= ClusterLimits::packet_bytes)) {
    Waiting& next = waiting_.front();
    bytes += next.item.size();
    if (next.number != 0)
      if (const auto found = sent_.find(next.number); found != sent_.end()) {
        found->second.incarnation = incarnation_;
        found->second.sequence = batch.sequence;
      }
    batch.items.push_back(std::move(next.item));
    waiting_.pop_front();
  }
  waiting_bytes_ -= bytes;
  is_publishing_ = true;
  return batch;
}

void Link::end_turn() {
  const MutexLock lock(mutex_);
  is_publishing_ = false;
}

}  // namespace parley::cluster
