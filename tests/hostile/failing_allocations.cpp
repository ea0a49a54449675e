// The n-th allocation of the server fails, for each n of a conversation in each dialect: once, or with all
// that follow it. Whoever it was for may be gone; the server, and everybody who was there, goes on. And for
// each n of the arrival of a user of another node: it has arrived, or nothing has changed. The metrics count
// who was dropped for want of memory.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <spdlog/sinks/null_sink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include "server/logger.hpp"
#include "server/metrics/exposition.hpp"
#include "server/server.hpp"

namespace {

// A thread of the test's own gets what it asks for.
thread_local bool is_spared = false;
std::atomic<long> allocations_left{-1};  // until one fails; negative: none does
std::atomic<bool> all_fail{false};       // those behind it, too

bool is_to_fail() {
  if (is_spared || allocations_left.load(std::memory_order_relaxed) < 0) return false;
  const long left = allocations_left.fetch_sub(1, std::memory_order_relaxed);
  if (left > 0) return false;
  if (all_fail.load(std::memory_order_relaxed)) allocations_left.store(0, std::memory_order_relaxed);
  return left == 0;
}

}  // namespace

void* operator new(std::size_t size) {
  void* const memory = is_to_fail() ? nullptr : std::malloc(size > 0 ? size : 1);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace {

using namespace parley;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds longest_wait{60};

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "FAILED: %s\n", what.c_str());
  std::_Exit(1);
}

class Client {
 public:
  explicit Client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      fail("cannot connect");
  }
  ~Client() { ::close(socket_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// To somebody who may have ended the connection already.
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// Reads up to these bytes.
  void read_until(std::string_view marker, const std::string& situation) {
    while (came_.find(marker) == std::string::npos)
      if (!read_more(situation))
        fail(situation + ": somebody who was there was dropped, before " + std::string(marker));
    came_.clear();
  }

  void read_to_end(const std::string& situation) {
    ::shutdown(socket_, SHUT_WR);
    while (read_more(situation)) came_.clear();
  }

 private:
  bool read_more(const std::string& situation) {
    pollfd ready{socket_, POLLIN, 0};
    const auto wait_ms = std::chrono::duration_cast<std::chrono::milliseconds>(longest_wait).count();
    if (::poll(&ready, 1, static_cast<int>(wait_ms)) <= 0) fail(situation + ": nothing came");
    std::array<char, 65536> piece;
    const ssize_t count = ::recv(socket_, piece.data(), piece.size(), 0);
    if (count <= 0) return false;
    came_.append(piece.data(), static_cast<std::size_t>(count));
    return true;
  }

  const int socket_;
  std::string came_;
};

std::string sized(std::string_view before, std::string_view body, std::string_view between) {
  return std::string(before) + std::to_string(body.size()) + std::string(between) + std::string(body);
}

/// All that somebody of this name asks for, from the first word to the last.
std::string conversation(std::string_view dialect, const std::string& name) {
  const std::string line(3000, 'x');
  if (dialect == "two-socket")
    return "REGISTER TOSEND " + name + "\n\nREGISTER TORECV " + name + "\n\n" +
           sized("SEND ALL\nContent-length: ", line, "\n\n") +
           sized("SEND ann\nContent-length: ", "hi", "\n\n") +
           sized("SEND " + name + "\nContent-length: ", "hi", "\n\n") + "RECEIVED\n\n" +
           sized("SEND nobody\nContent-length: ", "hi", "\n\n") + "REGISTER TOSEND \x01\n\n";
  if (dialect == "livecode")
    return sized("AUTH,", name, "\n") + "\n" + sized("MESG,", line, "\n") + "\n" + "WHAT,0\n\n" +
           sized("STOP,", name, "\n") + "\n";
  if (dialect == "names") {
    const auto frame = [](const std::string& text) {
      const std::string length = std::to_string(text.size());
      return std::string(5 - length.size(), '0') + length + text;
    };
    return frame("NAME " + name) + frame("GET_NAMES") + frame("MSG BROADCAST " + line) + frame("MSG ann hi") +
           frame("NAME " + name + "b") + frame("MSG nobody hi") + frame("EXIT");
  }
  if (dialect == "telnet")
    return name + "\r\n" + line + "\r\n@ann hi\r\n/who\r\n/join B\r\nhello\r\n/nick " + name +
           "b\r\n/quit\r\n";
  const auto object = [](const std::string& type, const std::string& payload) {
    return R"({"type": ")" + type + R"(", "payload": {)" + payload + "}}";
  };
  return object("connect", R"("name": ")" + name + R"(", "room": "General")") +
         object("message", R"("text": ")" + line + R"(")") +
         object("connect", R"("name": ")" + name + R"(", "room": "B")") + object("what", "") +
         object("exit", "");
}

/// The conversations of one dialect, and two who listen to them.
class Trial {
 public:
  Trial(const Server& server, std::string_view dialect)
      : dialect_(dialect),
        port_(port_of(server, dialect)),
        ann_(port_of(server, "telnet")),
        bob_(port_of(server, "telnet")) {
    ann_.send("ann\r\n");
    ann_.read_until("online: ann", "at the start");
    bob_.send("bob\r\n");
    bob_.read_until(", bob", "at the start");
    ann_.read_until("bob arrived", "at the start");
    chat("at the start");
  }

  /// Returns how many allocations a conversation takes at most.
  long run(bool all) {
    for (long n = 0;; ++n) {
      const std::string situation =
          std::string(dialect_) + ", allocation " + std::to_string(n) + (all ? " and those that follow" : "");
      if (!converse(n, all, situation)) return n;
      chat(situation);
    }
  }

 private:
  static std::uint16_t port_of(const Server& server, std::string_view dialect) {
    for (const auto& endpoint : server.endpoints())
      if (endpoint.dialect.name == dialect) return endpoint.address.port();
    fail("no such dialect");
  }

  /// False: it took fewer allocations.
  bool converse(long n, bool all, const std::string& situation) {
    all_fail = all;
    allocations_left = n;
    {
      Client visitor(port_);
      visitor.send(conversation(dialect_, (all ? "all" : "one") + std::to_string(n)));
      visitor.read_to_end(situation);
    }
    return allocations_left.exchange(-1) <= (all ? 0 : -1);
  }

  /// Nobody's memory is short any more.
  void chat(const std::string& situation) {
    const std::string line = "line " + std::to_string(lines_++) + ".";
    ann_.send(line + "\r\n");
    bob_.read_until("ann> " + line, situation);
    bob_.send(line + "\r\n");
    ann_.read_until("bob> " + line, situation);
  }

  const std::string_view dialect_;
  const std::uint16_t port_;
  Client ann_;
  Client bob_;
  int lines_ = 0;
};

class Somebody : public Member {
 public:
  explicit Somebody(std::string name, std::shared_ptr<Member> carrier = nullptr)
      : Member(std::move(name)), carrier_(std::move(carrier)) {}
  std::string_view dialect() const override { return "telnet"; }
  bool hears_notices() const override { return true; }
  std::shared_ptr<Member> carrier() const override { return carrier_; }
  void deliver(const Message&, Receipt) override {}

 private:
  const std::shared_ptr<Member> carrier_;
};

enum class Before { nobody, newcomer, user, elsewhere };

/// False: no allocation failed, and the user has arrived.
bool fails_to_admit(Before before, long n) {
  const std::string situation =
      "admission " + std::to_string(static_cast<int>(before)) + ", allocation " + std::to_string(n);
  Directory directory;
  const auto ann = std::make_shared<Somebody>("ann");
  directory.reserve(ann);
  directory.sign_on(*ann, "Den");
  const auto former = std::make_shared<Somebody>("bob");
  if (before == Before::elsewhere)
    directory.admit(std::make_shared<Somebody>("bob", former), "Den", 1, 0);
  else if (before != Before::nobody)
    directory.reserve(former);
  if (before == Before::user) directory.sign_on(*former, "Den");
  const auto had_name = directory.find("bob").member;
  const auto names = directory.names()->names();
  const auto others = directory.others_in_room(*ann).members;

  const auto remote = std::make_shared<Somebody>("BOB", std::make_shared<Somebody>("node"));
  bool has_failed = false;
  allocations_left = n;
  is_spared = false;
  try {
    directory.admit(remote, "Attic", 2, 0);
  } catch (const std::bad_alloc&) {
    has_failed = true;
  }
  is_spared = true;
  allocations_left = -1;
  if (directory.find("bob").member != (has_failed ? had_name : remote))
    fail(situation + ": who has the name");
  if (!has_failed) return false;
  if (directory.names()->names() != names) fail(situation + ": who is there");
  if (directory.others_in_room(*ann).members != others) fail(situation + ": who is in the room");
  const auto next = std::make_shared<Somebody>("bob");
  if ((directory.reserve(next) == next) != (before == Before::nobody))
    fail(situation + ": the name is not free");
  return true;
}

void try_admissions() {
  for (const Before before : {Before::nobody, Before::newcomer, Before::user, Before::elsewhere}) {
    long n = 0;
    while (fails_to_admit(before, n)) ++n;
    if (n < 2) fail("an admission takes no memory");
  }
}

long dropped_for_no_memory(const Server& server) {
  const std::string metrics = metrics::to_exposition(server.figures(), {});
  const std::string name = R"(parley_connections_dropped_total{reason="no_memory"} )";
  const auto place = metrics.find(name);
  if (place == std::string::npos) fail("there is no metric of who was dropped for want of memory");
  return std::strtol(metrics.c_str() + place + name.size(), nullptr, 10);
}

}  // namespace

int main() {
  is_spared = true;
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::signal(SIGPIPE, SIG_IGN);
  try_admissions();
  spdlog::logger log("parleyd", std::make_shared<spdlog::sinks::null_sink_mt>());
  Options options;
  for (const Dialect& dialect : dialects()) options.ports.push_back({&dialect, {"127.0.0.1"}, 0});
  options.limits.linger_timeout = std::chrono::milliseconds{200};
  for (const Dialect& dialect : dialects()) {
    Server server(options, log, {});
    server.start([] { return false; });
    {
      Trial trial(server, dialect.name);
      const long once = trial.run(false);
      const long all = trial.run(true);
      const long dropped = dropped_for_no_memory(server);
      std::printf("%s: %ld and %ld allocations, %ld dropped\n", std::string(dialect.name).c_str(), once, all,
                  dropped);
      if (dropped == 0) fail("nobody was dropped for want of memory");
    }
    const auto began = Clock::now();
    server.stop([] { return false; });
    if (Clock::now() - began > longest_wait) fail("the stop took too long");
  }
}
