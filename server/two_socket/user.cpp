#include "server/two_socket/user.hpp"

namespace parley {

using two_socket::Channel;

TwoSocketUser::TwoSocketUser(std::string name, asio::ip::address address, Context& context,
                             two_socket::DeliveredWord delivered_word)
    : Member(std::move(name)),
      address_(std::move(address)),
      context_(context),
      delivered_word_(delivered_word) {}

TwoSocketUser::Attached TwoSocketUser::attach(Channel channel,
                                              const std::shared_ptr<Connection>& connection) {
  const MutexLock lock(mutex_);
  auto& place = channel == Channel::to_send ? send_connection_ : recv_connection_;
  if (left_) return Attached::gone;
  if (place) return Attached::taken;
  if (connection->peer().address() != address_) return Attached::elsewhere;
  place = connection;
  if (channel == Channel::to_send)
    replies_ = std::make_shared<Replies>(connection, delivered_word_, context_.limits.max_unanswered,
                                         context_.counters);
  else
    mailbox_.emplace(connection, context_.limits);
  return send_connection_ && recv_connection_ ? Attached::both : Attached::half;
}

void TwoSocketUser::sign_on() {
  send_connection_->clear_deadline(Deadline::sign_on);
  recv_connection_->clear_deadline(Deadline::sign_on);
  signed_on_.store(true, std::memory_order_release);
  const Members others = context_.directory.sign_on(*this);
  context_.counters.users.fetch_add(1, std::memory_order_relaxed);
  context_.log.info("{} arrived, sending from {}, receiving at {}", name(), to_text(send_connection_->peer()),
                    to_text(recv_connection_->peer()));
  parley::announce(others, {Notice::Kind::arrived, name()});
}

void TwoSocketUser::confirm() {
  {
    const MutexLock lock(mutex_);
    if (++confirmed_ < 2) return;
  }
  mailbox_->open();
}

void TwoSocketUser::deliver(const Message& message, Receipt receipt) {
  mailbox_->deliver(message, std::move(receipt));
}

void TwoSocketUser::leave(std::string_view reason, const Connection* listener, std::string_view last_words) {
  {
    const MutexLock lock(mutex_);
    if (std::exchange(left_, true)) return;
  }
  // The name first: who reads the end of the stream may register it again at once.
  const Members others = context_.directory.release(*this);
  if (mailbox_) mailbox_->close();
  if (replies_) replies_->close();
  for (const auto& connection : {send_connection_, recv_connection_})
    if (connection)
      connection->finish(connection.get() == listener ? last_words : "", context_.limits.linger_timeout);
  if (is_signed_on())
    context_.log.info("{} left: {}", name(), reason);
  else
    context_.log.info("{} gave up its half of a registration: {}", name(), reason);
  parley::announce(others, {Notice::Kind::left, name()});
}

}  // namespace parley
