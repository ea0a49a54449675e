#include "tests/bench/systems.hpp"

#include <utility>

#include "protocol/two_socket.hpp"
#include "tests/bench/socket.hpp"
#include "tests/support/parleyd.hpp"
#include "tests/support/process.hpp"

namespace parley::bench {
namespace {

using namespace two_socket;

class RelaySystem : public System {
 public:
  RelaySystem() : process_("/proc/self/exe", {"--relay"}) {
    const std::string line = process_.output().read_line();
    port_ = static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(' ') + 1)));
  }

  std::string name() const override { return "relay"; }
  pid_t pid() const override { return process_.pid(); }
  std::uint16_t port() const override { return port_; }

  /// The bytes are parleyd's, so that both move the same.
  Group make_group(unsigned number, std::size_t receivers, std::size_t body_bytes) override {
    Group group;
    group.request = to_frame(Send{receivers == 1 ? "r0x0" : "ALL", std::string(body_bytes, 'x')});
    group.delivery_bytes = group.request.size();
    group.receipt = to_frame(Received{"s0"});
    group.answer_bytes = group.receipt.size();
    // The receivers first: who sends must find them all.
    for (std::size_t i = 0; i < receivers; ++i) group.receivers.push_back(join(number, 'r', receivers));
    group.sender = join(number, 's', receivers);
    return group;
  }

 private:
  FileDescriptor join(unsigned number, char role, std::size_t size) const {
    FileDescriptor socket = connect_to(port_);
    write_all(socket.get(), std::to_string(number) + ' ' + role + ' ' + std::to_string(size) + '\n');
    read_exactly(socket.get(), 3);
    return socket;
  }

  test::Process process_;
  std::uint16_t port_ = 0;
};

class ParleydSystem : public System {
 public:
  ParleydSystem() : server_({"--log-level", "off"}) {}

  std::string name() const override { return "parleyd"; }
  pid_t pid() const override { return const_cast<test::Parleyd&>(server_).process().pid(); }
  std::uint16_t port() const override { return server_.endpoint().port; }

  Group make_group(unsigned number, std::size_t receivers, std::size_t body_bytes) override {
    Group group;
    const std::string sender = "s" + std::to_string(number);
    const auto receiver = [&](std::size_t i) {
      return "r" + std::to_string(number) + 'x' + std::to_string(i);
    };
    const std::string body(body_bytes, 'x');
    const std::string recipient = receivers == 1 ? receiver(0) : "ALL";
    group.request = to_frame(Send{recipient, body});
    group.delivery_bytes = to_frame(Forward{sender, body}).size();
    group.receipt = to_frame(Received{sender});
    group.answer_bytes = to_frame(Delivered{recipient}).size();
    for (std::size_t i = 0; i < receivers; ++i) {
      auto [send, recv] = sign_on(receiver(i));
      group.idle.push_back(std::move(send));
      group.receivers.push_back(std::move(recv));
    }
    auto [send, recv] = sign_on(sender);
    group.sender = std::move(send);
    group.idle.push_back(std::move(recv));
    return group;
  }

 private:
  std::pair<FileDescriptor, FileDescriptor> sign_on(const std::string& name) const {
    return {sign_on(name, Channel::to_send), sign_on(name, Channel::to_recv)};
  }

  FileDescriptor sign_on(const std::string& name, Channel channel) const {
    FileDescriptor socket = connect_to(server_.endpoint().port);
    write_all(socket.get(), to_frame(Register{channel, name}));
    read_exactly(socket.get(), to_frame(Registered{channel, name}).size());
    return socket;
  }

  test::Parleyd server_;
};

}  // namespace

std::unique_ptr<System> start_relay() {
  return std::make_unique<RelaySystem>();
}
std::unique_ptr<System> start_parleyd() {
  return std::make_unique<ParleydSystem>();
}

}  // namespace parley::bench
