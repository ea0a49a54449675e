#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/function_ref.hpp"
#include "server/bans/ban_list.hpp"
#include "server/counters.hpp"
#include "server/directory/directory.hpp"
#include "server/directory/other_nodes.hpp"

namespace parley {

/// What users do to each other, whatever their dialects: the directory, and with each change the notice to
/// those who hear it, the counter and the line in the log. In a cluster the other nodes are told before
/// anybody here, so that an arrival is ahead of the newcomer's first line everywhere. Any thread; in a
/// cluster whoever arrives, moves or is renamed waits for the other nodes, a bounded time; else nothing
/// blocks.
class ChatService {
 public:
  ChatService(Directory& directory, Counters& counters, const BanList& bans)
      : directory_(directory), counters_(counters), bans_(bans) {}

  /// There are other nodes, which outlive this. At most once, before the first user.
  void connect(OtherNodes& other_nodes) { other_nodes_ = &other_nodes; }

  struct Reservation {
    NameClaim claim = NameClaim::granted;
    std::shared_ptr<Member> holder;  ///< who has the name here; null: nobody known
  };

  /// Reserves the newcomer's name, here and then on all nodes: waits for their answer, a bounded time. What
  /// was not granted is not reserved.
  Reservation reserve(const std::shared_ptr<Member>& newcomer);

  /// The newcomer, whose name is reserved, comes into the room (empty: the lobby). `welcome` is called before
  /// the others are told. `how`: for the log. Nothing happens when the name was given up meanwhile.
  void join(const Member& newcomer, std::string_view room, std::string_view how, FunctionRef<void()> welcome);

  /// The newcomer takes the place of a member that is signed on; its name is reserved as in reserve(). When
  /// it is granted, `welcome` is called before the others are told; else nothing has changed.
  Reservation rename(const Member& member, const std::shared_ptr<Member>& newcomer,
                     FunctionRef<void()> welcome);

  /// To another room (empty: the lobby). False when the member is there already. `welcome` as in join().
  bool move(const Member& member, std::string_view room, FunctionRef<void()> welcome);

  /// The member is gone. Frees the name whatever else fails.
  void leave(const Member& member, std::string_view reason) noexcept;
  /// The same for one who has only reserved a name: nobody knows of it.
  void give_up(const Member& member) noexcept;

  /// Whom a line goes to.
  struct Reach {
    std::size_t receipts;  ///< that it is to have
    std::size_t users;     ///< more, when another node stands for several
  };

  /// A line to everyone else in the room, and to the sender where its dialect shows one's own lines. `begin`
  /// is told how many they are, and then `receipt` asked for each receipt, unless something throws.
  /// `client_id`: as in Message.
  void say(Member& sender, std::string_view body, Message::Clock::time_point answer_by,
           FunctionRef<void(const Reach& reach)> begin, FunctionRef<Receipt()> receipt,
           std::string_view client_id = {});

  /// A line to one user. `last`: the sender's own. `receipt(name)` makes the receipt, and is given the
  /// recipient's name. False: there is nobody of that name, or the sender has left.
  template <typename MakeReceipt>
  bool tell(const Member& sender, std::string_view name, Directory::LastFound& last, std::string_view body,
            Message::Clock::time_point answer_by, const MakeReceipt& receipt,
            std::string_view client_id = {}) {
    const auto recipient = directory_.find(name, sender, last);
    if (!recipient) return false;
    const Message message(sender.name(), body, Audience::user, last.room, answer_by, sender.source(),
                          client_id);
    recipient->deliver(message, receipt(recipient->name()));
    return true;
  }

  // What users of other nodes do. No other node is told.

  /// A user of another node is there, in the room (empty: the lobby), in place of whoever has its name here,
  /// who is evicted and returned; a newcomer whose claim is out is told that the name is taken. `arrival`,
  /// `since_s`: as in Directory::Listing.
  std::shared_ptr<Member> admit(const std::shared_ptr<Member>& remote, std::string_view room,
                                std::uint64_t arrival, std::int64_t since_s);
  /// It is in another room now (empty: the lobby).
  void relocate(const Member& remote, std::string_view room);
  /// `remote` takes the place of `former`, and of whoever else has its name here, as in admit().
  std::shared_ptr<Member> rename_elsewhere(const Member& former, const std::shared_ptr<Member>& remote);
  /// It is gone.
  void dismiss(const Member& remote) noexcept;

  /// A line that was written elsewhere. `sender`: the name; the others: as in Message.
  struct DistantLine {
    std::string_view sender;
    std::string_view body;
    Message::Clock::time_point answer_by;
    const void* source = nullptr;
  };
  /// To the users of this node in the room, with `begin` and `receipt` as in say().
  void hear_line(const DistantLine& line, std::string_view room, FunctionRef<void(const Reach& reach)> begin,
                 FunctionRef<Receipt()> receipt);
  /// To one user of this node. False: nobody of this node is called so; `receipt` was not asked for.
  bool hear_private_line(const DistantLine& line, std::string_view recipient, FunctionRef<Receipt()> receipt);

  /// From here on nobody is told who leaves: all do.
  void begin_stop() { is_stopping_.store(true, std::memory_order_relaxed); }
  bool is_stopping() const { return is_stopping_.load(std::memory_order_relaxed); }

 private:
  Reservation claim(const std::shared_ptr<Member>& newcomer);
  void announce(Notice::Kind kind, const Member& member, const Directory::Company& hearers) const;
  void announce_rename(const Member& former, const Member& member) const;

  Directory& directory_;
  Counters& counters_;
  const BanList& bans_;
  OtherNodes* other_nodes_ = nullptr;  // null: this is the only one
  std::atomic<bool> is_stopping_{false};
};

}  // namespace parley
