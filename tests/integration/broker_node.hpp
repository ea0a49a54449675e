#pragma once

#include <spdlog/sinks/ringbuffer_sink.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "server/cluster/broker.hpp"
#include "tests/support/broker.hpp"
#include "tests/support/check.hpp"

namespace parley::test {

/// Three brokers need seconds for an election when all goes well.
inline constexpr milliseconds election{60'000};

/// A Broker as a node has it, with what happened to it.
class BrokerNode {
 public:
  explicit BrokerNode(std::vector<std::string> urls,
                      const std::function<void(cluster::BrokerOptions&)>& change = {}) {
    cluster::BrokerOptions options;
    options.urls = std::move(urls);
    options.client_name = "a \"node\"";
    options.request_timeout = scaled(options.request_timeout);
    if (change) change(options);
    broker_.emplace(std::move(options), log_,
                    cluster::Broker::Events{.connected = [this] { ++connected; },
                                            .disconnected = [this] { ++disconnected; },
                                            .lost = [this] { ++lost; }});
  }
  explicit BrokerNode(const BrokerProcess& process) : BrokerNode(std::vector{process.url()}) {}

  cluster::Broker* operator->() { return &*broker_; }
  void destroy() { broker_.reset(); }
  std::string log() const {
    std::string text;
    for (const auto& line : lines_->last_formatted()) text += line;
    return text;
  }

  /// Connects and opens the buckets.
  BrokerNode& open() {
    wait_until([&] { return broker_->connect(); }, "a connection", Deadline(election));
    wait_until([&] { return broker_->open_buckets(); }, "the buckets", Deadline(election));
    return *this;
  }

  /// The next message.
  std::string read() {
    std::optional<std::string> bytes;
    wait_until([&] { return (bytes = broker_->next(milliseconds(50))).has_value(); }, "a message");
    return *bytes;
  }

  std::atomic<int> connected = 0, disconnected = 0, lost = 0;

 private:
  std::shared_ptr<spdlog::sinks::ringbuffer_sink_mt> lines_ =
      std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(100);
  spdlog::logger log_{"test", lines_};
  std::optional<cluster::Broker> broker_;
};

/// What an exception says.
template <typename Call>
std::string refusal(Call&& call) {
  try {
    call();
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "nothing was refused";
}

/// Asks until the broker gives the answer that it gives when it is there.
template <typename Question>
auto ask(Question question) {
  auto answer = question();
  wait_until(
      [&] {
        if (answer.reply == cluster::Reply::unavailable) answer = question();
        return answer.reply != cluster::Reply::unavailable;
      },
      "an answer", Deadline(election));
  return answer;
}

}  // namespace parley::test
