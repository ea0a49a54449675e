#include "tests/bench/peers_group.hpp"

#include <pthread.h>

#include <atomic>
#include <chrono>
#include <iostream>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/bench/peers_client.hpp"
#include "tests/bench/scale_machine.hpp"

namespace parley::bench {
namespace {

// A client's deepest call needs a tenth of it, and there may be thousands.
constexpr std::size_t thread_stack_bytes = 256 * 1024;

// Longer than between any two notices to one client: what has not come until then does not come.
constexpr std::chrono::milliseconds quiet{300};

/// What one sender saw.
struct SenderFigures {
  std::size_t sent = 0;  ///< before and after the window, too
  std::size_t measured = 0;
  Clock::duration measured_time{};
  Histogram latencies;
};

/// The receipts of all receivers, for a sender who is not told of them.
class ReceiptCount {
 public:
  explicit ReceiptCount(std::size_t receivers) : receivers_(receivers) {}

  void add() {
    if ((receipts_.fetch_add(1) + 1) % receivers_ != 0) return;
    messages_.fetch_add(1);
    messages_.notify_one();
  }

  /// Returns when that many messages have been acknowledged by every receiver.
  void wait_for(std::size_t messages) const {
    for (auto now = messages_.load(); now < messages; now = messages_.load()) messages_.wait(now);
  }

  std::size_t receipts() const { return receipts_.load(); }

 private:
  std::size_t receivers_;
  std::atomic<std::size_t> receipts_{0};
  std::atomic<std::size_t> messages_{0};
};

class ClientGroup {
 public:
  explicit ClientGroup(const GroupTask& task)
      : load_(task.load),
        codec_(find_peer_system(task.system).make_codec(load_)),
        receipts_(load_.receivers) {
    // The receivers first: who sends must find them all.
    const auto& ports = task.ports.receivers;
    for (std::size_t i = 0; i < load_.receivers; ++i)
      sign_on({false, task.group, i}, ports.at(i % ports.size()), receivers_);
    for (std::size_t i = 0; i < load_.senders; ++i) {
      const User& user = sending_users_.emplace_back(User{true, task.group, i});
      sign_on(user, task.ports.senders, senders_);
    }
    if (load_.is_room) settle();
  }

  ~ClientGroup() { stop_listening(); }
  ClientGroup(const ClientGroup&) = delete;
  ClientGroup& operator=(const ClientGroup&) = delete;

  /// The receivers answer from here on.
  void listen() {
    for (auto& receiver : receivers_) threads_.emplace_back([this, &receiver] { receive(*receiver); });
  }

  /// Returns when the senders are done, or one of them failed.
  std::vector<SenderFigures> talk(const Window& window) {
    std::vector<SenderFigures> figures(load_.senders);
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < load_.senders; ++i)
      threads.emplace_back([&, i] { figures[i] = send(i, window); });
    for (auto& thread : threads) thread.join();
    stop_listening();
    if (!failure_.empty()) throw std::runtime_error(failure_);
    return figures;
  }

  std::size_t receipts() const { return receipts_.receipts(); }

 private:
  void sign_on(const User& user, std::uint16_t port, std::vector<std::unique_ptr<Client>>& clients) const {
    clients.push_back(std::make_unique<Client>(*codec_, port, user, load_.body_bytes));
  }

  /// Returns when everybody has been told who came into the room.
  void settle() {
    for (bool is_quiet = false; !is_quiet;) {
      std::this_thread::sleep_for(quiet);
      is_quiet = true;
      for (const auto* clients : {&receivers_, &senders_})
        for (const auto& client : *clients) is_quiet = !client->skip() && is_quiet;
    }
  }

  void stop_listening() {
    for (auto& receiver : receivers_) receiver->shut_down();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
  }

  void receive(Client& client) {
    try {
      std::string receipt;
      for (;;) {
        receipt.clear();
        codec_->append_receipt(receipt, client.read_message());
        client.write(receipt);
        receipts_.add();
      }
    } catch (const std::runtime_error&) {
      // Shut down. If it is something else, the sender waits in vain, and is given up with this process.
    }
  }

  SenderFigures send(std::size_t sender, const Window& window) {
    SenderFigures figures;
    try {
      const std::string request = make_request(sender);
      auto begin = Clock::now();
      while (begin < window.end) {
        exchange(*senders_[sender], request, ++figures.sent);
        const auto end = Clock::now();
        if (begin >= window.begin && end <= window.end) {
          ++figures.measured;
          figures.measured_time += end - begin;
          figures.latencies.add(end - begin);
        }
        begin = end;
      }
      if (senders_[sender]->has_message()) throw std::runtime_error("more acknowledgements than messages");
    } catch (const std::runtime_error& error) {
      const std::lock_guard lock(failure_mutex_);
      failure_ = error.what();
    }
    return figures;
  }

  void exchange(Client& client, const std::string& request, std::size_t number) const {
    client.write(request);
    for (std::size_t i = 0; i < codec_->answers(); ++i) client.read_message();
    if (codec_->keeps_receipts()) receipts_.wait_for(number);
  }

  std::string make_request(std::size_t sender) const {
    const User& user = sending_users_[sender];
    std::string body = user.name() + ' ';
    body.resize(load_.body_bytes, 'x');
    return codec_->request(user, body);
  }

  Load load_;
  std::unique_ptr<Codec> codec_;
  std::vector<User> sending_users_;
  std::vector<std::unique_ptr<Client>> senders_;
  std::vector<std::unique_ptr<Client>> receivers_;
  std::vector<std::thread> threads_;  // of the receivers
  ReceiptCount receipts_;
  std::mutex failure_mutex_;
  std::string failure_;
};

std::string read_order() {
  std::string line;
  if (!std::getline(std::cin, line)) throw std::runtime_error("nobody wants to measure");
  return line;
}

}  // namespace

std::string to_line(const GroupTask& task) {
  std::ostringstream line;
  line << task.system << ' ' << task.ports.senders << ' ' << task.ports.receivers.size();
  for (const std::uint16_t port : task.ports.receivers) line << ' ' << port;
  line << ' ' << task.group << ' ' << task.load.groups << ' ' << task.load.senders << ' '
       << task.load.receivers << ' ' << task.load.body_bytes << ' ' << task.load.is_room << '\n';
  return line.str();
}

std::string to_line(const Window& window) {
  const auto ns = [](Clock::time_point time) {
    return std::to_string(std::chrono::nanoseconds(time.time_since_epoch()).count());
  };
  return ns(window.begin) + ' ' + ns(window.end) + '\n';
}

Window to_window(const std::string& line) {
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
  std::istringstream(line) >> begin_ns >> end_ns;
  using std::chrono::nanoseconds;
  return {Clock::time_point(nanoseconds(begin_ns)), Clock::time_point(nanoseconds(end_ns))};
}

std::string to_line(const GroupFigures& figures) {
  const nlohmann::json json{{"sent", figures.sent},
                            {"receipts", figures.receipts},
                            {"messages_per_s", figures.messages_per_s},
                            {"latencies", figures.latencies.counts()}};
  return json.dump() + '\n';
}

GroupFigures to_figures(const std::string& line) {
  const auto json = nlohmann::json::parse(line);
  return {.sent = json.at("sent"),
          .receipts = json.at("receipts"),
          .messages_per_s = json.at("messages_per_s"),
          .latencies = Histogram(json.at("latencies").get<std::vector<std::size_t>>())};
}

namespace {

GroupTask read_task() {
  GroupTask task;
  std::istringstream line(read_order());
  std::size_t receiver_ports = 0;
  line >> task.system >> task.ports.senders >> receiver_ports;
  task.ports.receivers.resize(receiver_ports);
  for (std::uint16_t& port : task.ports.receivers) line >> port;
  line >> task.group >> task.load.groups >> task.load.senders >> task.load.receivers >>
      task.load.body_bytes >> task.load.is_room;
  return task;
}

GroupFigures sum(const std::vector<SenderFigures>& senders, std::size_t receipts) {
  GroupFigures figures;
  figures.receipts = receipts;
  for (const SenderFigures& sender : senders) {
    figures.sent += sender.sent;
    figures.latencies.add(sender.latencies);
    if (sender.measured > 0)
      figures.messages_per_s +=
          static_cast<double>(sender.measured) / std::chrono::duration<double>(sender.measured_time).count();
  }
  return figures;
}

/// For the clients, of which there may be thousands.
void make_stacks_small() {
  pthread_attr_t attributes;
  ::pthread_attr_init(&attributes);
  ::pthread_attr_setstacksize(&attributes, thread_stack_bytes);
  ::pthread_setattr_default_np(&attributes);
  ::pthread_attr_destroy(&attributes);
}

}  // namespace

int run_group() {
  raise_file_limit();
  make_stacks_small();
  try {
    ClientGroup group(read_task());
    group.listen();
    std::cout << "ready" << std::endl;
    const auto senders = group.talk(to_window(read_order()));
    std::cout << to_line(sum(senders, group.receipts())) << std::flush;
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
  return 0;
}

}  // namespace parley::bench
