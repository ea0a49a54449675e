#include "server/two_socket/session.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "protocol/password.hpp"
#include "protocol/service.hpp"
#include "protocol/unwelcome.hpp"
#include "protocol/user_name.hpp"
#include "protocol/words.hpp"
#include "server/log.hpp"
#include "server/password_check.hpp"

namespace parley {

using two_socket::ErrorCode;
using Attached = TwoSocketUser::Attached;

namespace {

constexpr std::size_t logged_line_bytes = 80;

// For the second line of a REGISTER: longer than it takes where it must wait for the first one to be
// acknowledged.
constexpr std::chrono::milliseconds moment{100};

// To refuse a SEND of a flood costs little: a thousand in a second are as many as anybody notices.
constexpr std::size_t noise_of_refusal = Flood::noise_bytes_per_request / 10;

std::string why_not(Attached attached, const std::string& name) {
  if (attached == Attached::banned) return std::string(name_banned);
  if (attached == Attached::unchecked) return std::string(names_unchecked);
  if (attached == Attached::elsewhere)
    return "The other half of " + name + " was registered from another address";
  return "Username already taken";
}

constexpr two_socket::BlockEnd no_line_ends{{}, {}};

std::string error_frame(ErrorCode code, std::string_view phrase, two_socket::BlockEnd end = {}) {
  return to_frame(two_socket::Error{static_cast<int>(code), phrase}, end);
}

}  // namespace

TwoSocketSession::TwoSocketSession(const std::shared_ptr<Connection>& connection, Context& context,
                                   two_socket::DeliveredWord delivered_word, bool has_service)
    : Session(connection, "two-socket", context.floods.for_peer(connection->address_bytes(), true),
              context.limits.frame_timeout),
      context_(context),
      delivered_word_(delivered_word),
      has_service_(has_service),
      parser_(two_socket::Side::client, {context.limits.max_header_bytes, context.limits.max_body_bytes}) {}

void TwoSocketSession::begin() {
  connection().set_deadline(Deadline::sign_on, context_.limits.registration_timeout);
}

bool TwoSocketSession::handle_next() {
  if (parser_.pending().empty()) return false;  // as nearly always when a frame has been acted on
  if (!register_answer_.empty() && !answer_register(IfUndecided::wait)) return false;
  const two_socket::Event event = parser_.next();
  if (parser_.has_newline_behind_body() && user_ && !std::exchange(newlines_are_told_, true))
    user_->end_bodies_with_newline();
  if (const std::size_t blank_bytes = parser_.take_blank_bytes()) charge_noise(blank_bytes);
  if (std::holds_alternative<two_socket::NeedMore>(event)) return false;
  if (context_.log.should_log(spdlog::level::debug)) log(event);
  std::visit([this](const auto& message) { on(message); }, event);
  parser_.pass_event();
  return true;
}

void TwoSocketSession::log(const two_socket::Event& event) const {
  context_.log.debug("{} > {}", connection().label(), describe(event, logged_frame_bytes));
}

void TwoSocketSession::on(const two_socket::Register& request) {
  charge_request();
  const auto [first, rest] = split_word(request.name, is_blank);
  const bool has_account = context_.accounts.has(first);
  const std::string_view name = has_account ? first : two_socket::asked_name(request.name);
  if (!is_valid_name(name)) return refuse_registration(request, phrase(ErrorCode::malformed_username));
  if (user_ && !equal_ignoring_case(user_->name(), name))
    return refuse_registration(request, "Already registered as " + user_->name());
  if (!may_have(request, name, has_account ? trim(rest, is_blank) : std::string_view())) return;

  const bool had_name = user_ != nullptr;
  if (!had_name) user_ = reserve_name(name);  // at once: whatever fails now, end() frees it
  const auto attached = user_ ? user_->attach(request.channel, shared_connection()) : Attached::taken;
  if (attached != Attached::half && attached != Attached::both) {
    if (had_name) return refuse_registration(request, "Already registered as " + user_->name());
    user_ = nullptr;
    return refuse_registration(request, why_not(attached, std::string(name)));
  }
  refusals_ = 0;
  connection().set_label(user_->name());
  if (attached == Attached::both) user_->sign_on();
  register_is_accepted_ = true;
  answer(request, to_frame(two_socket::Registered{request.channel, user_->name()}, no_line_ends));
}

/// As far as accounts go; when not, that is answered. May wait.
bool TwoSocketSession::may_have(const two_socket::Register& request, std::string_view name,
                                std::string_view password_word) {
  if (!context_.accounts.may_matter()) return true;
  const bool is_one_word = std::ranges::none_of(password_word, is_blank);
  const auto password = is_one_word ? from_password_word(password_word) : std::nullopt;
  if (!password) {
    refuse_registration(request, sentence(PasswordVerdict::malformed));
    return false;
  }
  const PasswordVerdict verdict = check_password(
      context_.accounts, connection(), name, password->is_empty() ? nullptr : &*password,
      [this](FunctionRef<bool()> is_done, Clock::time_point until) { return await(is_done, until); });
  if (verdict == PasswordVerdict::right) return true;
  if (verdict != PasswordVerdict::gone) refuse_registration(request, sentence(verdict));
  return false;
}

/// Once it is known how the REGISTER ends: its answer ends so (F1.6).
void TwoSocketSession::answer(const two_socket::Register& request, std::string text) {
  register_answer_ = std::move(text);
  register_end_ = {request.line_end, trim_front(request.line_end, is_space)};
  if (!answer_register(IfUndecided::wait)) connection().set_deadline(Deadline::more, moment);
}

/// False when that may still come.
bool TwoSocketSession::answer_register(IfUndecided undecided) {
  if (register_answer_.empty()) return true;
  const auto empty_line_end = parser_.empty_line_end();
  if (!empty_line_end && undecided == IfUndecided::wait) return false;
  if (empty_line_end && !empty_line_end->empty()) register_end_.empty_line = *empty_line_end;
  // A blank behind the name alone is no habit of ending lines.
  if (!is_space(register_end_.empty_line.front()))
    register_end_.line = trim_front(register_end_.line, is_space);
  connection().clear_deadline(Deadline::more);
  std::string answer = std::exchange(register_answer_, {});
  answer.append(register_end_.line).append(register_end_.empty_line);
  if (std::exchange(register_is_accepted_, false)) {
    connection().send(answer);
    user_->confirm();
  } else {
    count_refusal(answer);
  }
  return true;
}

/// The user who has the name now, if a socket of this protocol may join it. A newcomer is made for a free
/// name; its attach() says when other nodes did not grant that.
std::shared_ptr<TwoSocketUser> TwoSocketSession::reserve_name(std::string_view name) {
  auto newcomer =
      std::make_shared<TwoSocketUser>(std::string(name), connection().origin(), context_, delivered_word_);
  ChatService::Reservation reserved;
  try {
    reserved = context_.chat.reserve(newcomer);
  } catch (...) {
    newcomer->settle_claim(NameClaim::unchecked);
    throw;
  }
  newcomer->settle_claim(reserved.claim);
  if (!reserved.holder) return newcomer;
  return std::dynamic_pointer_cast<TwoSocketUser>(reserved.holder);
}

void TwoSocketSession::refuse_registration(const two_socket::Register& request, std::string_view phrase) {
  connection().log(spdlog::level::info, "{} refused the name '{}': {}", connection().label(),
                   two_socket::to_shown_name(request.name, logged_line_bytes), phrase);
  answer(request, error_frame(ErrorCode::malformed_username, phrase, no_line_ends));
}

void TwoSocketSession::on(const two_socket::Send& request) {
  if (!is_sender()) {
    charge_request();
    return refuse_early();
  }
  refusals_ = 0;
  const std::shared_ptr<Replies>& replies = user_->replies();
  const bool has_one_socket = user_->has_one_socket();
  // What is refused for the rate does not count in it: it would never be above zero again.
  if (has_one_socket && is_flooding()) {
    charge_noise(noise_of_refusal);
    return replies->refuse();
  }
  charge_request();
  const auto answer_by = now() + context_.limits.receipt_timeout;
  if (!replies->has_room()) {
    if (has_one_socket) return replies->refuse();
    if (!await_room()) return;
    if (Clock::now() >= answer_by) return replies->refuse();  // its recipient must not have it then
  }
  if (context_.chat.is_stopping()) return replies->refuse();
  if (is_broadcast_name(request.recipient))
    send_to_all(request, answer_by);
  else
    send_to_one(request, answer_by);
}

/// Waits until the sender may have another SEND unanswered. Nothing is read meanwhile. A sender who ends its
/// stream leaves now: all is answered then, and what it has sent besides finds nobody and is answered, too
/// (D2.2). False: the conversation is over.
bool TwoSocketSession::await_room() {
  end_frame();
  while (!user_->replies()->has_room_or_wake()) {
    if (connection().take_wake())
      attend();
    else if (connection().wait_for_end())
      user_->leave("closed the connection", connection());
    if (!connection().is_open()) return false;
  }
  return true;
}

void TwoSocketSession::send_to_all(const two_socket::Send& request, Clock::time_point answer_by) {
  const std::shared_ptr<Replies>& replies = user_->replies();
  std::uint64_t sequence = 0;
  context_.chat.say(
      *user_, request.body, answer_by,
      [&](const ChatService::Reach& reach) {
        if (reach.receipts == 0) return replies->refuse();
        sequence = replies->expect(broadcast_name, reach.receipts, request.body.size(), answer_by);
      },
      [&] { return Receipt(replies, sequence); });
}

void TwoSocketSession::send_to_one(const two_socket::Send& request, Clock::time_point answer_by) {
  const std::shared_ptr<Replies>& replies = user_->replies();
  const bool is_there = context_.chat.tell(
      *user_, request.recipient, last_found_, request.body, answer_by, [&](std::string_view recipient) {
        return Receipt(replies, replies->expect(recipient, 1, request.body.size(), answer_by));
      });
  if (is_there) return;
  if (has_service_ && service::is_service_name(request.recipient)) return ask_service(request, answer_by);
  replies->refuse();
}

/// Nobody can be called SERVER, so that only who finds nobody comes here.
void TwoSocketSession::ask_service(const two_socket::Send& request, Clock::time_point answer_by) {
  const std::shared_ptr<Replies>& replies = user_->replies();
  Service& service = user_->service();
  if (!service.has_room()) return replies->refuse();
  const std::uint64_t sequence = replies->expect(service::name, 1, request.body.size(), answer_by);
  Receipt(replies, sequence).report(Outcome::received);
  service.ask(request.body, sequence);
}

void TwoSocketSession::on(const two_socket::Received& answer) {
  acknowledge(Outcome::received, answer.sender);
}

void TwoSocketSession::on(const two_socket::Error& answer) {
  const bool rejected = answer.code == static_cast<int>(ErrorCode::header_incomplete);
  acknowledge(rejected ? Outcome::rejected : Outcome::failed, {});
}

/// What answers a FORWARD costs nothing, what answers nothing as much as a request.
void TwoSocketSession::acknowledge(Outcome outcome, std::string_view sender) {
  if (is_registered() && user_->acknowledge(outcome, sender)) {
    refusals_ = 0;
    return;
  }
  charge_noise(Flood::noise_bytes_per_request);
  if (!is_registered()) refuse_early();
}

void TwoSocketSession::on(const two_socket::Unknown& request) {
  charge_request();
  if (!is_registered()) return refuse_early();
  end_with(
      "sent an unknown request: " + two_socket::to_shown_request(request.request_line, logged_line_bytes),
      to_frame(ErrorCode::header_incomplete));
}

void TwoSocketSession::on(const two_socket::Violation& violation) {
  charge_request();
  const bool is_early = !is_registered() && violation.recoverable;
  end_with("broke " + std::string(violation.clause) + ": " + std::string(violation.what),
           to_frame(is_early ? ErrorCode::no_user_registered : ErrorCode::header_incomplete));
}

/// A request that must wait for the registration (R6).
void TwoSocketSession::refuse_early() {
  count_refusal(to_frame(ErrorCode::no_user_registered));
}

/// So many refusals in a row, and the socket is closed: two real clients repeat theirs for ever.
void TwoSocketSession::count_refusal(const std::string& answer) {
  if (++refusals_ < context_.limits.max_refusals_in_a_row) {
    connection().send(answer);
    return;
  }
  note_drop(Drop::refused_often);
  end_with("sent too many requests that were refused", answer);
}

void TwoSocketSession::expire(Deadline kind) {
  switch (kind) {
    case Deadline::sign_on:
      if (is_registered()) return;  // by the other socket's thread, just now
      return end_with("did not register in time", {});
    case Deadline::frame:
      return end_with("did not complete a frame in time", to_frame(ErrorCode::header_incomplete));
    case Deadline::more:
      (void)answer_register(IfUndecided::answer);
      return;
    case Deadline::send:
      return user_->replies()->give_up(now());
    case Deadline::answer:
      if (user_->mailbox().is_overdue(now())) end_with("did not answer a FORWARD in time", {});
      return;
    case Deadline::service:
      return user_->serve();
    default:
      return;
  }
}

void TwoSocketSession::asked_to_end(std::string_view reason, std::string_view farewell) {
  (void)answer_register(IfUndecided::answer);
  end_with(reason, farewell.empty() ? std::string() : error_frame(ErrorCode::malformed_username, farewell));
}

void TwoSocketSession::end(std::string_view reason) {
  if (user_)
    user_->leave(reason, connection());
  else
    connection().log(spdlog::level::debug, "{} went unregistered: {}", connection().label(), reason);
}

void TwoSocketSession::end_with(std::string_view reason, std::string_view last_words) {
  if (user_)
    user_->leave(reason, connection());
  else
    connection().log(spdlog::level::info, "{} dropped: {}", connection().label(), reason);
  connection().finish(last_words);
}

void TwoSocketSession::refuse(std::string_view sentence) {
  end_with(sentence, error_frame(ErrorCode::no_user_registered, sentence));
}

SessionFactory two_socket_sessions(Context& context, two_socket::DeliveredWord delivered_word,
                                   bool has_service) {
  return [&context, delivered_word, has_service](const std::shared_ptr<Connection>& connection) {
    return std::make_shared<TwoSocketSession>(connection, context, delivered_word, has_service);
  };
}

std::string two_socket_refusal(std::string_view phrase) {
  return error_frame(ErrorCode::unable_to_send, phrase);
}

}  // namespace parley
