#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "server/directory/member.hpp"
#include "server/directory/other_nodes.hpp"

namespace parley::test {

/// What happened, in order. Any thread.
class Events {
 public:
  void add(std::string event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
  }
  /// Those since the last call.
  std::vector<std::string> take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(events_, {});
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> events_;
};

using Happened = std::vector<std::string>;

/// Other nodes that answer each claim as they are told to, and say what they were told.
class FakeNodes : public OtherNodes {
 public:
  explicit FakeNodes(Events& events) : events_(events) {}

  /// From now on each claim ends so. A granted one comes behind all before it, unless `arrival` says where.
  void answer(NameClaim claim, std::uint64_t arrival = 0) {
    const std::lock_guard lock(mutex_);
    answer_ = claim;
    next_arrival_ = arrival;
  }
  /// Claims wait from now on, and no longer.
  void hold() { set_held(true); }
  void release() { set_held(false); }
  /// What happens elsewhere while the next claim is out.
  void during_claim(std::function<void()> act) {
    const std::lock_guard lock(mutex_);
    during_claim_ = std::move(act);
  }
  /// The next call of this kind finds no memory.
  void fail_next(std::string kind) {
    const std::lock_guard lock(mutex_);
    failing_ = std::move(kind);
  }

  Claimed claim(Member& member) override {
    tell("claim", member.name());
    std::unique_lock lock(mutex_);
    if (const auto act = std::exchange(during_claim_, nullptr)) {
      lock.unlock();
      act();
      lock.lock();
    }
    released_.wait(lock, [this] { return !is_held_; });
    if (answer_ != NameClaim::granted) return {answer_, 0};
    const auto asked = std::exchange(next_arrival_, 0);
    return {answer_, asked != 0 ? asked : last_arrival_ += 10};
  }
  void give_up(const Member& member) noexcept override { tell("give_up", member.name()); }
  void arrived(const Member& member) override { tell("arrived", member.name()); }
  void moved(const Member& member) override { tell("moved", member.name()); }
  void renamed(const Member& former, const Member& member) override {
    tell("renamed", former.name() + ' ' + member.name());
  }
  void left(const Member& member) noexcept override { tell("left", member.name()); }

 private:
  void tell(const std::string& kind, const std::string& names) {
    const std::lock_guard lock(mutex_);
    if (failing_ == kind) {
      failing_.clear();
      throw std::bad_alloc();
    }
    events_.add(kind + ' ' + names);
  }
  void set_held(bool is_held) {
    const std::lock_guard lock(mutex_);
    is_held_ = is_held;
    released_.notify_all();
  }

  Events& events_;
  std::mutex mutex_;  // for all below
  std::function<void()> during_claim_;
  std::string failing_;
  std::condition_variable released_;
  bool is_held_ = false;
  NameClaim answer_ = NameClaim::granted;
  std::uint64_t next_arrival_ = 0;
  std::uint64_t last_arrival_ = 100;
};

/// Somebody who says what it is told; with a carrier a user of another node.
class FakeMember : public Member {
 public:
  FakeMember(std::string name, Events& events, std::shared_ptr<Member> carrier = nullptr)
      : Member(std::move(name)), events_(events), carrier_(std::move(carrier)) {}

  std::string_view dialect() const override { return "telnet"; }
  bool hears_notices() const override { return true; }
  std::shared_ptr<Member> carrier() const override { return carrier_; }
  void deliver(const Message& message, Receipt receipt) override {
    events_.add(name() + " gets " + std::string(message.sender()) + ": " + std::string(message.body()) +
                (message.is_private() ? " alone" : " in " + std::string(message.room())));
    receipt.report(Outcome::received);
  }
  void announce(const Notice& notice) override {
    events_.add(name() + " hears that " + std::string(notice.name()) +
                (notice.kind() == Notice::Kind::arrived ? " came" : " left"));
  }
  void evict(const char* reason, const Sentence&) noexcept override {
    events_.add(name() + " is evicted: " + reason);
  }

 private:
  Events& events_;
  const std::shared_ptr<Member> carrier_;
};

}  // namespace parley::test
