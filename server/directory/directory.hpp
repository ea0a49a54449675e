#pragma once

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
/// Every call is safe from any thread and does no I/O.
class Directory {
 public:
  explicit Directory(std::string_view lobby = usual_lobby);

  /// Reserves the newcomer's name. Returns who has it afterwards: the newcomer, or the one that was first.
  std::shared_ptr<Member> reserve(const std::shared_ptr<Member>& newcomer) EXCLUDES(mutex_);

  /// From now on the member is found, and in the room (empty: the lobby). Returns who else in it hears
  /// notices. Does nothing when the member has no name any more.
  std::optional<Members> sign_on(const Member& member, std::string_view room = {}) EXCLUDES(mutex_);

  /// Frees the name, if it is this member that has it, and whatever else fails. Returns who hears notices in
  /// the room that it was in; nobody when there is no memory to list them.
  Members release(const Member& member) noexcept EXCLUDES(mutex_);

  /// The newcomer takes the place of a member that is signed on, with a name of its own. Returns who holds
  /// that name afterwards: the newcomer, or somebody else, and nothing has changed then.
  std::shared_ptr<Member> rename(const Member& member, const std::shared_ptr<Member>& newcomer)
      EXCLUDES(mutex_);

  /// Who hears notices in the room that the member left, and in the one that it came to.
  struct Move {
    Members left;
    Members joined;
  };

  /// To another room (empty: the lobby); nullopt when the member is in that room already, or in none.
  std::optional<Move> move(const Member& member, std::string_view room) EXCLUDES(mutex_);

  /// Users, and the room that they share, as it is shown.
  struct Company {
    Members members;
    std::string room;
  };

  /// Everyone in the member's room but the member, in order of arrival.
  Company others_in_room(const Member& member) const EXCLUDES(mutex_);

  struct Found {
    std::shared_ptr<Member> member;  // null when nobody is signed on under the name
    std::string room;
  };
  /// Whoever has left finds nobody any more: `seeker`, when given.
  Found find(std::string_view name, const Member* seeker = nullptr) const EXCLUDES(mutex_);

  /// Those of them who hear notices.
  Members hearers_beside(const Member& member) const EXCLUDES(mutex_);

  /// The room that the member is in, as it is shown; empty when it is in none.
  std::string room_of(const Member& member) const EXCLUDES(mutex_);

  /// From now on the member is one of those who hear notices in its room, or no longer. Nothing when it has
  /// left.
  void let_hear(const Member& member, bool hears) EXCLUDES(mutex_);

  /// Who has the name, when somebody is signed on under it.
  std::optional<service::Presence> presence(std::string_view name) const EXCLUDES(mutex_);

  struct Page {
    std::vector<service::Presence> users;
    std::size_t count = 0;  ///< of all who are signed on
    bool is_last = true;
  };
  /// The next of those who are signed on, sorted by Member::key(): the first ones behind `key`, so many at
  /// most.
  Page page_behind(std::string_view key, std::size_t most) const EXCLUDES(mutex_);

  /// The names of all who are signed on, in order of arrival, as they were at one moment: made anew only when
  /// somebody has come or gone since.
  std::shared_ptr<NameList> names() const EXCLUDES(mutex_);

 private:
  using Arrivals = std::map<std::uint64_t, std::shared_ptr<Member>>;
  struct Room {
    std::string key;
    std::string name;
    Arrivals members;
    Arrivals hearers;  // those of them who hear notices
  };
  struct Entry {
    std::shared_ptr<Member> member;
    std::uint64_t arrival = 0;
    Room* room = nullptr;      // null until signed on
    std::int64_t since_s = 0;  // of 1970, in UTC
  };
  using Entries = std::unordered_map<std::string, Entry>;

  static service::Presence presence_of(const Entry& entry);
  Entries::iterator find_entry(const Member& member) REQUIRES(mutex_);
  const Entry* find_signed_on(const Member& member) const REQUIRES(mutex_);
  Room& open_room(std::string_view name) REQUIRES(mutex_);
  /// Returns who else in it hears notices. Throws std::bad_alloc, and nothing has changed then.
  Members enter(Entry& entry, Room& room) REQUIRES(mutex_);
  void leave_room(Entry& entry) noexcept REQUIRES(mutex_);
  void close_if_empty(const Room& room) noexcept REQUIRES(mutex_);
  static Members all_but(const Arrivals& arrivals, const Member& one);

  const std::string lobby_;
  const std::string lobby_key_;

  mutable Mutex mutex_;                 // taken alone: what is called under it only computes
  Entries entries_ GUARDED_BY(mutex_);  // by Member::key()
  std::map<std::string_view, const Entry*> by_key_ GUARDED_BY(mutex_);  // of who is signed on
  std::unordered_map<std::string, Room> rooms_ GUARDED_BY(mutex_);      // by Room::key; none is empty
  std::uint64_t arrivals_ GUARDED_BY(mutex_) = 0;
  mutable std::uint64_t changes_ GUARDED_BY(mutex_) = 0;        // of who is signed on
  mutable std::shared_ptr<NameList> names_ GUARDED_BY(mutex_);  // null since the last change
};

}  // namespace parley
