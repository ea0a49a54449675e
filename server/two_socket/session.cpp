#include "server/two_socket/session.hpp"

#include <utility>
#include <variant>

#include "protocol/text.hpp"
#include "protocol/user_name.hpp"

namespace parley {

using two_socket::ErrorCode;
using Attached = TwoSocketUser::Attached;

namespace {

const std::string username_taken = "Username already taken";
constexpr std::size_t logged_body_bytes = 200;

}  // namespace

TwoSocketSession::TwoSocketSession(std::shared_ptr<Connection> connection, Context& context,
                                   two_socket::DeliveredWord delivered_word)
    : Session(std::move(connection)),
      context_(context),
      delivered_word_(delivered_word),
      parser_(two_socket::Side::client, {context.limits.max_header_bytes, context.limits.max_body_bytes}) {}

void TwoSocketSession::begin() {
  connection().set_deadline(Deadline::sign_on, context_.limits.registration_timeout);
}

void TwoSocketSession::receive(std::size_t count) {
  parser_.commit(gate_ ? gate_->feed({read_room_.data(), count}) : count);
  if (act() && gate_) take_held();
}

/// On what the parser has. False when nothing behind it matters any more.
bool TwoSocketSession::act() {
  for (;;) {
    const two_socket::Event event = parser_.next();
    if (std::holds_alternative<two_socket::NeedMore>(event)) break;
    end_frame();  // at once: acting on it may take longer than the time for a frame
    if (context_.log.should_log(spdlog::level::debug))
      context_.log.debug("{} > {}", connection().label(), describe(event, logged_body_bytes));
    if (!std::visit([this](const auto& message) { return on(message); }, event)) return false;
    if (connection().is_finishing()) return false;
  }
  if (parser_.in_frame() || (gate_ && gate_->is_holding())) begin_frame(context_.limits.frame_timeout);
  return true;
}

/// What the gate has held back and does no longer.
void TwoSocketSession::take_held() {
  while (const auto piece = gate_->take()) {
    parser_.feed(*piece);
    if (!act()) return;
  }
  if (gate_->verdict() == Gate::Verdict::foreign) {
    const std::string phrase = gate_->sentence();
    end_with(phrase, to_frame(two_socket::Error{static_cast<int>(ErrorCode::no_user_registered), phrase}));
  }
  if (gate_->verdict() != Gate::Verdict::undecided) gate_.reset();
}

bool TwoSocketSession::on(const two_socket::Register& request) {
  if (!is_valid_name(request.name))
    return refuse_registration(request.name, phrase(ErrorCode::malformed_username));
  const bool was_registered = user_ != nullptr;
  if (was_registered && !equal_ignoring_case(user_->name(), request.name))
    return refuse_registration(request.name, "Already registered as " + user_->name());

  auto user = was_registered ? user_ : reserve_name(request.name);
  const auto attached = user ? user->attach(request.channel, shared_connection()) : Attached::taken;
  if (attached != Attached::half && attached != Attached::both)
    return refuse_registration(request.name,
                               was_registered ? "Already registered as " + user_->name() : username_taken);
  user_ = std::move(user);
  shared_user_.store(user_.get(), std::memory_order_release);
  connection().set_label(user_->name());
  if (attached == Attached::both) user_->sign_on();
  connection().write(to_frame(two_socket::Registered{request.channel, user_->name()}));
  user_->confirm();
  return true;
}

/// The user who holds the name now, if a socket of this protocol may join it. A newcomer is made for a free
/// name.
std::shared_ptr<TwoSocketUser> TwoSocketSession::reserve_name(std::string_view name) {
  const auto newcomer = std::make_shared<TwoSocketUser>(std::string(name), connection().peer().address(),
                                                        context_, delivered_word_);
  return std::dynamic_pointer_cast<TwoSocketUser>(context_.directory.reserve(newcomer));
}

bool TwoSocketSession::refuse_registration(std::string_view name, std::string_view phrase) {
  context_.log.info("{} refused the name '{}': {}", connection().label(), visible(name), phrase);
  connection().write(to_frame(two_socket::Error{static_cast<int>(ErrorCode::malformed_username), phrase}));
  return true;
}

bool TwoSocketSession::on(const two_socket::Send& request) {
  if (!is_sender()) return refuse_early();
  Replies& replies = user_->replies();
  if (!user_->has_one_socket()) {
    if (!replies.wait_for_room()) {
      // Who else made the user leave has last words of its own.
      if (connection().peer_has_ended()) end_with("went while its messages waited for answers", {});
      return false;
    }
  } else if (!replies.has_room()) {
    replies.refuse();
    return true;
  }
  if (draining_.load(std::memory_order_relaxed))
    replies.refuse();
  else if (is_broadcast_name(request.recipient))
    send_to_all(request);
  else
    send_to_one(request);
  return true;
}

void TwoSocketSession::send_to_all(const two_socket::Send& request) {
  Replies& replies = user_->replies();
  const auto recipients = context_.directory.others_in_room(*user_);
  if (recipients.empty()) return replies.refuse();
  const auto sequence = replies.expect(broadcast_name, recipients.size(), request.body.size());
  const Message message(user_->name(), request.body, Audience::room);
  for (const auto& recipient : recipients) recipient->deliver(message, replies.receipt(sequence));
}

void TwoSocketSession::send_to_one(const two_socket::Send& request) {
  Replies& replies = user_->replies();
  const auto recipient = context_.directory.find(request.recipient);
  if (!recipient) return replies.refuse();
  const auto sequence = replies.expect(recipient->name(), 1, request.body.size());
  recipient->deliver(Message(user_->name(), request.body, Audience::user), replies.receipt(sequence));
}

bool TwoSocketSession::on(const two_socket::Received&) {
  if (!is_registered()) return refuse_early();
  user_->mailbox().acknowledge(Outcome::received);
  return true;
}

bool TwoSocketSession::on(const two_socket::Error& answer) {
  if (!is_registered()) return refuse_early();
  const bool rejected = answer.code == static_cast<int>(ErrorCode::header_incomplete);
  user_->mailbox().acknowledge(rejected ? Outcome::rejected : Outcome::failed);
  return true;
}

bool TwoSocketSession::on(const two_socket::Unknown& request) {
  if (!is_registered()) return refuse_early();
  end_with("sent an unknown request: " + visible(request.request_line),
           to_frame(ErrorCode::header_incomplete));
  return false;
}

bool TwoSocketSession::on(const two_socket::Violation& violation) {
  const bool is_early = !is_registered() && violation.recoverable;
  end_with("broke " + std::string(violation.clause) + ": " + std::string(violation.what),
           to_frame(is_early ? ErrorCode::no_user_registered : ErrorCode::header_incomplete));
  return false;
}

/// A request that must wait for the registration (R6).
bool TwoSocketSession::refuse_early() {
  const bool last = ++early_requests_ >= context_.limits.max_early_requests;
  const std::string answer = to_frame(ErrorCode::no_user_registered);
  if (last)
    end_with("sent too many requests before its registration", answer);
  else
    connection().write(answer);
  return !last;
}

void TwoSocketSession::expire(Deadline kind) {
  switch (kind) {
    case Deadline::sign_on:
      return end_with("did not register in time", {});
    case Deadline::frame:
      return end_with("did not complete a frame in time", to_frame(ErrorCode::header_incomplete));
    case Deadline::answer:
      return end_with("did not answer a FORWARD in time", {});
    case Deadline::linger:
      return connection().abort("did not close its end");
  }
}

void TwoSocketSession::begin_drain() {
  draining_.store(true, std::memory_order_relaxed);
}

bool TwoSocketSession::is_drained() const {
  TwoSocketUser* user = shared_user_.load(std::memory_order_acquire);
  return user == nullptr || !user->is_signed_on() || user->replies().is_empty();
}

void TwoSocketSession::stop() {
  end_with("the server stops", {});
}

void TwoSocketSession::end(std::string_view reason) {
  if (user_)
    user_->leave(reason);
  else
    context_.log.debug("{} went unregistered: {}", connection().label(), reason);
}

void TwoSocketSession::end_with(std::string_view reason, std::string_view last_words) {
  if (TwoSocketUser* user = shared_user_.load(std::memory_order_acquire)) {
    user->leave(reason, &connection(), last_words);
  } else if (!connection().is_finishing()) {
    context_.log.info("{} dropped: {}", connection().label(), reason);
  }
  connection().finish(last_words, context_.limits.linger_timeout);
}

/// Registered for sending, on this socket, and the other half is there too.
bool TwoSocketSession::is_sender() const {
  return is_registered() && user_->sends_on(connection());
}

SessionFactory two_socket_sessions(Context& context, two_socket::DeliveredWord delivered_word) {
  return [&context, delivered_word](std::shared_ptr<Connection> connection) {
    return std::make_shared<TwoSocketSession>(std::move(connection), context, delivered_word);
  };
}

std::string two_socket_refusal(std::string_view phrase) {
  return to_frame(two_socket::Error{static_cast<int>(ErrorCode::unable_to_send), phrase});
}

}  // namespace parley
