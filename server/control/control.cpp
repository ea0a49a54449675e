#include "server/control/control.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <utility>
#include <variant>
#include <vector>

#include "server/net/thread.hpp"

namespace parley::control {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds client_look_interval{250};
constexpr milliseconds drain_interval{50};
constexpr milliseconds survey_interval{10};
constexpr milliseconds pause_without_memory{100};

bool is_for_later(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

}  // namespace

Control::Control(std::string path, Desk desk) : desk_(desk), socket_(std::move(path)) {}

void Control::start() {
  thread_ = start_thread([this] { serve(); });
}

void Control::stop() {
  stopped_.set();
  if (thread_.joinable()) thread_.join();
  clients_.clear();
}

void Control::serve() noexcept {
  while (!stopped_.wait(-1, milliseconds{0})) {
    try {
      serve_once();
    } catch (const std::exception&) {  // out of memory
      if (stopped_.wait(-1, pause_without_memory)) return;
    }
  }
}

void Control::serve_once() {
  std::vector<pollfd> polled{{stopped_.descriptor(), POLLIN, 0}, {socket_.descriptor(), POLLIN, 0}};
  for (const Client& client : clients_) {
    const int events = is_waiting(client) ? 0 : client.output.empty() ? POLLIN : POLLOUT;
    polled.push_back({client.socket.get(), static_cast<short>(events), 0});
  }
  ::poll(polled.data(), polled.size(), poll_time_ms());
  if (polled[0].revents != 0) return;
  auto events = polled.begin() + 2;
  for (auto client = clients_.begin(); client != clients_.end(); ++events)
    client = attend(*client, events->revents) ? std::next(client) : clients_.erase(client);
  if (polled[1].revents != 0) take_client();
  if (desk_.is_drained() && !std::exchange(has_ended_server_, true)) ::kill(::getpid(), SIGTERM);
}

/// For other nodes' answers.
bool Control::is_waiting(const Client& client) {
  return client.survey && Clock::now() < client.survey_until && !client.survey->is_complete();
}

int Control::poll_time_ms() const {
  const auto is_at_survey = [](const Client& client) { return client.is_at_who && client.output.empty(); };
  if (std::ranges::any_of(clients_, is_at_survey)) return static_cast<int>(survey_interval.count());
  if (desk_.is_draining() && !has_ended_server_) return static_cast<int>(drain_interval.count());
  return clients_.empty() ? -1 : static_cast<int>(client_look_interval.count());
}

void Control::take_client() {
  FileDescriptor socket(::accept4(socket_.descriptor(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket) {
    if (!is_for_later(errno)) (void)stopped_.wait(-1, pause_without_memory);  // no descriptor left
    return;
  }
  Client client{std::move(socket), Clock::now() + client_timeout};
  if (clients_.size() >= max_clients) {
    client.output = to_refusal(std::to_string(max_clients) + " others are connected already");
    (void)write(client);
    return;
  }
  clients_.push_back(std::move(client));
}

bool Control::attend(Client& client, short events) noexcept {
  try {
    if (Clock::now() >= client.deadline) return false;
    if (is_waiting(client)) return (events & (POLLHUP | POLLERR)) == 0;
    const bool is_answered = client.is_at_who && client.output.empty();  // by the other nodes
    if (events == 0 && !is_answered) return true;
    if (client.output.empty() && !is_answered && !read(client)) return false;
    for (;;) {
      if (!write(client)) return false;
      if (!client.output.empty()) return true;
      if (client.is_to_close) return false;
      answer(client);
      if (client.output.empty()) return client.is_at_who || !client.has_ended;
    }
  } catch (const std::exception&) {  // out of memory
    return false;
  }
}

bool Control::read(Client& client) {
  std::array<char, max_request_bytes> room;
  const ssize_t count = ::recv(client.socket.get(), room.data(), room.size(), 0);
  if (count < 0) return is_for_later(errno);
  client.has_ended = count == 0;
  client.input.append(room.data(), static_cast<std::size_t>(count));
  return true;
}

/// What comes next: more of a long answer, or that to the next request that is complete. Nothing without one.
void Control::answer(Client& client) {
  if (client.is_at_who) {
    if (is_waiting(client)) return;
    client.survey_until = {};
    do client.output = desk_.who_behind(client.who_key, client.survey.get());
    while (client.output.empty() && !client.who_key.empty());
    client.is_at_who = !client.who_key.empty();
    if (!client.is_at_who) client.survey.reset();
    return;
  }
  const std::size_t end = client.input.find('\n');
  if (end == std::string::npos && client.input.size() <= max_request_bytes) return;
  const auto request = parse_request(client.input.substr(0, end));
  client.is_to_close = end == std::string::npos;  // there is no telling where the next one begins
  client.input.erase(0, client.is_to_close ? end : end + 1);
  client.deadline = Clock::now() + client_timeout;
  if (const auto* const complaint = std::get_if<std::string>(&request)) {
    client.output = to_refusal(*complaint);
  } else if (const Request& asked = std::get<Request>(request); asked.action == Action::who) {
    client.is_at_who = true;
    client.survey = desk_.ask_other_nodes();
    client.survey_until = Clock::now() + survey_timeout;
    answer(client);
  } else {
    client.output = desk_.act(asked);
  }
}

bool Control::write(Client& client) {
  if (client.output.empty()) return true;
  const ssize_t count =
      ::send(client.socket.get(), client.output.data(), client.output.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count < 0) return is_for_later(errno);
  client.output.erase(0, static_cast<std::size_t>(count));
  client.deadline = Clock::now() + client_timeout;
  return true;
}

}  // namespace parley::control
