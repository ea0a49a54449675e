#include "tests/bench/relay.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <deque>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/socket.hpp"

namespace parley::bench {
namespace {

/// Many senders to one receiver, one message out at a time: whose it is tells whose the receipt is.
class Turns {
 public:
  struct Turn {
    int sender = -1;
    std::string bytes;
  };

  /// True: the message is out now, and is to be written. Else it waits.
  bool begin(int sender, std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    if (out_ != -1) {
      waiting_.push_back({sender, std::string(bytes)});
      return false;
    }
    out_ = sender;
    return true;
  }

  /// The message that is out has been acknowledged: whose it was, and the next one, which is out now.
  int end(Turn& next) {
    const std::lock_guard lock(mutex_);
    const int acknowledged = out_;
    next = {};
    if (!waiting_.empty()) {
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    out_ = next.sender;
    return acknowledged;
  }

 private:
  std::mutex mutex_;
  int out_ = -1;  // the sender whose message it is
  std::deque<Turn> waiting_;
};

struct RelayGroup {
  int sender = -1;
  std::vector<int> receivers;
  std::size_t size = 0;
  std::atomic<std::size_t> receipts{0};
  std::unique_ptr<Turns> turns;  // nullptr: there is one sender
};

class Relay {
 public:
  explicit Relay(FileDescriptor listener) : listener_(std::move(listener)) {}

  void accept_until_shut_down() {
    for (;;) {
      const int descriptor = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
      if (descriptor < 0) break;
      set_server_options(descriptor);
      sockets_.emplace_back(descriptor);
      threads_.emplace_back([this, descriptor] { serve(descriptor); });
    }
    for (const auto& socket : sockets_) ::shutdown(socket.get(), SHUT_RDWR);
    for (auto& thread : threads_) thread.join();
  }

  void shut_down() { ::shutdown(listener_.get(), SHUT_RDWR); }

 private:
  void serve(int descriptor) {
    std::array<char, 32 * 1024> buffer;
    const ssize_t hello = ::recv(descriptor, buffer.data(), buffer.size() - 1, 0);
    if (hello <= 0) return;
    buffer[static_cast<std::size_t>(hello)] = '\0';
    unsigned number = 0;
    char role = 0;
    std::size_t size = 0;
    if (std::sscanf(buffer.data(), "%u %c %zu", &number, &role, &size) != 3) return;
    RelayGroup& group = join(number, role, size, descriptor);
    if (::send(descriptor, "ok\n", 3, MSG_NOSIGNAL) != 3) return;

    for (;;) {
      const ssize_t got = ::recv(descriptor, buffer.data(), buffer.size(), 0);
      if (got <= 0) return;
      const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
      if (role == 's') {
        for (const int receiver : group.receivers) write_on(receiver, bytes);
      } else if (role == 't') {
        if (group.turns->begin(descriptor, bytes)) write_on(group.receivers.front(), bytes);
      } else if (group.turns) {
        end_turn(group, descriptor, bytes);
      } else if (group.receipts.fetch_add(1) + 1 == group.size) {
        group.receipts.store(0);
        write_on(group.sender, bytes);
      }
    }
  }

  /// The receiver is given the next message before the sender of the last one hears of it, as in parleyd.
  static void end_turn(RelayGroup& group, int receiver, std::string_view receipt) {
    Turns::Turn next;
    const int acknowledged = group.turns->end(next);
    if (next.sender != -1) write_on(receiver, next.bytes);
    write_on(acknowledged, receipt);
  }

  static void write_on(int descriptor, std::string_view bytes) {
    if (::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0)
      return;  // its own thread notices the end
  }

  RelayGroup& join(unsigned number, char role, std::size_t size, int descriptor) {
    const std::lock_guard lock(mutex_);
    auto& group = groups_[number];
    if (!group) group = std::make_unique<RelayGroup>();
    group->size = size;
    if (role == 's')
      group->sender = descriptor;
    else if (role == 'r')
      group->receivers.push_back(descriptor);
    else if (!group->turns)
      group->turns = std::make_unique<Turns>();
    return *group;
  }

  FileDescriptor listener_;
  std::vector<FileDescriptor> sockets_;
  std::vector<std::thread> threads_;
  std::mutex mutex_;
  std::map<unsigned, std::unique_ptr<RelayGroup>> groups_;
};

}  // namespace

int run_relay() {
  FileDescriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), length) != 0 ||
      ::listen(listener.get(), SOMAXCONN) != 0 ||
      ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    std::perror("relay");
    return 1;
  }
  std::cout << "relay: listening on " << ntohs(address.sin_port) << std::endl;

  Relay relay(std::move(listener));
  std::thread acceptor([&] { relay.accept_until_shut_down(); });
  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
  relay.shut_down();
  acceptor.join();
  return 0;
}

}  // namespace parley::bench
