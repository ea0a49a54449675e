#include "server/chat/chat_session.hpp"

#include <fmt/format.h>

#include <utility>

#include "protocol/text.hpp"
#include "protocol/user_name.hpp"
#include "protocol/words.hpp"
#include "server/frame.hpp"
#include "server/log.hpp"

namespace parley {
namespace {

// What a line takes in each reader's queue besides its bytes: a mebibyte of short ones must not fill that.
constexpr std::size_t request_overhead_bytes = 256;
static_assert(request_overhead_bytes > waiting_overhead_bytes);

}  // namespace

ChatSession::ChatSession(const std::shared_ptr<Connection>& connection, Context& context,
                         std::string_view dialect)
    : Session(connection, dialect, context.floods.for_peer(connection->address_bytes(), false),
              context.limits.frame_timeout),
      context_(context),
      outbox_(std::make_shared<Outbox>(shared_connection(), context.limits)) {}

void ChatSession::begin() {
  await_sign_on();
  greet();
}

void ChatSession::log_input(std::string_view bytes) const {
  if (!context_.log.should_log(spdlog::level::debug)) return;
  if (may_hear_password())
    context_.log.debug("{} > {} bytes, which may hold a password", connection().label(), bytes.size());
  else
    context_.log.debug("{} > {}", connection().label(), visible_beginning(bytes, logged_frame_bytes));
}

bool ChatSession::handle_next() {
  if (!handle_event()) return false;
  charge_request();
  charge_bytes(request_overhead_bytes);
  return true;
}

void ChatSession::end(std::string_view reason) {
  leave(reason);
  outbox_->close();
}

void ChatSession::expire(Deadline kind) {
  switch (kind) {
    case Deadline::sign_on:
      return end_late("did not sign on in time", "No name has come for too long.");
    case Deadline::frame:
      return end_late("did not complete a request in time", "A request was begun and not completed in time.");
    case Deadline::more:
      return nothing_more_came();
    case Deadline::send:
      return answers_are_late();
    default:
      return;
  }
}

void ChatSession::end_late(std::string_view reason, std::string_view sentence) {
  end_with(reason, farewell(Ending::late, reason, sentence));
}

ChatSession::Claimed ChatSession::to_claimed(std::string_view line) const {
  const auto [first, rest] = split_word(line, is_space);
  if (!context_.accounts.has(first)) return {line, {}};
  return {first, trim(rest, is_space)};
}

/// What hinders as far as accounts go; nothing when nothing does.
std::optional<ChatSession::SignOn> ChatSession::check_lock(const Claimed& claimed) {
  if (!context_.accounts.may_matter()) return std::nullopt;
  const Secret password(claimed.password);
  const PasswordVerdict verdict = check_password(
      context_.accounts, connection(), claimed.name, password.is_empty() ? nullptr : &password,
      [this](FunctionRef<bool()> is_done, Clock::time_point until) { return await(is_done, until); });
  if (verdict == PasswordVerdict::right) return std::nullopt;
  lock_ = verdict;
  return verdict == PasswordVerdict::gone ? SignOn::gone : SignOn::locked;
}

ChatSession::SignOn ChatSession::sign_on(const Claimed& claimed, std::string_view room) {
  if (check_name(claimed.name) != NameFault::none) return SignOn::refused;
  if (const auto hindered = check_lock(claimed)) return *hindered;
  auto newcomer = make_user(std::string(claimed.name));
  if (const auto claim = context_.chat.reserve(newcomer).claim; claim != NameClaim::granted)
    return to_sign_on(claim);
  user_ = std::move(newcomer);
  connection().clear_deadline(Deadline::sign_on);
  connection().become_somebody();
  connection().set_label(user_->name());
  outbox_->hold();
  const std::string how = fmt::format("{}, from {}", dialect(), to_text(connection().peer()));
  context_.chat.join(*user_, room, how,
                     [&] { outbox_->open(make_frame(welcome(*user_, Occasion::signed_on))); });
  return SignOn::done;
}

ChatSession::SignOn ChatSession::rename(const Claimed& claimed) {
  if (check_name(claimed.name) != NameFault::none) return SignOn::refused;
  if (!is_same_name(user_->name(), claimed.name))
    if (const auto hindered = check_lock(claimed)) return *hindered;
  const auto newcomer = make_user(std::string(claimed.name));
  const auto former = user_;
  const auto reserved = context_.chat.rename(*former, newcomer, [&] {
    former->retire();
    user_ = newcomer;
    connection().set_label(newcomer->name());
    send(welcome(*newcomer, Occasion::renamed));
  });
  return to_sign_on(reserved.claim);
}

ChatSession::SignOn ChatSession::to_sign_on(NameClaim claim) {
  switch (claim) {
    case NameClaim::granted:
      return SignOn::done;
    case NameClaim::banned:
      return SignOn::banned;
    case NameClaim::unchecked:
      return SignOn::unchecked;
    default:
      return SignOn::taken;
  }
}

bool ChatSession::move(std::string_view room) {
  outbox_->hold();
  const bool is_moved =
      context_.chat.move(*user_, room, [&] { outbox_->open(make_frame(welcome(*user_, Occasion::moved))); });
  if (!is_moved) outbox_->open(nullptr);
  return is_moved;
}

void ChatSession::say(std::string_view text) {
  context_.chat.say(
      *user_, text, Clock::time_point::max(), [](const ChatService::Reach&) {},
      [&] { return context_.deliveries.receipt(text.size()); });
}

bool ChatSession::tell(std::string_view name, std::string_view text) {
  return context_.chat.tell(*user_, name, last_found_, text, Clock::time_point::max(),
                            [&](std::string_view) { return context_.deliveries.receipt(text.size()); });
}

void ChatSession::leave(std::string_view reason) {
  const auto leaver = std::exchange(user_, nullptr);
  if (!leaver) return;
  leaver->retire();
  context_.chat.leave(*leaver, reason);
}

void ChatSession::end_with(std::string_view reason, std::string_view last_words) {
  if (!user_) connection().log(spdlog::level::info, "{} dropped: {}", connection().label(), reason);
  leave(reason);
  outbox_->close();
  finish(last_words);
}

}  // namespace parley
