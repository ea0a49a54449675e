#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "server/cluster/bus_format.hpp"
#include "server/cluster/remote_member.hpp"
#include "server/directory/chat_service.hpp"

namespace parley::cluster {

/// The users of one other node, as it has told of them, in this node's directory. Belongs to one thread.
class RemoteNode {
 public:
  /// Takes the name from whoever has it here by an older claim than the user's. False: somebody's is newer.
  using MakeWayFor = std::function<bool(const BusUser& user)>;

  RemoteNode(std::shared_ptr<Link> link, Directory& directory, ChatService& chat, MakeWayFor make_way_for);

  Link& link() const { return *link_; }
  const std::shared_ptr<Link>& shared_link() const { return link_; }

  void arrived(const BusUser& user);
  void left(std::string_view name);
  void moved(std::string_view name, std::string_view room);
  void renamed(std::string_view former, const BusUser& user);
  /// A part of the list of all. Whoever is not on it when it ends is gone.
  void list(const Users& part);
  /// Whether such a list has ended since the last begin_anew().
  bool is_complete() const { return is_complete_; }
  /// A new row of packets: what is known stays until the list that it begins with has ended.
  void begin_anew();
  void dismiss_all();

  /// Whom messages of that user come from (see Message); the node itself when it is not known.
  const void* source_of(std::string_view sender) const;
  /// Of the claim of a user of that name; 0 when there is none.
  std::uint64_t revision_of(std::string_view name) const;
  std::vector<std::string> names() const;

 private:
  struct Known {
    BusUser user;
    std::shared_ptr<RemoteMember> member;
  };
  using KnownUsers = std::map<std::string, Known>;

  void admit(const std::string& key, const BusUser& user);
  void dismiss(KnownUsers::iterator known);

  const std::shared_ptr<Link> link_;
  const std::shared_ptr<Member> carrier_;
  Directory& directory_;
  ChatService& chat_;
  const MakeWayFor make_way_for_;

  KnownUsers users_;              // by folded name
  std::set<std::string> listed_;  // those on the list that has begun
  bool is_complete_ = false;
};

}  // namespace parley::cluster
