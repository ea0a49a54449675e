#include "tests/bench/cluster_requests.hpp"

#include <nats/nats.h>

#include <atomic>
#include <iostream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace parley::bench {
namespace {

constexpr const char* subject = "parley.bench.request";
constexpr std::size_t request_bytes = 64;
constexpr std::int64_t reply_patience_ms = 10'000;

template <auto destroy>
struct Destroy {
  template <typename Object>
  void operator()(Object* object) const {
    destroy(object);
  }
};
using NatsOptions = std::unique_ptr<natsOptions, Destroy<natsOptions_Destroy>>;
using NatsConnection = std::unique_ptr<natsConnection, Destroy<natsConnection_Destroy>>;
using NatsSubscription = std::unique_ptr<natsSubscription, Destroy<natsSubscription_Destroy>>;
using NatsMessage = std::unique_ptr<natsMsg, Destroy<natsMsg_Destroy>>;

void check(natsStatus status) {
  if (status != NATS_OK) throw std::runtime_error(std::string("libnats says ") + natsStatus_GetText(status));
}

std::string read_line() {
  std::string line;
  std::getline(std::cin, line);
  return line;
}

NatsConnection connect_to_broker(const std::string& port) {
  natsOptions* options = nullptr;
  check(natsOptions_Create(&options));
  const NatsOptions owned_options(options);
  check(natsOptions_SetURL(options, ("nats://127.0.0.1:" + port).c_str()));
  check(natsOptions_SetSendAsap(options, true));
  natsConnection* connection = nullptr;
  check(natsConnection_Connect(&connection, options));
  return NatsConnection(connection);
}

void reply(natsConnection* connection, natsSubscription*, natsMsg* message, void*) {
  const NatsMessage owned(message);
  natsConnection_Publish(connection, natsMsg_GetReply(message), receipt_body.data(),
                         static_cast<int>(receipt_body.size()));
}

/// One request after the other until the window ends.
GroupFigures request(natsConnection* connection, const Window& window) {
  const std::string body(request_bytes, 'x');
  GroupFigures figures;
  Clock::duration measured_time{};
  std::size_t measured = 0;
  for (auto begin = Clock::now(); begin < window.end;) {
    natsMsg* answer = nullptr;
    check(natsConnection_Request(&answer, connection, subject, body.data(), static_cast<int>(body.size()),
                                 reply_patience_ms));
    const NatsMessage owned(answer);
    const auto end = Clock::now();
    ++figures.sent;
    ++figures.receipts;
    if (begin >= window.begin && end <= window.end) {
      ++measured;
      measured_time += end - begin;
      figures.latencies.add(end - begin);
    }
    begin = end;
  }
  if (measured > 0)
    figures.messages_per_s =
        static_cast<double>(measured) / std::chrono::duration<double>(measured_time).count();
  return figures;
}

GroupFigures request_from_threads(natsConnection* connection, std::size_t count, const Window& window) {
  std::vector<GroupFigures> parts(count);
  std::atomic<bool> failed{false};
  std::vector<std::thread> threads;
  for (GroupFigures& part : parts)
    threads.emplace_back([&, connection] {
      try {
        part = request(connection, window);
      } catch (const std::runtime_error&) {
        failed = true;
      }
    });
  for (auto& thread : threads) thread.join();
  if (failed) throw std::runtime_error("a request had no reply");
  GroupFigures sum;
  for (const GroupFigures& part : parts) {
    sum.sent += part.sent;
    sum.receipts += part.receipts;
    sum.messages_per_s += part.messages_per_s;
    sum.latencies.add(part.latencies);
  }
  return sum;
}

int run_role(void (*role)()) {
  try {
    role();
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
  return 0;
}

}  // namespace

Figures measure_requests(const Server& broker, std::size_t threads, std::chrono::milliseconds duration) {
  const std::string port = std::to_string(broker.port());
  const auto responder = start_talker("--responder", port + '\n');
  wait_until_ready(*responder);
  Talkers requester;
  requester.push_back(start_talker("--requester", port + ' ' + std::to_string(threads) + '\n'));
  wait_until_ready(*requester.front());
  return measure_talk(requester, 1, duration, {broker.pid()});
}

int run_requester() {
  return run_role([] {
    std::string port;
    std::size_t threads = 0;
    std::istringstream(read_line()) >> port >> threads;
    const NatsConnection connection = connect_to_broker(port);
    std::cout << "ready" << std::endl;
    const Window window = to_window(read_line());
    std::cout << to_line(request_from_threads(connection.get(), threads, window)) << std::flush;
  });
}

int run_responder() {
  return run_role([] {
    const NatsConnection connection = connect_to_broker(read_line());
    natsSubscription* subscription = nullptr;
    check(natsConnection_Subscribe(&subscription, connection.get(), subject, reply, nullptr));
    const NatsSubscription owned(subscription);
    check(natsConnection_Flush(connection.get()));
    std::cout << "ready" << std::endl;
    read_line();  // the end
  });
}

}  // namespace parley::bench
