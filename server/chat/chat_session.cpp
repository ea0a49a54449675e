#include "server/chat/chat_session.hpp"

#include <algorithm>
#include <utility>

#include "protocol/text.hpp"
#include "protocol/user_name.hpp"

namespace parley {
namespace {

constexpr std::size_t logged_bytes = 200;

}  // namespace

ChatSession::ChatSession(std::shared_ptr<Connection> connection, Context& context, std::string_view dialect,
                         Pacer* pacer)
    : Session(std::move(connection)),
      context_(context),
      dialect_(dialect),
      outbox_(std::make_shared<Outbox>(shared_connection(), context.limits, pacer)),
      gate_(dialect) {}

void ChatSession::begin() {
  await_sign_on();
  greet();
}

void ChatSession::await_sign_on() {
  connection().set_deadline(Deadline::sign_on, context_.limits.sign_on_timeout);
}

std::span<char> ChatSession::prepare() {
  read_room_ = parser_room();
  return read_room_;
}

void ChatSession::receive(std::size_t count) {
  if (ended_.load(std::memory_order_acquire)) return;
  if (context_.log.should_log(spdlog::level::debug))
    context_.log.debug("{} > {}{}", connection().label(),
                       visible({read_room_.data(), std::min(count, logged_bytes)}),
                       count > logged_bytes ? "..." : "");
  parser_commit(gate_ ? gate_->feed({read_room_.data(), count}) : count);
  act();
  if (gate_) take_held();
}

/// On what the parser has.
void ChatSession::act() {
  while (!ended_.load(std::memory_order_acquire) && handle_next()) end_frame();
  if (in_frame()) begin_frame(context_.limits.frame_timeout);
}

/// What the gate has held back and does no longer.
void ChatSession::take_held() {
  while (const auto piece = gate_->take()) {
    parser_feed(*piece);
    act();
  }
  if (gate_->verdict() == Gate::Verdict::foreign) {
    const std::string sentence = gate_->sentence();
    end_with(sentence, to_sentence(sentence));
  }
  if (gate_->verdict() != Gate::Verdict::undecided) gate_.reset();
}

void ChatSession::input_ended() {
  if (gate_) {
    gate_->release();
    take_held();
  }
  if (!ended_.load(std::memory_order_acquire)) handle_end();
}

void ChatSession::end(std::string_view reason) {
  leave(reason);
  outbox_->close();
}

void ChatSession::expire(Deadline kind) {
  switch (kind) {
    case Deadline::sign_on:
      return end_with("did not sign on in time", to_sentence("No name has come for too long."));
    case Deadline::frame:
      return end_with("did not complete a request in time",
                      to_sentence("A request was begun and not completed in time."));
    case Deadline::answer:
      return;
    case Deadline::linger:
      return connection().abort("did not close its end");
  }
}

void ChatSession::stop() {
  end_with("the server stops", {});
}

ChatSession::SignOn ChatSession::check_name(std::string_view name) const {
  const NameFault fault = parley::check_name(name);
  if (fault == NameFault::none) return SignOn::done;
  return fault == NameFault::reserved ? SignOn::reserved : SignOn::unprintable;
}

ChatSession::SignOn ChatSession::sign_on(std::string_view name, std::string_view room) {
  if (const SignOn result = check_name(name); result != SignOn::done) return result;
  const auto newcomer = make_user(std::string(name));
  if (context_.directory.reserve(newcomer) != newcomer) return SignOn::taken;
  need_no_sign_on();
  outbox_->hold();
  {
    const MutexLock lock(mutex_);
    user_ = newcomer;
  }
  const Members others = context_.directory.sign_on(*newcomer, room);
  context_.counters.users.fetch_add(1, std::memory_order_relaxed);
  context_.log.info("{} arrived ({}) from {}", name, dialect_, to_text(connection().peer()));
  connection().set_label(newcomer->name());
  outbox_->open(welcome(*newcomer, Occasion::signed_on));
  announce(others, {Notice::Kind::arrived, newcomer->name()});
  return SignOn::done;
}

ChatSession::SignOn ChatSession::rename(std::string_view name) {
  if (const SignOn result = check_name(name); result != SignOn::done) return result;
  const auto former = user();
  if (!former) return SignOn::taken;  // another thread has ended this session
  const auto newcomer = make_user(std::string(name));
  if (context_.directory.rename(*former, newcomer) != newcomer) return SignOn::taken;
  {
    const MutexLock lock(mutex_);
    user_ = newcomer;
  }
  former->retire();
  connection().set_label(newcomer->name());
  send(welcome(*newcomer, Occasion::renamed));
  if (former->name() == newcomer->name()) return SignOn::done;
  context_.log.info("{} is called {} now", former->name(), newcomer->name());
  const Members others = context_.directory.others_in_room(*newcomer);
  announce(others, {Notice::Kind::left, former->name()});
  announce(others, {Notice::Kind::arrived, newcomer->name()});
  return SignOn::done;
}

bool ChatSession::move(std::string_view room) {
  const auto mover = user();
  if (!mover) return false;
  outbox_->hold();
  const auto moved = context_.directory.move(*mover, room);
  outbox_->open(moved ? welcome(*mover, Occasion::moved) : std::string());
  if (!moved) return false;
  announce(moved->left, {Notice::Kind::left, mover->name()});
  announce(moved->joined, {Notice::Kind::arrived, mover->name()});
  return true;
}

void ChatSession::say(std::string_view text) {
  const auto sender = user();
  if (!sender) return;
  const Message message(sender->name(), text, Audience::room);
  for (const auto& recipient : context_.directory.others_in_room(*sender))
    recipient->deliver(message, context_.deliveries.receipt(text.size()));
  if (echoes_own_lines()) sender->deliver(message, {});
}

bool ChatSession::tell(std::string_view name, std::string_view text) {
  const auto sender = user();
  const auto recipient = context_.directory.find(name);
  if (!sender || !recipient) return false;
  recipient->deliver(Message(sender->name(), text, Audience::user), context_.deliveries.receipt(text.size()));
  return true;
}

std::string ChatSession::room() const {
  const auto somebody = user();
  return somebody ? context_.directory.room_of(*somebody) : std::string();
}

std::shared_ptr<ChatUser> ChatSession::user() const {
  const MutexLock lock(mutex_);
  return user_;
}

void ChatSession::leave(std::string_view reason) {
  std::shared_ptr<ChatUser> leaver;
  {
    const MutexLock lock(mutex_);
    leaver.swap(user_);
  }
  if (!leaver) return;
  leaver->retire();
  const Members others = context_.directory.release(*leaver);
  context_.log.info("{} left: {}", leaver->name(), reason);
  announce(others, {Notice::Kind::left, leaver->name()});
}

void ChatSession::end_with(std::string_view reason, std::string last_words) {
  if (ended_.exchange(true, std::memory_order_acq_rel)) return;
  if (!user()) context_.log.info("{} dropped: {}", connection().label(), reason);
  leave(reason);
  outbox_->finish(std::move(last_words));
}

}  // namespace parley
