#include "server/control/steward.hpp"

#include "protocol/unwelcome.hpp"

namespace parley::control {
namespace {

constexpr const char* was_kicked = "was kicked by the operator";

}  // namespace

bool Steward::kick(const std::string& name, const std::string& reason) {
  const auto member = context_.directory.holder_of(name);
  if (!member || member->carrier()) return false;
  const std::string because = reason.empty() ? "." : ": " + reason;
  member->evict(was_kicked, Sentence(user_removed + because));
  context_.log.info("control: kicks {}{}", member->name(), because);
  return true;
}

/// The users of this node.
template <typename Look>
void Steward::look_at_all(Look look) const {
  std::string key;
  for (bool is_last = false; !is_last;) {
    const auto page = context_.directory.page_behind(key, page_users);
    for (const auto& member : page.members)
      if (!member->carrier()) look(*member);
    is_last = page.is_last;
    if (!is_last) key = page.members.back()->key();
  }
}

std::vector<cluster::BusStanding> Steward::standings() const {
  std::vector<cluster::BusStanding> standings;
  look_at_all([&](const Member& member) {
    if (auto standing = member.standing())
      standings.push_back({member.name(), std::move(standing->address), standing->sent_bytes,
                           standing->received_bytes, standing->queue_bytes});
  });
  return standings;
}

std::size_t Steward::say(const std::string& text) {
  std::size_t told = 0;
  look_at_all([&](Member& member) {
    member.hear_operator(text);
    ++told;
  });
  context_.log.info("control: says to {} users: {}", told, text);
  return told;
}

void Steward::merge(const std::vector<Ban>& bans) {
  bool is_any = false;
  for (const Ban& ban : bans) is_any = merge(ban) || is_any;
  if (is_any) (void)keep_bans();
}

/// Whether it is news.
bool Steward::merge(const Ban& ban) {
  const auto merged = context_.bans.merge(ban);
  if (merged == BanList::Merged::changed) enforce(ban);
  if (merged == BanList::Merged::full)
    context_.log.warn("control: {} bans are in force already; that of {} is not", BanList::max_bans,
                      to_text(ban.whom));
  return merged == BanList::Merged::changed;
}

std::size_t Steward::enforce(const Ban& ban) {
  context_.log.info("control: {} {}", to_text(ban.whom), ban.is_lifted ? "is banned no longer" : "is banned");
  if (!ban.is_in_force(wall_clock_ms())) return 0;
  if (const auto* const range = std::get_if<AddressRange>(&ban.whom))
    return sessions_.end_those(
        [range](const Connection& connection) { return range->contains(connection.address_bytes()); },
        was_banned, user_banned);
  const auto member = context_.directory.holder_of(std::get<std::string>(ban.whom));
  if (!member || member->carrier()) return 0;
  member->evict(was_banned, user_banned);
  return 1;
}

std::string Steward::keep_bans() {
  std::string fault = ban_file_.save();
  if (!fault.empty() && ban_file_.is_wanted()) context_.log.error("control: bans: {}", fault);
  return fault;
}

}  // namespace parley::control
