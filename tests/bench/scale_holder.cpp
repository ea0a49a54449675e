#include "tests/bench/scale_holder.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "base/file_descriptor.hpp"
#include "protocol/text.hpp"
#include "protocol/two_socket.hpp"
#include "tests/bench/socket.hpp"

namespace parley::bench {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using namespace two_socket;

constexpr milliseconds answer_patience{300'000};  // for thousands of sign-ons on a slow machine
constexpr int socket_patience_s = 60;
constexpr std::size_t chat_body_bytes = 64;

sockaddr_in to_address(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
    throw std::runtime_error(host + " is no address");
  return address;
}

void check(int result, const char* call) {
  if (result != 0) throw std::system_error(errno, std::generic_category(), call);
}

/// As connect_to(), from one of this machine's addresses.
FileDescriptor connect_from(const std::string& source_host, std::uint16_t port) {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket) throw std::system_error(errno, std::generic_category(), "socket");
  const int on = 1;
  const timeval patience{socket_patience_s, 0};
  check(::setsockopt(socket.get(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on), "setsockopt");
  check(::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt");
  check(::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), "setsockopt");
  const sockaddr_in source = to_address(source_host, 0);
  const sockaddr_in server = to_address("127.0.0.1", port);
  check(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&source), sizeof source), "bind");
  check(::connect(socket.get(), reinterpret_cast<const sockaddr*>(&server), sizeof server), "connect");
  return socket;
}

/// Reads `frame`; another one, such as a refusal, is thrown as what the server said.
void expect(int descriptor, const std::string& frame) {
  std::string came;
  while (came.size() < frame.size() && came == frame.substr(0, came.size())) {
    std::string rest(frame.size() - came.size(), '\0');
    const ssize_t got = ::recv(descriptor, rest.data(), rest.size(), 0);
    if (got <= 0) break;
    came.append(rest, 0, static_cast<std::size_t>(got));
  }
  if (came == frame) return;
  throw std::runtime_error("the server answered " +
                           (came.empty() ? "nothing" : visible(came.substr(0, came.find('\n')))));
}

struct HeldUser {
  std::string name;
  FileDescriptor sending;
  FileDescriptor receiving;
};

HeldUser sign_on(std::uint16_t port, const std::string& source_host, std::string name) {
  HeldUser user{std::move(name), connect_from(source_host, port), connect_from(source_host, port)};
  write_all(user.sending.get(), to_frame(Register{Channel::to_send, user.name}));
  write_all(user.receiving.get(), to_frame(Register{Channel::to_recv, user.name}));
  expect(user.sending.get(), to_frame(Registered{Channel::to_send, user.name}));
  expect(user.receiving.get(), to_frame(Registered{Channel::to_recv, user.name}));
  return user;
}

void send_message(const HeldUser& from, const HeldUser& to) {
  const std::string body(chat_body_bytes, 'x');
  write_all(from.sending.get(), to_frame(Send{to.name, body}));
  expect(to.receiving.get(), to_frame(Forward{from.name, body}));
  write_all(to.receiving.get(), to_frame(Received{from.name}));
  expect(from.sending.get(), to_frame(Delivered{to.name}));
}

/// The users of this process.
class HeldUsers {
 public:
  ~HeldUsers() { stop_chat(); }

  void hold(std::uint16_t port, const std::string& source_host, std::size_t first, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      users_.push_back(sign_on(port, source_host, "u" + std::to_string(first + i)));
  }

  std::size_t count() const { return users_.size(); }

  /// One thread for all who chat, its messages evenly spread: nobody's message waits for somebody's turn.
  void chat(std::size_t senders) {
    stopping_ = false;
    thread_ = std::thread([this, senders] {
      try {
        send_in_turn(senders);
      } catch (const std::runtime_error& error) {
        failure_ = error.what();
      }
    });
  }

  /// How many messages were acknowledged, or the failure.
  std::string stop_chat() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
    const std::size_t acknowledged = std::exchange(acknowledged_, 0);
    return failure_.empty() ? std::to_string(acknowledged) : failure_;
  }

 private:
  void send_in_turn(std::size_t senders) {
    const auto pause =
        std::chrono::duration_cast<Clock::duration>(chat_interval) / static_cast<Clock::rep>(senders);
    auto next = Clock::now();
    for (std::size_t i = 0; !stopping_; i = (i + 1) % senders) {
      send_message(users_[i], users_[(i + 1) % users_.size()]);
      ++acknowledged_;
      next = std::max(next + pause, Clock::now());
      std::this_thread::sleep_until(next);
    }
  }

  std::vector<HeldUser> users_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};
  std::size_t acknowledged_ = 0;  // the thread's, while it runs
  std::string failure_;           // likewise
};

std::string obey(const std::string& line, HeldUsers& users) {
  std::istringstream words(line);
  std::string request, source_host;
  std::uint16_t port = 0;
  std::size_t first = 0, count = 0;
  if (words >> request; request == "hold" && words >> port >> source_host >> first >> count) {
    std::string failure;
    try {
      users.hold(port, source_host, first, count);
    } catch (const std::runtime_error& error) {
      failure = error.what();
    }
    return std::to_string(users.count()) + ' ' + failure;
  }
  if (request == "chat" && words >> count) {
    users.chat(count);
    return "ok";
  }
  if (request == "stop_chat") return users.stop_chat();
  return "what?";
}

}  // namespace

Holder::Holder() : process_("/proc/self/exe", {"--holder"}) {}

void Holder::hold(std::uint16_t port, const std::string& source_host, std::size_t first, std::size_t count) {
  process_.write("hold " + std::to_string(port) + ' ' + source_host + ' ' + std::to_string(first) + ' ' +
                 std::to_string(count) + '\n');
}

Holder::Held Holder::wait_until_held() {
  Held held;
  std::istringstream answer(read_answer());
  answer >> held.users;
  std::getline(answer >> std::ws, held.failure);
  return held;
}

void Holder::chat(std::size_t senders) {
  ask("chat " + std::to_string(senders));
}

std::size_t Holder::stop_chat() {
  const std::string answer = ask("stop_chat");
  if (answer.find_first_not_of("0123456789") != std::string::npos)
    throw std::runtime_error("a chat broke: " + answer);
  return std::stoul(answer);
}

std::string Holder::ask(const std::string& request) {
  process_.write(request + '\n');
  return read_answer();
}

std::string Holder::read_answer() {
  const auto line = process_.output().try_line(test::Deadline(answer_patience));
  if (!line) throw std::runtime_error("a process that holds users does not answer");
  return *line;
}

int run_holder() {
  HeldUsers users;
  for (std::string line; std::getline(std::cin, line);) std::cout << obey(line, users) << std::endl;
  return 0;
}

}  // namespace parley::bench
