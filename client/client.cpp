#include "client/client.hpp"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <utility>

#include "base/overloaded.hpp"
#include "base/seconds.hpp"
#include "client/input_line.hpp"
#include "protocol/password.hpp"
#include "protocol/unwelcome.hpp"
#include "protocol/user_name.hpp"

namespace parley::client {
namespace {

using two_socket::Channel;

// Some servers forward before they confirm the registration; more than these is no such race.
constexpr std::size_t max_early_events = 64;

// For the answer to the first REGISTER before the second is written, and for a report before the user is told
// that it is still awaited.
constexpr std::chrono::milliseconds moment{1000};

constexpr std::string_view not_read = "the server does not read what is sent to it";

Channel other(Channel channel) {
  return channel == Channel::to_send ? Channel::to_recv : Channel::to_send;
}

std::string no_answer_text(std::chrono::milliseconds timeout) {
  return "no answer within " + to_seconds_text(timeout) + " s";
}

/// Signals are the interface thread's: a thread that is started meanwhile inherits the blocked mask.
class BlockSignals {
 public:
  BlockSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  ~BlockSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  BlockSignals(const BlockSignals&) = delete;
  BlockSignals& operator=(const BlockSignals&) = delete;

 private:
  sigset_t before_;
};

std::string to_text(const Answer& answer) {
  if (!answer.delivered) return "ERROR " + std::to_string(answer.code) + " " + answer.phrase;
  return answer.name.empty() ? "SENT" : "SENT " + answer.name;
}

}  // namespace

void Client::sign_on(const std::string& name, const Secret& password) {
  if (thread_.joinable()) thread_.join();
  if (std::string problem = name_problem(name); !problem.empty()) {
    taken_.emplace_back(Refused{0, std::move(problem)});
    return;
  }
  answers_ = {};
  connecting_notice_at_ = Clock::now() + connecting_silence;
  try {
    const BlockSignals for_the_new_thread;
    thread_ = std::thread([this, name, password, anew = is_lost_] { work(name, password, anew); });
    is_lost_ = false;
  } catch (const std::system_error& error) {
    taken_.emplace_back(Lost{"the system has no thread left: " + error.code().message()});
  }
}

/// The other thread.
void Client::work(const std::string& name, const Secret& password, bool anew) {
  try {
    registered_ = false;
    password_word_ = to_password_word(password.text());
    is_password_asked_ = false;
    dismissal_.clear();
    early_.clear();
    if (anew) disconnect();
    SignOn result = register_as(name);
    registered_ = std::holds_alternative<Registered>(result);
    std::visit([&](auto& outcome) { (void)events_.push(std::move(outcome)); }, result);
    if (!registered_) return;
    for (Arrival& early : early_)
      if (!events_.push(std::move(early))) return;
    receive();
  } catch (const std::exception& error) {
    (void)events_.push(Lost{error.what()});
  }
}

Client::SignOn Client::register_as(const std::string& name) {
  const bool retry = connection_.has_value();
  auto result = try_register(name);
  if (retry && std::holds_alternative<Lost>(result)) {
    disconnect();
    result = try_register(name);
  }
  if (std::holds_alternative<Lost>(result)) disconnect();
  return result;
}

Client::SignOn Client::try_register(const std::string& name) {
  for (int tries = 0; tries < 2; ++tries) {
    if (!connection_) {
      connection_.emplace();
      auto problem =
          connection_->open(options_.host, options_.port, first_, stop_.descriptor(), options_.tls);
      if (const auto& news = connection_->news(); !news.empty()) (void)events_.push(NewServer{news});
      if (problem) return Lost{*std::move(problem)};
    }
    if (auto result = register_both(name)) return *std::move(result);
    disconnect();
    first_ = other(first_);
  }
  return Lost{"the server gave " + no_answer_text(options_.answer_timeout)};
}

/// The second REGISTER is written when the first is answered, or has not been for a moment. Nothing when half
/// the time for an answer has brought none. A password may have to wait for its turn, and a wrong one is not
/// said twice.
std::optional<Client::SignOn> Client::register_both(const std::string& name) {
  const auto patience = is_password_asked_ ? options_.answer_timeout : options_.answer_timeout / 2;
  std::string registered = name;
  if (auto problem = write_register(first_, name)) return Lost{*std::move(problem)};
  Deadline deadline = Clock::now() + patience;
  Deadline second_at = is_password_asked_ ? deadline : Clock::now() + std::min(moment, patience / 2);
  for (int written = 1, answered = 0; answered < 2;) {
    if (written == 1 && (answered == 1 || Clock::now() >= second_at)) {
      if (auto problem = write_register(other(first_), name)) return Lost{*std::move(problem)};
      ++written;
    }
    const auto incoming = connection_->read(written == 1 ? second_at : deadline, stop_.descriptor());
    if (const auto* ended = std::get_if<Connection::Ended>(&incoming)) return Lost{ended->reason};
    if (std::holds_alternative<Connection::Stopped>(incoming)) return Lost{"left"};
    const auto* event = std::get_if<two_socket::Event>(&incoming);
    if (event == nullptr) {
      if (Clock::now() < deadline) continue;
      if (answered == 0) return std::nullopt;
      return Lost{"the server gave " + no_answer_text(options_.answer_timeout)};
    }
    if (const auto* answer = std::get_if<two_socket::Registered>(event)) {
      ++answered;
      if (!answer->name.empty() && answer->name != name) registered = answer->name;
      deadline = Clock::now() + options_.answer_timeout;
      continue;
    }
    if (const auto* error = std::get_if<two_socket::Error>(event)) {
      if (is_password_wanted(*error)) {
        is_password_asked_ = true;
        if (written == 2) return std::nullopt;  // of which socket, nobody can tell
        if (auto problem = write_register(first_, name)) return Lost{*std::move(problem)};
        second_at = deadline = Clock::now() + options_.answer_timeout;
        continue;
      }
      Refused refused{error->code, std::string(error->phrase)};
      // The first socket holds the refused name: only new ones are free for another.
      if (written == 2) disconnect();
      return refused;
    }
    if (early_.size() == max_early_events || !handle(*event))
      return Lost{"the server does not keep to the protocol"};
  }
  return Registered{std::move(registered)};
}

bool Client::is_password_wanted(const two_socket::Error& error) const {
  return !is_password_asked_ && !password_word_.is_empty() &&
         is_asking_for_password(error.code, error.phrase);
}

/// A sentence part for the user when it could not.
std::optional<std::string> Client::write_register(Channel channel, const std::string& name) {
  std::string words = name;
  if (is_password_asked_) words.append(" ").append(password_word_.text());
  auto frame = to_frame(two_socket::Register{channel, words}, options_.register_end);
  const auto error = connection_->write(channel, frame, stop_.descriptor());
  wipe(words);
  wipe(frame);
  return error ? std::optional("the connection to the server broke: " + error.message()) : std::nullopt;
}

void Client::disconnect() {
  if (connection_) connection_->close();
  connection_.reset();
}

void Client::receive() {
  for (;;) {
    const auto incoming = connection_->read(std::nullopt, stop_.descriptor());
    if (const auto* event = std::get_if<two_socket::Event>(&incoming)) {
      if (!handle(*event)) return;
    } else {
      if (const auto* ended = std::get_if<Connection::Ended>(&incoming)) events_.push(to_loss(ended->reason));
      return;
    }
  }
}

Lost Client::to_loss(const std::string& reason) {
  if (!dismissal_.empty()) return {dismissal_, true, true};
  return {reason, options_.judge_end && connection_->has_ended_in_good_order()};
}

/// The last words of a server that ends this user, on either socket. No SEND is answered with that code.
bool Client::take_dismissal(const two_socket::Error& error) {
  if (!registered_ || error.code != static_cast<int>(two_socket::ErrorCode::malformed_username) ||
      !is_dismissal(error.phrase))
    return false;
  dismissal_ = error.phrase;
  return true;
}

/// False when nothing more can be received.
bool Client::hand_over(Arrival arrival) {
  if (registered_) return events_.push(std::move(arrival));
  early_.push_back(std::move(arrival));
  return true;
}

/// False when nothing more can be received.
bool Client::handle(const two_socket::Event& event) {
  return std::visit(
      Overloaded{
          [&](const two_socket::Forward& forward) { return acknowledge(forward); },
          [&](const two_socket::Violation& violation) { return refuse_forward(violation); },
          [&](const two_socket::Delivered& sent) {
            return hand_over(Answer{true, std::string(sent.recipient), 0, {}});
          },
          [&](const two_socket::Error& error) {
            if (take_dismissal(error)) return true;
            return hand_over(Answer{false, {}, error.code, std::string(error.phrase)});
          },
          [&](const two_socket::Unknown& unknown) {
            return hand_over(Strange{"not a message of the protocol: " + std::string(unknown.request_line)});
          },
          [](const auto&) { return true; },
      },
      event);
}

bool Client::acknowledge(const two_socket::Forward& forward) {
  if (messages_ == options_.receive_at_most) return true;
  ++messages_;
  const auto audience = forward.audience.empty()              ? Message::Audience::untold
                        : is_broadcast_name(forward.audience) ? Message::Audience::all
                                                              : Message::Audience::you;
  // Only what is sure to be shown is acknowledged.
  if (!hand_over(Message{std::string(forward.sender), std::string(forward.body), audience})) return false;
  const auto error = connection_->write(Channel::to_recv, to_frame(two_socket::Received{forward.sender}),
                                        stop_.descriptor());
  if (error != std::errc::timed_out) return true;  // when the connection broke, read() says so
  (void)hand_over(Lost{std::string(not_read)});
  return false;
}

bool Client::refuse_forward(const two_socket::Violation& violation) {
  (void)connection_->write(Channel::to_recv, to_frame(two_socket::Error{103, "Header Incomplete"}),
                           stop_.descriptor());
  const std::string what(violation.what);
  if (!violation.recoverable) {
    hand_over(Lost{"the server sent what cannot be followed: " + what});
    return false;
  }
  return hand_over(Strange{"a message that cannot be read: " + what});
}

void Client::send(const std::string& recipient, std::string_view text) {
  answers_.begin(recipient);
  connection_->await_report(recipient);
  waiting_notice_at_ = slow_from_ = Clock::now() + moment;
  answer_deadline_ = Clock::now() + options_.answer_timeout;
  const auto error = connection_->write(Channel::to_send, to_frame(two_socket::Send{recipient, text}));
  if (!error) return;
  if (error == std::errc::timed_out) write_failure_ = not_read;
  connection_->shut_down();
}

std::optional<Deadline> Client::next_wake() const {
  if (!taken_.empty() || lost_) return Deadline{};
  if (connecting_notice_at_) return connecting_notice_at_;
  if (!waiting()) return std::nullopt;
  return waiting_notice_at_ ? std::min(*waiting_notice_at_, answer_deadline_) : answer_deadline_;
}

std::optional<ClientEvent> Client::next_event() {
  if (lost_) return *std::exchange(lost_, std::nullopt);
  if (taken_.empty()) taken_ = events_.take_all();
  if (!taken_.empty()) {
    Arrival arrival = std::move(taken_.front());
    taken_.pop_front();
    return to_event(std::move(arrival));
  }
  const auto now = Clock::now();
  if (connecting_notice_at_ && now >= *connecting_notice_at_) {
    connecting_notice_at_.reset();
    return Connecting{};
  }
  if (!waiting()) return std::nullopt;
  // The program stood still (Ctrl-Z): what came meanwhile is still to be read.
  if (now > answer_deadline_ + moment) answer_deadline_ = now + moment;
  if (now < answer_deadline_) {
    if (!waiting_notice_at_ || now < *waiting_notice_at_) return std::nullopt;
    waiting_notice_at_.reset();
    return Waiting{*answers_.waiting()};
  }
  return Outcome{answers_.give_up(), false, 0, no_answer_text(options_.answer_timeout), false};
}

ClientEvent Client::to_event(Arrival arrival) {
  return std::visit(
      Overloaded{
          [&](Answer& answer) -> ClientEvent {
            auto match = answers_.match(answer);
            if (match.recipient.empty())
              return Strange{
                  (answer.delivered ? "an answer to nothing that was sent: " : "a word of its own: ") +
                  to_text(answer)};
            return Outcome{std::move(match.recipient), answer.delivered, answer.code,
                           std::move(answer.phrase),   match.late,       Clock::now() >= slow_from_};
          },
          [&](Lost& lost) -> ClientEvent {
            connecting_notice_at_.reset();
            is_registered_ = false;
            is_lost_ = true;
            if (write_failure_) lost.reason = *std::exchange(write_failure_, std::nullopt);
            if (!waiting()) return std::move(lost);
            lost_ = std::move(lost);
            return Outcome{answers_.give_up(), false, 0, "the connection was lost before the answer", false};
          },
          [&](Registered& registered) -> ClientEvent {
            connecting_notice_at_.reset();
            is_registered_ = true;
            return std::move(registered);
          },
          [&](Refused& refused) -> ClientEvent {
            connecting_notice_at_.reset();
            return std::move(refused);
          },
          [](auto& other) -> ClientEvent { return std::move(other); },
      },
      arrival);
}

void Client::leave() {
  stop_.set();
  events_.close();
  if (thread_.joinable()) thread_.join();
  disconnect();
}

}  // namespace parley::client
