// How a client comes to a ClientTrial: the listener, its sockets, its questions, its REGISTERs.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "protocol/text.hpp"
#include "tests/conformance/bench/client_trial.hpp"
#include "tests/conformance/process/listening.hpp"
#include "tests/conformance/process/program.hpp"
#include "tests/conformance/process/sandbox.hpp"
#include "tests/conformance/process/shortage.hpp"
#include "tests/conformance/process/start_gate.hpp"

namespace parley::conform {

using two_socket::Channel;

namespace {

using std::chrono::milliseconds;

constexpr milliseconds terminal_slice{2};
// For a client that shows nothing when it is ready.
constexpr milliseconds time_to_get_ready{300};
// Behind a question that looks like none.
constexpr milliseconds quiet_screen_time{60};

constexpr std::string_view register_to_send = "REGISTER TOSEND";
constexpr std::string_view register_to_recv = "REGISTER TORECV";

std::string_view channel_word(Channel channel) {
  return channel == Channel::to_send ? "TOSEND" : "TORECV";
}

std::string registers_first(const std::string& user) {
  return "REGISTER TOSEND " + user + " and REGISTER TORECV " + user + " before anything else";
}

}  // namespace

ClientTrial::ClientTrial(const TestedProgram& program, const Profile& profile, std::size_t number,
                         const Settings& settings, Transcript& transcript)
    : program_(program),
      profile_(profile),
      number_(number),
      settings_(settings),
      transcript_(transcript),
      user_(name("alice")),
      questions_(program.answers, profile) {}

ClientTrial::~ClientTrial() {
  links_.clear();  // first, so that a client that waits for the server's end can go
}

/// 0: the system's choice.
void ClientTrial::listen_on(std::uint16_t port) {
  FileDescriptor listener = listen_on_loopback(port);
  if (listeners_.empty()) port_ = port;
  listeners_.push_back(std::move(listener));
}

void ClientTrial::start() {
  const bool again = terminal_ != nullptr;
  links_.clear();
  ended_.clear();
  nameless_.clear();
  terminal_.reset();
  sending_ = receiving_ = nullptr;
  typed_.clear();
  questions_.begin_anew();
  listeners_.clear();
  if (program_.confinement.is_sandboxed) patiently(enter_own_network);
  if (program_.ports.empty()) listen_on(0);
  for (const auto port : program_.ports) listen_on(port);
  const std::string command = with_facts(program_.command, {user_, "127.0.0.1", port_});
  const std::size_t lane = transcript_.add_lane(again ? "terminal, second run" : "terminal");
  start_through(settings_.starts, [&] {
    terminal_ = std::make_unique<ClientTerminal>(command, program_.confinement, transcript_, lane);
    return terminal_->is_at_rest();
  });
}

std::optional<std::string> ClientTrial::why_it_does_not_come() {
  start();
  const auto has_come = [&] {
    answer_questions();
    accept_connections();
    return !nameless_.empty();
  };
  if (terminal_->read_until(has_come, settings_.timeout) || !terminal_->ended()) return std::nullopt;
  return why_client_did_not_come(program_, terminal_->describe());
}

void ClientTrial::accept_connections() {
  for (const FileDescriptor& listener : listeners_) {
    while (auto socket = FileDescriptor(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC))) {
      const int on = 1;
      ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      nameless_.push_back(std::move(socket));
    }
    if (errno != EAGAIN) throw_if_short("a connection of the client");  // that one: there is none
  }
}

/// Makes links of the connections that can be called something by what has come on them.
void ClientTrial::name_connections() {
  std::erase_if(nameless_, [&](FileDescriptor& socket) {
    std::array<char, register_to_send.size()> begin{};
    const ssize_t count = ::recv(socket.get(), begin.data(), begin.size(), MSG_PEEK | MSG_DONTWAIT);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    const std::string_view bytes(begin.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    const bool may_become_one = !bytes.empty() && bytes.size() < begin.size() &&
                                (register_to_send.starts_with(bytes) || register_to_recv.starts_with(bytes));
    if (may_become_one) return false;
    const std::string what = bytes == register_to_send   ? "sending"
                             : bytes == register_to_recv ? "receiving"
                                                         : "a socket";
    links_.emplace_back(std::move(socket), user_ + ", " + what, two_socket::Side::client, transcript_,
                        settings_);
    return true;
  });
}

void ClientTrial::answer_questions() {
  const auto is_waiting = [&] {
    return !terminal_->read(quiet_screen_time) && terminal_->process().is_at_rest();
  };
  const auto answer =
      questions_.answer_to(terminal_->text_since({}), {user_, "127.0.0.1", port_}, is_waiting);
  if (answer) type({*answer});
}

std::optional<Registration> ClientTrial::next_registration() {
  for (Link& link : links_) {
    if (ended_.contains(&link) || !link.has_input()) continue;
    auto came = link.receive(milliseconds{1});
    if (const auto* frame = std::get_if<Frame>(&came)) {
      const auto* message = std::get_if<two_socket::Register>(&frame->event);
      if (message == nullptr) fail(link, registers_first(user_), came);
      return Registration{&link, message->channel, std::string(message->name)};
    }
    const auto kind = std::get<WaitEnd>(came).kind;
    if (kind == WaitEnd::Kind::garbage) fail(link, registers_first(user_), came);
    if (kind != WaitEnd::Kind::silence) ended_.insert(&link);
  }
  return std::nullopt;
}

Registration ClientTrial::await_register() {
  Patience patience(profile_.start_time, terminal_->is_at_rest(), settings_.interruption);
  for (;;) {
    // First, so that what came before an end is looked at.
    const bool is_over = terminal_->ended() || patience.left().count() == 0;
    terminal_->read(terminal_slice);
    answer_questions();
    accept_connections();
    name_connections();
    if (auto registration = next_registration()) return *registration;
    if (is_over) break;
  }
  const std::size_t silent = nameless_.size();
  const std::size_t connected = silent + links_.size();
  fail(registers_first(user_), connected == 0 ? "no connection"
                               : silent > 0   ? "a connection on which no REGISTER came"
                                              : "no other REGISTER");
}

Registration ClientTrial::await_register_of(std::optional<Channel> other) {
  auto registration = await_register();
  if (registration.name != user_ || registration.channel == other)
    fail(registers_first(user_), "REGISTER " + std::string(channel_word(registration.channel)) + " \"" +
                                     visible(registration.name) + "\" on " + registration.link->label());
  return registration;
}

void ClientTrial::accept(const Registration& registration) {
  accept(registration, answer_to(registration));
}

std::string ClientTrial::answer_to(const Registration& registration) {
  return registration.link->in_dialect(
      to_frame(two_socket::Registered{registration.channel, registration.name}));
}

void ClientTrial::accept(const Registration& registration, std::string_view answer) {
  accepted_at_ = terminal_->now();
  registration.link->send_as_it_is(answer);
  (registration.channel == Channel::to_send ? sending_ : receiving_) = registration.link;
}

void ClientTrial::wait_until_ready() {
  const bool has_pattern = profile_.ready.has_value();
  const auto is_ready = [&] {
    const auto shown = terminal_->text_since(accepted_at_);
    return has_pattern ? profile_.ready->is_in(shown) : !squeezed(shown).empty();
  };
  if (!terminal_->read_until(is_ready, has_pattern ? profile_.start_time : time_to_get_ready) && has_pattern)
    fail("something that fits " + profile_.ready->text() + " on the terminal", "nothing that does");
  learn_screen();
}

void ClientTrial::learn_screen() {
  terminal_->settle();
  for (auto& line : lines_of(terminal_->text_since({}))) known_lines_.insert(std::move(line));
  const auto last = lines_of(terminal_->last_line());
  prompt_ = last.empty() ? std::string() : last.front();
}

void ClientTrial::sign_on(const std::function<void(const Registration&, bool last)>& answer) {
  start();
  const auto first = await_register_of(std::nullopt);
  answer ? answer(first, false) : accept(first);
  const auto second = await_register_of(first.channel);
  answer ? answer(second, true) : accept(second);
  wait_until_ready();
}

void ClientTrial::type_other_name(const std::string& name) {
  user_ = name;
  questions_.pass_over(terminal_->text_since({}).size());
  type(fill_in(profile_.retry_line, name, ""));
}

}  // namespace parley::conform
