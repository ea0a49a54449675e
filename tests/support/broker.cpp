#include "tests/support/broker.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string_view>

namespace parley::test {
namespace {

/// Below the ports that the system chooses: nothing else takes one of these while a broker is away, not even
/// a client's attempt to connect to it, which would meet itself there.
constexpr int first_port = 20'000, last_port = 32'000;

bool is_free(std::uint16_t port) {
  const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::uint16_t choose_port() {
  std::random_device random;
  std::uniform_int_distribution<int> distribution(first_port, last_port);
  for (;;) {
    const auto port = static_cast<std::uint16_t>(distribution(random));
    if (is_free(port)) return port;
  }
}

std::string program(Where where) {
  std::string path = std::getenv("PATH") == nullptr ? "" : std::getenv("PATH");
  path += ":/usr/sbin:/usr/bin";
  for (std::size_t begin = 0; begin < path.size();) {
    const auto end = std::min(path.find(':', begin), path.size());
    const auto file = std::filesystem::path(path.substr(begin, end - begin)) / "nats-server";
    if (std::filesystem::exists(file)) return file;
    begin = end + 1;
  }
  fail(where, "nats-server is not installed");
}

std::string percent_encoded(const std::string& text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto value = static_cast<unsigned char>(c);
    if (std::isalnum(value))
      encoded += c;
    else
      encoded.append({'%', digits[value / 16], digits[value % 16]});
  }
  return encoded;
}

}  // namespace

BrokerProcess::BrokerProcess(BrokerSetUp set_up, Where where)
    : set_up_(std::move(set_up)), asked_password_(set_up_.password) {
  do port_ = choose_port();
  while (!try_to_start(where));
}

BrokerProcess::~BrokerProcess() {
  if (process_ != nullptr) resume();
}

std::vector<std::string> BrokerProcess::arguments() const {
  std::vector<std::string> arguments = {
      "-a", "127.0.0.1", "-p", std::to_string(port_), "--ports_file_dir", directory_.path()};
  if (set_up_.has_jetstream) arguments.insert(arguments.end(), {"-js", "-sd", directory_.path() / "store"});
  if (!set_up_.user.empty())
    arguments.insert(arguments.end(), {"--user", set_up_.user, "--pass", asked_password_});
  arguments.insert(arguments.end(), set_up_.more.begin(), set_up_.more.end());
  return arguments;
}

/// False: somebody else has the port.
bool BrokerProcess::try_to_start(Where where) {
  process_ = std::make_unique<Process>(program(where), arguments(), ProcessOptions{}, where);
  // It writes the file when it listens.
  const auto file = directory_.path() / ("nats-server_" + std::to_string(process_->pid()) + ".ports");
  bool has_ended = false;
  wait_until(
      [&] {
        has_ended = process_->try_wait(Deadline(milliseconds(0))).has_value();
        return has_ended || std::filesystem::exists(file);
      },
      "a nats-server that listens", Deadline(), where);
  if (!has_ended) return true;
  const auto log = process_->error().read_all(where);
  if (log.find("address already in use") == std::string::npos) fail(where, "nats-server ended: " + log);
  return false;
}

std::string BrokerProcess::url(const std::string& scheme) const {
  const std::string user =
      set_up_.user.empty() ? ""
                           : percent_encoded(set_up_.user) + ":" + percent_encoded(set_up_.password) + "@";
  return scheme + "://" + user + "127.0.0.1:" + std::to_string(port_);
}

void BrokerProcess::end(int signal, Where where) {
  process_->signal(signal);
  resume();
  process_->wait(Deadline(), where);
  process_.reset();
}

void BrokerProcess::stop(Where where) {
  end(SIGTERM, where);
}

void BrokerProcess::kill(Where where) {
  end(SIGKILL, where);
}

void BrokerProcess::pause(Where where) {
  process_->signal(SIGSTOP);
  // The system tells of it when all threads have stopped.
  const auto has_stopped = [&] {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(process_->pid()), &info, WSTOPPED | WNOHANG) == 0 &&
           info.si_pid != 0;
  };
  wait_until(has_stopped, "a nats-server that stands still", Deadline(), where);
}

void BrokerProcess::start(Where where) {
  if (!try_to_start(where)) fail(where, "somebody else has taken the port of the nats-server");
}

void BrokerProcess::forget() {
  std::filesystem::remove_all(directory_.path() / "store");
}

BrokerCluster::BrokerCluster(Where where) {
  constexpr int size = 3;
  std::string routes;
  std::vector<std::string> route_of(size);
  for (auto& route : route_of) {
    route = "nats://127.0.0.1:" + std::to_string(choose_port());
    routes += (routes.empty() ? "" : ",") + route;
  }
  for (int number = 0; number < size; ++number)
    brokers_.push_back(std::make_unique<BrokerProcess>(
        BrokerSetUp{.more = {"--cluster_name", "test", "--server_name", "broker" + std::to_string(number),
                             "--cluster", route_of[static_cast<std::size_t>(number)], "--routes", routes}},
        where));
}

std::vector<std::string> BrokerCluster::urls() const {
  std::vector<std::string> urls;
  for (const auto& broker : brokers_) urls.push_back(broker->url());
  return urls;
}

BrokerProcess& BrokerCluster::leader_of(const std::string& stream, Where where) {
  const std::string election = "JetStream cluster new stream leader for '$G > " + stream + "'";
  BrokerProcess* leader = nullptr;
  const auto look = [&] {
    std::string last_time;
    for (const auto& broker : brokers_) {
      if (!broker->is_running()) continue;
      const std::string log = broker->log();
      const auto at = log.rfind(election);
      if (at == std::string::npos) continue;
      // "[4711] 2026/11/27 03:42:51.123456 [INF] JetStream ..."
      const auto line_begin = log.rfind('\n', at) + 1;
      const std::string time = log.substr(log.find(']', line_begin), at - log.find(']', line_begin));
      if (time <= last_time) continue;
      leader = broker.get();
      last_time = time;
    }
    return leader != nullptr;
  };
  wait_until(look, "a leader of " + stream, Deadline(), where);
  return *leader;
}

}  // namespace parley::test
