#include "server/two_socket/user.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace parley {

using two_socket::Channel;

TwoSocketUser::TwoSocketUser(std::string name, asio::ip::address address, Context& context,
                             two_socket::DeliveredWord delivered_word)
    : Member(std::move(name)),
      address_(std::move(address)),
      context_(context),
      delivered_word_(delivered_word) {}

void TwoSocketUser::settle_claim(NameClaim claim) {
  claim_ = claim;
  is_claim_settled_.store(true, std::memory_order_release);
  is_claim_settled_.notify_all();
}

TwoSocketUser::Attached TwoSocketUser::attach(Channel channel,
                                              const std::shared_ptr<Connection>& connection) {
  is_claim_settled_.wait(false, std::memory_order_acquire);
  if (claim_ == NameClaim::unchecked) return Attached::unchecked;
  if (claim_ == NameClaim::banned) return Attached::banned;
  if (claim_ == NameClaim::taken) return Attached::taken;
  const MutexLock lock(mutex_);
  auto& place = channel == Channel::to_send ? send_connection_ : recv_connection_;
  if (is_leaving_ || eviction_ != nullptr) return Attached::gone;
  if (place) return Attached::taken;
  if (connection->origin() != address_) return Attached::elsewhere;
  if (channel == Channel::to_send)
    replies_ = std::make_shared<Replies>(connection, delivered_word_, context_.limits.max_unanswered,
                                         context_.limits.receipt_timeout, context_.counters);
  else
    mailbox_ = std::make_shared<Mailbox>(connection, context_.limits, name());
  if (mailbox_ && ends_bodies_with_newline_) mailbox_->end_bodies_with_newline();
  place = connection;
  return send_connection_ && recv_connection_ ? Attached::both : Attached::half;
}

void TwoSocketUser::sign_on() {
  {
    const MutexLock lock(mutex_);
    if (is_leaving_) return;
    signing_on_ = true;
  }
  for (Connection* const connection : {send_connection_.get(), recv_connection_.get()}) {
    connection->clear_deadline(Deadline::sign_on);
    connection->become_somebody();
  }
  const auto be_there = [this] { signed_on_.store(true, std::memory_order_release); };
  const auto end = [this] {
    {
      const MutexLock lock(mutex_);
      signing_on_ = false;
      if (!is_leaving_) return;
    }
    depart("went while it signed on", nullptr);
  };
  try {
    const std::string how = fmt::format("two-socket, sending from {}, receiving at {}",
                                        to_text(send_connection_->peer()), to_text(recv_connection_->peer()));
    context_.chat.join(*this, {}, how, be_there);
  } catch (const std::exception&) {
    end();
    throw;
  }
  end();
}

void TwoSocketUser::confirm() {
  {
    const MutexLock lock(mutex_);
    if (++confirmed_ < 2) return;
  }
  mailbox_->open();
  serve();
}

void TwoSocketUser::end_bodies_with_newline() {
  const MutexLock lock(mutex_);
  ends_bodies_with_newline_ = true;
  if (mailbox_) mailbox_->end_bodies_with_newline();
}

void TwoSocketUser::deliver(const Message& message, Receipt receipt) {
  mailbox_->deliver(message, std::move(receipt));
}

Service& TwoSocketUser::service() {
  if (!asked_service_) {
    asked_service_ =
        std::make_unique<Service>(*this, *mailbox_, *replies_, *recv_connection_, context_.directory);
    service_.store(asked_service_.get(), std::memory_order_release);
  }
  return *asked_service_;
}

bool TwoSocketUser::acknowledge(Outcome outcome, std::string_view sender) {
  Service* const service = service_.load(std::memory_order_acquire);
  return service != nullptr ? service->acknowledge(outcome, sender) : mailbox_->acknowledge(outcome);
}

void TwoSocketUser::serve() {
  if (Service* const service = service_.load(std::memory_order_acquire)) service->serve();
}

void TwoSocketUser::announce(const Notice& notice) {
  if (Service* const service = service_.load(std::memory_order_acquire)) service->note(notice);
}

void TwoSocketUser::log(std::string_view line) const {
  send_connection_->log(spdlog::level::info, "{}", line);
}

void TwoSocketUser::evict(const char* reason, const Sentence& farewell) noexcept {
  std::array<std::shared_ptr<Connection>, 2> connections;
  {
    const MutexLock lock(mutex_);  // who attaches later sees the eviction
    if (eviction_ == nullptr) eviction_ = reason;
    if (farewell_.is_empty()) farewell_ = farewell;
    connections = {send_connection_, recv_connection_};
  }
  for (const auto& connection : connections)
    if (connection) connection->ask_to_end(reason, farewell);
}

void TwoSocketUser::hear_operator(std::string_view sentence) {
  if (!is_signed_on()) return;
  deliver(
      {service::name, sentence, Audience::user, {}, Message::Clock::now() + context_.limits.receipt_timeout},
      {});
}

std::optional<Standing> TwoSocketUser::standing() const {
  std::array<std::shared_ptr<Connection>, 2> connections;
  {
    const MutexLock lock(mutex_);
    connections = {send_connection_, recv_connection_};
  }
  if (connections[0] == connections[1]) connections[1] = nullptr;
  Standing standing;
  for (const auto& connection : connections) {
    if (!connection) continue;
    if (standing.address.empty()) standing.address = to_text(connection->peer());
    const Traffic traffic = connection->traffic();
    standing.sent_bytes += traffic.from_peer_bytes;
    standing.received_bytes += traffic.to_peer_bytes;
    standing.queue_bytes += connection->waiting_bytes() + connection->held_bytes();
  }
  return standing;
}

void TwoSocketUser::leave(std::string_view reason, const Connection& ending) noexcept {
  const bool is_to_depart = [this] {
    const MutexLock lock(mutex_);
    return !std::exchange(is_leaving_, true) && !signing_on_;
  }();
  if (is_to_depart) return depart(reason, &ending);
  has_departed_.wait(false, std::memory_order_acquire);
  // The thread of the sending socket may have taken SENDs meanwhile; now it takes no more.
  if (replies_ && sends_on(ending)) replies_->close();
}

void TwoSocketUser::depart(std::string_view reason, const Connection* ending) noexcept {
  // The name first: who reads the end of the stream may register it again at once.
  if (is_signed_on())
    context_.chat.leave(*this, reason);
  else
    context_.chat.give_up(*this);
  if (mailbox_) mailbox_->close();
  if (replies_) replies_->close();
  const char* reason_of_other = "its other socket has ended";
  Sentence farewell;
  {
    const MutexLock lock(mutex_);
    if (eviction_ != nullptr) reason_of_other = eviction_;
    farewell = farewell_;
  }
  for (Connection* const connection : {send_connection_.get(), recv_connection_.get()})
    if (connection != nullptr && connection != ending) connection->ask_to_end(reason_of_other, farewell);
  has_departed_.store(true, std::memory_order_release);
  has_departed_.notify_all();
}

}  // namespace parley
