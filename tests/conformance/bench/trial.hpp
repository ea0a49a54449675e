#pragma once

#include <cstdint>
#include <list>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/bench/link.hpp"
#include "tests/conformance/bench/settings.hpp"
#include "tests/conformance/model/verdict.hpp"
#include "tests/support/peer.hpp"

namespace parley::conform {

/// A user that the suite plays: two sockets, or one for both.
struct User {
  std::string name;
  Link* sending = nullptr;
  Link* receiving = nullptr;
};

/// Each ends both of the user's sockets.
void end_properly(const User& user);
void end_with_reset(const User& user);

/// One case against a server: what it may use, and what is noted of it. Belongs to one thread.
class Trial {
 public:
  /// `number`: of the case among all, so that no two cases use the same user names.
  Trial(test::Endpoint server, std::size_t number, const Settings& settings, Transcript& transcript);

  /// Ends what is open, and gives the server a moment to notice: the users of this case are none of the
  /// next's.
  ~Trial();
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  const Settings& settings() const { return settings_; }

  /// What a user registers first, and what then.
  two_socket::Channel first() const {
    return settings_.dialect.torecv_first ? two_socket::Channel::to_recv : two_socket::Channel::to_send;
  }
  two_socket::Channel second() const {
    return settings_.dialect.torecv_first ? two_socket::Channel::to_send : two_socket::Channel::to_recv;
  }

  /// The socket on which the answers to a user's SENDs come.
  Link& answers(const User& user) const {
    return settings_.dialect.reports_on_torecv ? *user.receiving : *user.sending;
  }

  /// The one on which the next of them comes, or has come: the course may let it be either.
  Link& answering(const User& user) const;

  /// What follows does not wait for a server that is late (R4.7).
  void take_as_ready() { grace_.end(); }

  /// A name that nobody else uses in this run: `stem` and a number.
  std::string name(std::string_view stem) const;

  /// A new connection; the case fails when the server does not take it.
  Link& connect(std::string label);

  /// Sends REGISTER and waits for REGISTERED.
  void register_for(Link& link, two_socket::Channel channel, std::string_view name);

  /// connect(), then register_for().
  Link& connect_for(std::string label, two_socket::Channel channel, std::string_view name);

  /// A signed-on user with two sockets. `name` may be empty: then it is made from `stem`. While a case has
  /// done nothing else a failure is one of its set-up.
  User sign_on(std::string_view stem, std::string name = {});
  User sign_on_with_one_socket(std::string_view stem);

  /// Sends SEND; receives FORWARD; says RECEIVED; expects the report. Each a step of an ordinary delivery.
  void send(const User& from, std::string_view to, std::string_view body);
  void expect_forward(const User& to, const User& from, std::string_view body);
  void acknowledge(const User& to, const User& from);
  /// The socket on which the server hears what a recipient says to a FORWARD.
  Link& receipts(const User& recipient) const;
  /// Where the case is about the report; the other where it only belongs to an exchange.
  void expect_delivered(const User& from, std::string_view to);
  void take_report(const User& from, std::string_view to);
  void expect_error(Link& link, two_socket::ErrorCode code);
  void expect_error(const User& from, two_socket::ErrorCode code);
  /// An ERROR of whatever code; an ERROR or a report.
  void expect_some_error(const User& from);
  void expect_some_answer(const User& from);

  /// The two halves of an exchange: to the FORWARD, and from the receipt on.
  void begin_exchange(const User& from, const User& to, std::string_view body = "Hello");
  void end_exchange(const User& from, const User& to);

  /// An ordinary delivery from one to the other, which must succeed. It comes after all that the server had
  /// to do for the two before, so it also proves that nothing else came.
  void exchange(const User& from, const User& to, std::string_view body = "fence");

  /// Waits until one of the two has input, or has ended; the case fails when neither does.
  Link& first_with_input(Link& one, Link& other) const;

  /// An ordinary delivery between two users who have nothing to do with the case: a server that would answer
  /// something else at once has had the time.
  void fence();
  /// Signs those two on already, for whom somebody who owes an answer would have to wait otherwise.
  void call_bystanders();

  /// What is seen by a trial of its own, of which the transcript tells nothing.
  bool is_seen_apart(bool (*look)(Trial&)) const;

  /// Repeatable: the same in every run with the same seed.
  std::mt19937_64& random() { return random_; }

  /// What follows makes the server wait for long.
  void take_time() { exchanges_.stop_counting(); }

  const Exchanges& exchanges() const { return exchanges_; }

  /// What follows is about a connection that has no other beside it.
  void stay_alone() { may_bring_another_ = false; }

  /// Whether the server under test was seen to rest within that time; it always waits so long.
  bool is_seen_at_rest(std::chrono::milliseconds time) const;

  [[noreturn]] void fail(const std::string& expected, const std::string& came) const;

  /// Ends the case as not tried: what it is about cannot be seen where that case fails, or for this reason.
  [[noreturn]] void cannot_show(std::string_view blocked_by, std::string reason = {}) const;

 private:
  bool bring_another();
  Frame expect_of_user(const User& user, Link& link, const Expected& expected);

  const test::Endpoint server_;
  const std::size_t number_;
  const Settings& settings_;
  Transcript& transcript_;
  std::mt19937_64 random_;
  Grace grace_;
  Exchanges exchanges_;
  std::size_t set_up_entries_ = 0;  // of the transcript, when the last sign_on() was done
  std::vector<User> bystanders_;
  // Some servers accept sockets in pairs, and leave a lone one waiting: it gets company, which is the next
  // connection that the case asks for.
  bool may_bring_another_ = true;
  FileDescriptor company_;
  std::list<Link> links_;  // stay where they are: users point to them
};

/// Two users.
struct Pair {
  explicit Pair(Trial& t) : alice(t.sign_on("alice")), bob(t.sign_on("bob")) {}
  User alice;
  User bob;
};

}  // namespace parley::conform
