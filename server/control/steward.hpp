#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "server/bans/ban_file.hpp"
#include "server/cluster/bus_format.hpp"
#include "server/context.hpp"
#include "server/net/sessions.hpp"

namespace parley::control {

/// So many users are looked at under the lock of the directory, and written to a client at once.
inline constexpr std::size_t page_users = 200;

/// What operators have done to the users of this node, whichever node they have asked. What it uses outlives
/// it. Any thread; nothing waits for a peer.
class Steward {
 public:
  Steward(Context& context, Sessions& sessions, BanFile& ban_file)
      : context_(context), sessions_(sessions), ban_file_(ban_file) {}

  /// Removes whoever has the name, or has asked for it, here. False: nobody. `reason` may be empty.
  bool kick(const std::string& name, const std::string& reason);
  /// Returns how many users were told.
  std::size_t say(const std::string& text);

  /// How the connections of this node's users are doing.
  std::vector<cluster::BusStanding> standings() const;

  /// What another node knows: each counts if it is the latest word. Waits for the disk if any does.
  void merge(const std::vector<Ban>& bans);
  /// Ends whoever is here and kept out by the ban, which is in the list already. Returns how many
  /// connections, or users of the name, those were.
  std::size_t enforce(const Ban& ban);
  /// Returns why bans will not outlast the server; empty when they will. Waits for the disk.
  std::string keep_bans();

 private:
  template <typename Look>
  void look_at_all(Look look) const;
  bool merge(const Ban& ban);

  Context& context_;
  Sessions& sessions_;
  BanFile& ban_file_;
};

}  // namespace parley::control
