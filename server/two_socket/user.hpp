#pragma once

#include <asio/ip/address.hpp>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "base/thread_annotations.hpp"
#include "protocol/two_socket.hpp"
#include "server/context.hpp"
#include "server/directory/member.hpp"
#include "server/net/connection.hpp"
#include "server/two_socket/mailbox.hpp"
#include "server/two_socket/replies.hpp"
#include "server/two_socket/service.hpp"

namespace parley {

/// One user of the two-socket protocol: a name, two channels (on one socket or on two), what waits for it and
/// what it is owed. Shared by the sessions of its sockets and by whoever sends to it; safe from any thread
/// unless a call says otherwise.
class TwoSocketUser : public Member {
 public:
  /// `address`: where the first REGISTER came from; the second must come from there too (R4).
  TwoSocketUser(std::string name, asio::ip::address address, Context& context,
                two_socket::DeliveredWord delivered_word);

  enum class Attached {
    half,
    both,
    taken,      ///< the channel has a socket already, or a user of another node the name
    banned,     ///< the operator has banned the name
    elsewhere,  ///< the first REGISTER came from another address
    unchecked,  ///< nobody can say now whether the name is free on other nodes
    gone        ///< the user has left
  };

  /// What the request for its name ended in. Once, by who made it, before attach().
  void settle_claim(NameClaim claim);

  /// Registers the connection for the channel, or says why not; waits until the claim is settled. `both`
  /// exactly once: the caller then signs the user on.
  Attached attach(two_socket::Channel channel, const std::shared_ptr<Connection>& connection)
      EXCLUDES(mutex_);

  /// Both channels are registered and the user is in the directory.
  bool is_signed_on() const { return signed_on_.load(std::memory_order_acquire); }
  /// Once, after Attached::both.
  void sign_on() EXCLUDES(mutex_);

  /// One REGISTERED has been written. After both, messages may come out (D1).
  void confirm() EXCLUDES(mutex_);

  /// From here on each FORWARD to it has an LF behind its body (F1.7).
  void end_bodies_with_newline() EXCLUDES(mutex_);

  /// Once signed on. A one-socket user's receipts come on the socket that it sends on, which must stay read
  /// (R5).
  bool has_one_socket() const { return send_connection_ == recv_connection_; }
  bool sends_on(const Connection& connection) const { return send_connection_.get() == &connection; }
  const std::shared_ptr<Replies>& replies() const { return replies_; }
  Mailbox& mailbox() { return *mailbox_; }

  /// What SERVER owes this user, who has asked it something now. The thread of the socket that it sends on.
  Service& service();
  /// The user has answered a FORWARD, or so it says: false when it answers nothing. `sender`: whose FORWARD
  /// it says that was, any bytes. Once signed on.
  bool acknowledge(Outcome outcome, std::string_view sender);
  /// Its `service` deadline has passed.
  void serve();

  std::string_view dialect() const override { return "two-socket"; }
  void announce(const Notice& notice) override;
  void deliver(const Message& message, Receipt receipt) override;
  void log(std::string_view line) const override;
  void evict(const char* reason, const Sentence& farewell) noexcept override EXCLUDES(mutex_);
  /// A FORWARD from SERVER.
  void hear_operator(std::string_view sentence) override;
  std::optional<Standing> standing() const override EXCLUDES(mutex_);

  /// The user goes, for this reason (R7): the name is free, what waits for it fails, its SENDs are answered,
  /// and the session of its other socket, if that is not `ending`, is asked to end. Only the first call acts;
  /// later ones wait until it is done, so that the answers are written before either socket is closed.
  void leave(std::string_view reason, const Connection& ending) noexcept EXCLUDES(mutex_);

 private:
  /// Does what leave() promises, once, on the thread that leaves first. `ending`: null when it is neither's.
  void depart(std::string_view reason, const Connection* ending) noexcept EXCLUDES(mutex_);

  const asio::ip::address address_;
  Context& context_;
  const two_socket::DeliveredWord delivered_word_;
  std::atomic<bool> signed_on_{false};
  std::atomic<bool> has_departed_{false};  // depart() is done
  std::atomic<bool> is_claim_settled_{false};
  NameClaim claim_ = NameClaim::unchecked;  // constant once settled

  // Set by attach(), constant once signed on, or once is_leaving_ is set.
  std::shared_ptr<Connection> send_connection_;
  std::shared_ptr<Connection> recv_connection_;
  std::shared_ptr<Replies> replies_;
  std::shared_ptr<Mailbox> mailbox_;

  // Nearly nobody asks SERVER anything.
  std::unique_ptr<Service> asked_service_;  // of the socket's thread that it sends on
  std::atomic<Service*> service_{nullptr};  // the same, for everybody

  mutable Mutex mutex_;                                // taken alone
  const char* eviction_ GUARDED_BY(mutex_) = nullptr;  // why the user was evicted
  Sentence farewell_ GUARDED_BY(mutex_);               // what it is told then
  bool signing_on_ GUARDED_BY(mutex_) = false;         // who leaves meanwhile departs when that is over
  int confirmed_ GUARDED_BY(mutex_) = 0;
  bool ends_bodies_with_newline_ GUARDED_BY(mutex_) = false;
  bool is_leaving_ GUARDED_BY(mutex_) = false;  // leave() was called
};

}  // namespace parley
