#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/thread_annotations.hpp"
#include "protocol/service.hpp"
#include "server/directory/member.hpp"
#include "server/directory/name_list.hpp"

namespace parley {

inline constexpr std::string_view usual_lobby = "General";

/// Who has which name, and who is in which room: one namespace for all dialects. Names are the same when
/// is_same_name() says so (R1, OD1), those of rooms, too. A name is reserved by the first request for it and
/// found from the sign-on on. A room exists while somebody is in it and is shown as the first one wrote it.
/// Users of other nodes are here like all others, but in their room only their carrier stands for them, and
/// none of them hears notices. Every call is safe from any thread and does no I/O.
class Directory {
 public:
  explicit Directory(std::string_view lobby = usual_lobby);

  /// Reserves the newcomer's name. Returns who has it afterwards: the newcomer, or the one that was first.
  std::shared_ptr<Member> reserve(const std::shared_ptr<Member>& newcomer) EXCLUDES(mutex_);

  /// The claim of a reserved name was granted: its order of arrival on all nodes, not 0. False when the
  /// member has no name any more. Without other nodes everyone's order is that of the sign-ons.
  bool confirm(const Member& member, std::uint64_t arrival) EXCLUDES(mutex_);

  /// Users, and the room that they share, as it is shown.
  struct Company {
    Members members{};
    std::string room{};
  };

  /// From now on the member is found, and in the room (empty: the lobby). Returns who else in it hears
  /// notices. Does nothing when the member has no name any more.
  std::optional<Company> sign_on(const Member& member, std::string_view room = {}) EXCLUDES(mutex_);

  /// Frees the name, whatever else fails; nullopt when it is not this member that has it. Returns who hears
  /// notices in the room that it was in; nobody when there is no memory to list them.
  std::optional<Company> release(const Member& member) noexcept EXCLUDES(mutex_);

  /// The newcomer takes the place of a member that is signed on, with a name of its own, which it may have
  /// reserved. Returns who holds that name afterwards: the newcomer, or somebody else, and nothing has
  /// changed then; null when the member has left. Both are of one node.
  std::shared_ptr<Member> rename(const Member& member, const std::shared_ptr<Member>& newcomer)
      EXCLUDES(mutex_);

  /// Who hears notices in the room that the member left, and in the one that it came to.
  struct Move {
    Company left;
    Company joined;
  };

  /// To another room (empty: the lobby); nullopt when the member is in that room already, or in none.
  std::optional<Move> move(const Member& member, std::string_view room) EXCLUDES(mutex_);

  /// What the arrival of a user of another node changed.
  struct Admission {
    Company hearers;                    ///< who hears of it
    std::shared_ptr<Member> displaced;  ///< who had the name; null: nobody
    bool was_confirmed = false;         ///< the displaced one; else its confirm() will tell
    bool was_signed_on = false;         ///< the displaced one
    Company hearers_of_displaced;       ///< who hears of its going
  };

  /// A user of another node is reserved and signed on, in the room (empty: the lobby), in place of whoever
  /// has the name here. Throws std::bad_alloc, and nothing has changed then.
  Admission admit(const std::shared_ptr<Member>& remote, std::string_view room, std::uint64_t arrival,
                  std::int64_t since_s) EXCLUDES(mutex_);

  /// The name of one who is signed on was claimed again: its order of arrival is this from now on.
  void renumber(const Member& member, std::uint64_t arrival) EXCLUDES(mutex_);

  /// As a Company, in which a carrier stands for many.
  struct Others : Company {
    std::size_t users = 0;  ///< how many there are
  };

  /// Everyone in the member's room but the member, in order of arrival; behind them each carrier of users who
  /// are elsewhere, once.
  Others others_in_room(const Member& member) const EXCLUDES(mutex_);

  /// Those in the room who have no carrier, in order of arrival.
  Company local_company(std::string_view room) const EXCLUDES(mutex_);

  struct Found {
    std::shared_ptr<Member> member;  // null when nobody is signed on under the name
    std::string room;
  };
  Found find(std::string_view name) const EXCLUDES(mutex_);

  /// The same, but only one who has no carrier.
  Found find_local(std::string_view name) const EXCLUDES(mutex_);

  /// Whom one member has found last: the answer until anything changes. Belongs to the thread that seeks.
  struct LastFound {
    std::string name{};  // as it was sought
    std::weak_ptr<Member> member{};
    std::string room{};
    std::uint64_t as_of = 0;  // of changes_
  };
  /// As find(), for a member; `last` is this member's own, and has the room then. Whoever has left finds
  /// nobody any more. Takes no lock when `last` has the answer, as it has within a conversation.
  std::shared_ptr<Member> find(std::string_view name, const Member& seeker, LastFound& last) const
      EXCLUDES(mutex_) {
    const bool is_last = last.as_of == changes_.load(std::memory_order_acquire) && last.name == name;
    return is_last ? last.member.lock() : find_anew(name, seeker, last);
  }

  /// Who has the name, or has reserved it; null: nobody.
  std::shared_ptr<Member> holder_of(std::string_view name) const EXCLUDES(mutex_);

  /// Those in the member's room, but the member, who hear notices.
  Company hearers_beside(const Member& member) const EXCLUDES(mutex_);

  /// The room that the member is in, as it is shown; empty when it is in none.
  std::string room_of(const Member& member) const EXCLUDES(mutex_);

  /// From now on the member is one of those who hear notices in its room, or no longer. Nothing when it has
  /// left.
  void let_hear(const Member& member, bool hears) EXCLUDES(mutex_);

  /// Who has the name, when somebody is signed on under it.
  std::optional<service::Presence> presence(std::string_view name) const EXCLUDES(mutex_);

  /// A user as other nodes are told of it.
  struct Listing : service::Presence {
    std::uint64_t arrival;
  };
  /// Nothing when the member is not signed on, or no longer.
  std::optional<Listing> listing(const Member& member) const EXCLUDES(mutex_);

  /// All who are signed on, in order of arrival. Who comes or goes meanwhile may be listed or not, who is
  /// renamed under either name or both.
  std::vector<service::Presence> everyone() const EXCLUDES(mutex_);

  struct Page {
    std::vector<service::Presence> users;
    Members members;        ///< the same ones
    std::size_t count = 0;  ///< of all who are signed on
    bool is_last = true;
  };
  /// The next of those who are signed on, sorted by Member::key(): the first ones behind `key`, so many at
  /// most.
  Page page_behind(std::string_view key, std::size_t most) const EXCLUDES(mutex_);

  /// How many are signed on: those of this node by their dialects, the others; and how many rooms there are.
  /// Who comes, goes or is renamed meanwhile may be counted or not, and one who is renamed twice.
  struct Count {
    std::map<std::string_view, std::size_t> by_dialect;
    std::size_t elsewhere = 0;
    std::size_t rooms = 0;
  };
  Count count() const EXCLUDES(mutex_);

  /// The names of all who are signed on, in order of arrival, as they were at one moment: made anew only when
  /// somebody has come or gone since, or anything has changed while they were gathered.
  std::shared_ptr<NameList> names() const EXCLUDES(mutex_);

 private:
  using Arrivals = std::map<std::uint64_t, std::shared_ptr<Member>>;  // by Entry::place
  struct Room {
    std::string key;
    std::string name;
    Arrivals members{};                                         // who have no carrier
    Arrivals hearers{};                                         // those of them who hear notices
    std::map<std::shared_ptr<Member>, std::size_t> carriers{};  // for how many users each
    bool is_empty() const { return members.empty() && carriers.empty(); }
  };
  struct Entry {
    std::shared_ptr<Member> member;
    std::shared_ptr<Member> carrier{};  // the member's
    std::uint64_t place = 0;            // here
    std::uint64_t arrival = 0;          // on all nodes: the place when there are no others
    Room* room = nullptr;               // null until signed on
    std::int64_t since_s = 0;           // of 1970, in UTC
  };
  using Entries = std::unordered_map<std::string, Entry>;

  static service::Presence presence_of(const Entry& entry);
  /// Calls visit(entry), which only computes, for all who are signed on, by key, some hundreds under one
  /// lock. Who comes, goes or is renamed meanwhile may be visited or not, and one who is renamed twice.
  template <typename Visit>
  void visit_everyone(Visit visit) const EXCLUDES(mutex_);
  void count_change() noexcept REQUIRES(mutex_) { changes_.fetch_add(1, std::memory_order_release); }
  Entries::iterator find_entry(const Member& member) REQUIRES(mutex_);
  std::shared_ptr<Member> find_anew(std::string_view name, const Member& seeker, LastFound& last) const
      EXCLUDES(mutex_);
  Found find_key(const std::string& key) const REQUIRES(mutex_);
  const Entry* find_signed_on(const Member& member) const REQUIRES(mutex_);
  Room& open_room(std::string_view name) REQUIRES(mutex_);
  /// Returns who else in it hears notices. Throws std::bad_alloc, and nothing has changed then.
  Company enter(Entry& entry, Room& room) REQUIRES(mutex_);
  void leave_room(Entry& entry) noexcept REQUIRES(mutex_);
  void close_if_empty(const Room& room) noexcept REQUIRES(mutex_);
  /// With room for so many more.
  static Members all_but(const Arrivals& arrivals, const Member* one, std::size_t more = 0);

  const std::string lobby_;
  const std::string lobby_key_;

  mutable Mutex mutex_;                 // taken alone: what is called under it only computes
  Entries entries_ GUARDED_BY(mutex_);  // by Member::key()
  std::map<std::string_view, const Entry*> by_key_ GUARDED_BY(mutex_);  // of who is signed on
  std::unordered_map<std::string, Room> rooms_ GUARDED_BY(mutex_);      // by Room::key; none is empty
  std::uint64_t places_ GUARDED_BY(mutex_) = 0;
  // Of who is signed on, since when and where. Whoever has heard of a change sees it counted, for it is
  // counted before the lock is let go; whoever has not may still find what was there before it.
  std::atomic<std::uint64_t> changes_{0};
  mutable std::shared_ptr<NameList> names_ GUARDED_BY(mutex_);  // null since somebody came or went
};

}  // namespace parley
