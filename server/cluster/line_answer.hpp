#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <utility>

#include "server/cluster/bus_format.hpp"
#include "server/cluster/link.hpp"
#include "server/directory/receipt.hpp"

namespace parley::cluster {

inline BusOutcome to_bus(Outcome outcome) {
  switch (outcome) {
    case Outcome::received:
      return BusOutcome::received;
    case Outcome::rejected:
      return BusOutcome::rejected;
    case Outcome::failed:
      break;
  }
  return BusOutcome::failed;
}

inline Outcome to_outcome(BusOutcome outcome) {
  switch (outcome) {
    case BusOutcome::received:
      return Outcome::received;
    case BusOutcome::rejected:
      return Outcome::rejected;
    case BusOutcome::failed:
      break;
  }
  return Outcome::failed;
}

/// Answers one line of another node, when it and all its receipts are gone: received if everyone here got it,
/// and somebody did. Any thread.
class LineAnswer final : public Answerer, public std::enable_shared_from_this<LineAnswer> {
 public:
  LineAnswer(std::shared_ptr<Link> link, std::uint64_t number) : link_(std::move(link)), number_(number) {}
  ~LineAnswer() override {
    if (number_ == 0) return;
    try {
      link_->answer(encode(Answer{number_, to_bus(recipients_ == 0 ? Outcome::failed : outcome_.load())}));
    } catch (const std::exception&) {  // no memory: the sender's time runs out
    }
  }

  /// So many users of this node are to get it. Once, before the first receipt().
  void expect(std::size_t recipients) { recipients_ = recipients; }
  Receipt receipt() { return {shared_from_this(), 0}; }

  void settle(std::uint64_t, Outcome outcome) noexcept override {
    if (outcome == Outcome::received) return;
    outcome_.store(recipients_ == 1 ? outcome : Outcome::failed);
  }

 private:
  const std::shared_ptr<Link> link_;
  const std::uint64_t number_;
  std::size_t recipients_ = 0;
  std::atomic<Outcome> outcome_{Outcome::received};
};

}  // namespace parley::cluster
