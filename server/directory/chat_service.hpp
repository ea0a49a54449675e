#pragma once

#include <atomic>
#include <memory>
#include <string_view>

#include "base/function_ref.hpp"
#include "server/counters.hpp"
#include "server/directory/directory.hpp"

namespace parley {

/// What users do to each other, whatever their dialects: the directory, and with each change the notice to
/// those who hear it, the counter and the line in the log. Any thread; never blocks.
class ChatService {
 public:
  ChatService(Directory& directory, Counters& counters) : directory_(directory), counters_(counters) {}

  /// Reserves the newcomer's name. Returns who has it afterwards: the newcomer, or the one that was first.
  std::shared_ptr<Member> reserve(const std::shared_ptr<Member>& newcomer) {
    return directory_.reserve(newcomer);
  }

  /// The newcomer, whose name is reserved, comes into the room (empty: the lobby). `welcome` is called before
  /// the others are told. `how`: for the log. Nothing happens when the name was given up meanwhile.
  void join(const Member& newcomer, std::string_view room, std::string_view how, FunctionRef<void()> welcome);

  /// The newcomer takes the place of a member that is signed on. Returns who has its name afterwards;
  /// somebody else: nothing has changed. Else `welcome` is called before the others are told.
  std::shared_ptr<Member> rename(const Member& member, const std::shared_ptr<Member>& newcomer,
                                 FunctionRef<void()> welcome);

  /// To another room (empty: the lobby). False when the member is there already. `welcome` as in join().
  bool move(const Member& member, std::string_view room, FunctionRef<void()> welcome);

  /// The member is gone. Frees the name whatever else fails.
  void leave(const Member& member, std::string_view reason) noexcept;
  /// The same for one who has only reserved a name: nobody knows of it.
  void give_up(const Member& member) noexcept { directory_.release(member); }

  /// A line to everyone else in the room, and to the sender where its dialect shows one's own lines. `begin`
  /// is told how many the others are, and then `receipt` asked for one for each.
  void say(Member& sender, std::string_view body, Message::Clock::time_point answer_by,
           FunctionRef<void(std::size_t recipients)> begin, FunctionRef<Receipt()> receipt);

  /// A line to one user. `receipt` is given the recipient's name. False: there is nobody of that name, or the
  /// sender has left.
  bool tell(const Member& sender, std::string_view name, std::string_view body,
            Message::Clock::time_point answer_by, FunctionRef<Receipt(std::string_view recipient)> receipt);

  /// From here on nobody is told who leaves: all do.
  void begin_stop() { is_stopping_.store(true, std::memory_order_relaxed); }
  bool is_stopping() const { return is_stopping_.load(std::memory_order_relaxed); }

 private:
  void announce(const Members& members, const Notice& notice) const;

  Directory& directory_;
  Counters& counters_;
  std::atomic<bool> is_stopping_{false};
};

}  // namespace parley
