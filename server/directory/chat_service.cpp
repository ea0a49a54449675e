#include "server/directory/chat_service.hpp"

#include <fmt/format.h>

#include <utility>

#include "protocol/unwelcome.hpp"
#include "protocol/user_name.hpp"

namespace parley {
namespace {

void hand_out(const Message& message, const Members& recipients, std::size_t users,
              FunctionRef<void(const ChatService::Reach&)> begin, FunctionRef<Receipt()> receipt) {
  begin({recipients.size(), users});
  for (const auto& recipient : recipients) recipient->deliver(message, receipt());
}

}  // namespace

ChatService::Reservation ChatService::reserve(const std::shared_ptr<Member>& newcomer) {
  auto holder = directory_.reserve(newcomer);
  if (holder != newcomer) return {NameClaim::taken, std::move(holder)};
  // Now that the name is held: an operator who bans it from here on finds the newcomer.
  if (bans_.has_name(newcomer->key())) {
    directory_.release(*newcomer);
    return {NameClaim::banned, nullptr};
  }
  if (other_nodes_ == nullptr) return {NameClaim::granted, std::move(holder)};
  return claim(newcomer);
}

ChatService::Reservation ChatService::claim(const std::shared_ptr<Member>& newcomer) {
  OtherNodes::Claimed claimed;
  try {
    claimed = other_nodes_->claim(*newcomer);
  } catch (...) {
    directory_.release(*newcomer);
    throw;
  }
  if (claimed.claim != NameClaim::granted) {
    directory_.release(*newcomer);
    return {claimed.claim, nullptr};
  }
  if (directory_.confirm(*newcomer, claimed.arrival)) return {NameClaim::granted, newcomer};
  // A user of another node has displaced the newcomer meanwhile.
  other_nodes_->give_up(*newcomer);
  return {NameClaim::taken, nullptr};
}

void ChatService::join(const Member& newcomer, std::string_view room, std::string_view how,
                       FunctionRef<void()> welcome) {
  const auto others = directory_.sign_on(newcomer, room);
  if (!others) return;
  counters_.users.fetch_add(1, std::memory_order_relaxed);
  newcomer.log(fmt::format("{} arrived ({})", newcomer.name(), how));
  if (other_nodes_ != nullptr) other_nodes_->arrived(newcomer);
  welcome();
  announce(Notice::Kind::arrived, newcomer, *others);
}

ChatService::Reservation ChatService::rename(const Member& member, const std::shared_ptr<Member>& newcomer,
                                             FunctionRef<void()> welcome) {
  const bool is_another = member.key() != newcomer->key();
  if (is_another && bans_.has_name(newcomer->key())) return {NameClaim::banned, nullptr};
  const bool is_claimed = other_nodes_ != nullptr && is_another;
  if (is_claimed)
    if (auto reserved = reserve(newcomer); reserved.claim != NameClaim::granted) return reserved;
  std::shared_ptr<Member> holder;
  try {
    holder = directory_.rename(member, newcomer);
  } catch (...) {
    if (is_claimed) give_up(*newcomer);
    throw;
  }
  if (holder != newcomer) {
    if (is_claimed) give_up(*newcomer);
    return {NameClaim::taken, std::move(holder)};
  }
  try {
    if (other_nodes_ != nullptr) other_nodes_->renamed(member, *newcomer);
  } catch (...) {
    // The session, which ends now, knows of the former name alone.
    other_nodes_->left(member);
    leave(*newcomer, "there was no memory for its new name");
    throw;
  }
  welcome();
  if (bans_.has_name(newcomer->key())) newcomer->evict(was_banned, user_banned);  // meanwhile
  announce_rename(member, *newcomer);
  return {NameClaim::granted, newcomer};
}

bool ChatService::move(const Member& member, std::string_view room, FunctionRef<void()> welcome) {
  const auto moved = directory_.move(member, room);
  if (!moved) return false;
  if (other_nodes_ != nullptr) other_nodes_->moved(member);
  welcome();
  announce(Notice::Kind::left, member, moved->left);
  announce(Notice::Kind::arrived, member, moved->joined);
  return true;
}

void ChatService::leave(const Member& member, std::string_view reason) noexcept {
  const auto others = directory_.release(member);
  if (others && other_nodes_ != nullptr) other_nodes_->left(member);
  try {
    member.log(fmt::format("{} left: {}", member.name(), reason));
    if (others) announce(Notice::Kind::left, member, *others);
  } catch (const std::exception&) {  // out of memory: gone without a word
  }
}

void ChatService::give_up(const Member& member) noexcept {
  if (directory_.release(member) && other_nodes_ != nullptr) other_nodes_->give_up(member);
}

void ChatService::say(Member& sender, std::string_view body, Message::Clock::time_point answer_by,
                      FunctionRef<void(const Reach&)> begin, FunctionRef<Receipt()> receipt,
                      std::string_view client_id) {
  const auto others = directory_.others_in_room(sender);
  const Message message(sender.name(), body, Audience::room, others.room, answer_by, sender.source(),
                        client_id);
  hand_out(message, others.members, others.users, begin, receipt);
  if (sender.hears_itself()) sender.deliver(message, {});
}

std::shared_ptr<Member> ChatService::admit(const std::shared_ptr<Member>& remote, std::string_view room,
                                           std::uint64_t arrival, std::int64_t since_s) {
  auto admission = directory_.admit(remote, room, arrival, since_s);
  if (const auto& displaced = admission.displaced) {
    if (admission.was_confirmed) displaced->evict(name_given_away, name_given_away);
    if (admission.was_signed_on) announce(Notice::Kind::left, *displaced, admission.hearers_of_displaced);
  }
  announce(Notice::Kind::arrived, *remote, admission.hearers);
  return std::move(admission.displaced);
}

void ChatService::relocate(const Member& remote, std::string_view room) {
  const auto moved = directory_.move(remote, room);
  if (!moved) return;
  announce(Notice::Kind::left, remote, moved->left);
  announce(Notice::Kind::arrived, remote, moved->joined);
}

std::shared_ptr<Member> ChatService::rename_elsewhere(const Member& former,
                                                      const std::shared_ptr<Member>& remote) {
  const auto listing = directory_.listing(former);
  if (!listing) return nullptr;
  if (directory_.rename(former, remote) == remote) {
    announce_rename(former, *remote);
    return nullptr;
  }
  dismiss(former);
  return admit(remote, listing->room, listing->arrival, listing->since_s);
}

void ChatService::dismiss(const Member& remote) noexcept {
  const auto others = directory_.release(remote);
  try {
    if (others) announce(Notice::Kind::left, remote, *others);
  } catch (const std::exception&) {  // out of memory: gone without a word
  }
}

void ChatService::hear_line(const DistantLine& line, std::string_view room,
                            FunctionRef<void(const Reach&)> begin, FunctionRef<Receipt()> receipt) {
  const auto company = directory_.local_company(room);
  hand_out({line.sender, line.body, Audience::room, company.room, line.answer_by, line.source},
           company.members, company.members.size(), begin, receipt);
}

bool ChatService::hear_private_line(const DistantLine& line, std::string_view recipient,
                                    FunctionRef<Receipt()> receipt) {
  const auto found = directory_.find_local(recipient);
  if (!found.member) return false;
  found.member->deliver({line.sender, line.body, Audience::user, found.room, line.answer_by, line.source},
                        receipt());
  return true;
}

void ChatService::announce(Notice::Kind kind, const Member& member, const Directory::Company& hearers) const {
  if (is_stopping()) return;
  const Notice notice(kind, member.name(), member.dialect(), hearers.room);
  for (const auto& hearer : hearers.members) hearer->announce(notice);
}

void ChatService::announce_rename(const Member& former, const Member& member) const {
  if (former.name() == member.name()) return;
  member.log(fmt::format("{} is called {} now", former.name(), member.name()));
  const auto others = directory_.hearers_beside(member);
  announce(Notice::Kind::left, former, others);
  announce(Notice::Kind::arrived, member, others);
}

}  // namespace parley
