#include "tests/conformance/bench/trial.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <thread>

#include "tests/conformance/process/shortage.hpp"

namespace parley::conform {

using two_socket::Channel;

namespace {

/// Waits until the socket is connected, or cannot be.
bool is_connected(const FileDescriptor& socket, const Settings& settings) {
  constexpr std::chrono::milliseconds longest_poll{200};
  Patience patience(settings.timeout, settings.is_at_rest, settings.interruption);
  for (;;) {
    const auto left = patience.left();
    pollfd descriptor{socket.get(), POLLOUT, 0};
    if (::poll(&descriptor, 1, static_cast<int>(std::min(left, longest_poll).count())) > 0) return true;
    if (left.count() == 0) return false;
  }
}

/// A connected socket, or why there is none.
std::variant<FileDescriptor, std::string> connect_to(const test::Endpoint& server, const Settings& settings) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(server.host.c_str(), std::to_string(server.port).c_str(), &hints, &found) != 0)
    return "the host " + server.host + " is not known";
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  int problem = 0;
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    FileDescriptor socket(::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) {
      throw_if_short("a socket to the server");
      continue;
    }
    if (::connect(socket.get(), address->ai_addr, address->ai_addrlen) != 0 && errno == EINPROGRESS) {
      socklen_t length = sizeof problem;
      if (!is_connected(socket, settings))
        problem = ETIMEDOUT;
      else
        ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &problem, &length);
    } else {
      problem = errno;
      if (problem != EAGAIN) throw_if_short("a connection to the server");  // that one: its queue is full
    }
    if (problem != 0) continue;
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
  }
  return "the connection is not taken: " + std::generic_category().message(problem);
}

}  // namespace

Trial::Trial(test::Endpoint server, std::size_t number, const Settings& settings, Transcript& transcript)
    : server_(std::move(server)),
      number_(number),
      settings_(settings),
      transcript_(transcript),
      random_(settings.seed + number),
      grace_(settings.ready_time, settings.is_at_rest) {}

void end_properly(const User& user) {
  user.sending->close();
  user.receiving->close();
}

void end_with_reset(const User& user) {
  user.sending->abort();
  user.receiving->abort();
}

Trial::~Trial() {
  constexpr std::chrono::milliseconds time_to_notice{100};
  for (Link& link : links_) link.end_sending();
  try {
    Patience patience(time_to_notice, settings_.is_at_rest);
    for (Link& link : links_) link.wait_for_end(patience);
  } catch (const std::system_error&) {  // the machine is short of what it takes to look at the server
  }
}

std::string Trial::name(std::string_view stem) const {
  return std::string(stem) + std::to_string(number_);
}

Link& Trial::connect(std::string label) {
  FileDescriptor socket = std::move(company_);
  if (!socket) {
    auto connected = connect_to(server_, settings_);
    if (const auto* problem = std::get_if<std::string>(&connected))
      fail("a connection for " + label, *problem);
    socket = std::move(std::get<FileDescriptor>(connected));
  }
  Link& link = links_.emplace_back(std::move(socket), std::move(label), two_socket::Side::server, transcript_,
                                   settings_, &grace_, &exchanges_);
  link.when_silent([this] { return bring_another(); });
  return link;
}

bool Trial::bring_another() {
  if (!may_bring_another_ || company_) return false;
  auto connected = connect_to(server_, settings_);
  if (std::holds_alternative<std::string>(connected)) return false;
  company_ = std::move(std::get<FileDescriptor>(connected));
  return true;
}

void Trial::register_for(Link& link, Channel channel, std::string_view name) {
  link.send(to_frame(two_socket::Register{channel, name}));
  link.expect(registered(channel, name));
}

Link& Trial::connect_for(std::string label, Channel channel, std::string_view name) {
  Link& link = connect(std::move(label));
  register_for(link, channel, name);
  return link;
}

User Trial::sign_on(std::string_view stem, std::string name) {
  const bool in_set_up = transcript_.entries().size() == set_up_entries_;
  if (name.empty()) name = this->name(stem);
  try {
    User user{name, &connect(std::string(stem) + ", sending"), &connect(std::string(stem) + ", receiving")};
    for (const Channel channel : {first(), second()})
      register_for(channel == Channel::to_send ? *user.sending : *user.receiving, channel, name);
    if (in_set_up) set_up_entries_ = transcript_.entries().size();
    return user;
  } catch (CaseFailed& failed) {
    failed.failure.in_set_up = in_set_up;
    throw;
  }
}

User Trial::sign_on_with_one_socket(std::string_view stem) {
  Link& link = connect(std::string(stem));
  User user{name(stem), &link, &link};
  register_for(link, first(), user.name);
  register_for(link, second(), user.name);
  return user;
}

void Trial::send(const User& from, std::string_view to, std::string_view body) {
  from.sending->send(to_frame(two_socket::Send{to, body}));
}

void Trial::expect_forward(const User& to, const User& from, std::string_view body) {
  expect_of_user(to, *to.receiving, forward(from.name, body));
}

void Trial::acknowledge(const User& to, const User& from) {
  receipts(to).send(to_frame(two_socket::Received{from.name}));
}

Link& Trial::receipts(const User& recipient) const {
  return settings_.lacking.listening ? *recipient.sending : *recipient.receiving;
}

void Trial::expect_delivered(const User& from, std::string_view to) {
  expect_of_user(from, answering(from), delivered(settings_, to));
}

void Trial::take_report(const User& from, std::string_view to) {
  if (!settings_.lacking.reports) expect_delivered(from, to);
}

void Trial::expect_error(const User& from, two_socket::ErrorCode code) {
  expect_of_user(from, answering(from), error(settings_, code));
}

void Trial::expect_some_error(const User& from) {
  expect_of_user(from, answering(from), any_error());
}

void Trial::expect_some_answer(const User& from) {
  expect_of_user(from, answering(from), any_answer());
}

Link& Trial::answering(const User& user) const {
  if (!settings_.dialect.reports_on_torecv || user.sending == user.receiving) return *user.sending;
  Link& first = first_with_input(*user.sending, *user.receiving);
  // An error may have come, and then the end of both.
  return user.sending->has_input() ? *user.sending : first;
}

/// On the link, which is one of the user's two; when nothing comes there, a look at the other one tells more.
Frame Trial::expect_of_user(const User& user, Link& link, const Expected& expected) {
  try {
    return link.expect(expected);
  } catch (CaseFailed& failed) {
    Link& other = &link == user.sending ? *user.receiving : *user.sending;
    if (&other == &link || link.has_input() || !other.has_input()) throw;
    const auto came = other.receive(std::chrono::milliseconds{0});
    if (const auto* frame = std::get_if<Frame>(&came);
        frame != nullptr && expected.matches(frame->event, frame->bytes))
      failed.failure.came += "; it came on " + other.label() + " instead";
    throw;
  }
}

void Trial::expect_error(Link& link, two_socket::ErrorCode code) {
  link.expect(error(settings_, code));
}

void Trial::begin_exchange(const User& from, const User& to, std::string_view body) {
  send(from, to.name, body);
  expect_forward(to, from, body);
}

void Trial::end_exchange(const User& from, const User& to) {
  acknowledge(to, from);
  take_report(from, to.name);
}

void Trial::exchange(const User& from, const User& to, std::string_view body) {
  begin_exchange(from, to, body);
  end_exchange(from, to);
}

void Trial::call_bystanders() {
  if (bystanders_.empty())
    for (const auto* stem : {"peggy", "victor"}) bystanders_.push_back(sign_on(stem));
}

void Trial::fence() {
  call_bystanders();
  for (int i = 0; i < 3; ++i) exchange(bystanders_[0], bystanders_[1]);
}

Link& Trial::first_with_input(Link& one, Link& other) const {
  constexpr std::chrono::milliseconds look_interval{1};
  Patience patience(settings_.timeout, settings_.is_at_rest, settings_.interruption);
  for (;;) {
    if (one.has_input()) return one;
    if (other.wait_for_input(look_interval)) return other;
    if (patience.left().count() == 0)
      fail("a message on " + one.label() + " or on " + other.label(), "nothing on either");
  }
}

bool Trial::is_seen_apart(bool (*look)(Trial&)) const {
  Transcript unused;
  Trial trial(server_, number_, settings_, unused);
  return look(trial);
}

bool Trial::is_seen_at_rest(std::chrono::milliseconds time) const {
  constexpr std::chrono::milliseconds look_interval{20};
  bool rests = false;
  for (std::chrono::milliseconds waited{0}; waited < time; waited += look_interval) {
    std::this_thread::sleep_for(look_interval);
    rests = rests || settings_.is_at_rest();
  }
  return rests;
}

void Trial::cannot_show(std::string_view blocked_by, std::string reason) const {
  throw CaseUntried{std::string(blocked_by), std::move(reason)};
}

void Trial::fail(const std::string& expected, const std::string& came) const {
  throw CaseFailed{{expected, came, {}, {}, 0}};
}

}  // namespace parley::conform
