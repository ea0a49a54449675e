#include "server/directory/chat_service.hpp"

#include <fmt/format.h>

namespace parley {

void ChatService::join(const Member& newcomer, std::string_view room, std::string_view how,
                       FunctionRef<void()> welcome) {
  const auto others = directory_.sign_on(newcomer, room);
  if (!others) return;
  counters_.users.fetch_add(1, std::memory_order_relaxed);
  newcomer.log(fmt::format("{} arrived ({})", newcomer.name(), how));
  welcome();
  announce(*others, {Notice::Kind::arrived, newcomer.name()});
}

std::shared_ptr<Member> ChatService::rename(const Member& member, const std::shared_ptr<Member>& newcomer,
                                            FunctionRef<void()> welcome) {
  auto holder = directory_.rename(member, newcomer);
  if (holder != newcomer) return holder;
  welcome();
  if (member.name() == newcomer->name()) return holder;
  newcomer->log(fmt::format("{} is called {} now", member.name(), newcomer->name()));
  const Members others = directory_.hearers_beside(*newcomer);
  announce(others, {Notice::Kind::left, member.name()});
  announce(others, {Notice::Kind::arrived, newcomer->name()});
  return holder;
}

bool ChatService::move(const Member& member, std::string_view room, FunctionRef<void()> welcome) {
  const auto moved = directory_.move(member, room);
  if (!moved) return false;
  welcome();
  announce(moved->left, {Notice::Kind::left, member.name()});
  announce(moved->joined, {Notice::Kind::arrived, member.name()});
  return true;
}

void ChatService::leave(const Member& member, std::string_view reason) noexcept {
  const Members others = directory_.release(member);
  try {
    member.log(fmt::format("{} left: {}", member.name(), reason));
    announce(others, {Notice::Kind::left, member.name()});
  } catch (const std::exception&) {  // out of memory: gone without a word
  }
}

void ChatService::say(Member& sender, std::string_view body, Message::Clock::time_point answer_by,
                      FunctionRef<void(std::size_t)> begin, FunctionRef<Receipt()> receipt) {
  const auto company = directory_.others_in_room(sender);
  const Message message(sender.name(), body, Audience::room, company.room, answer_by, sender.source());
  begin(company.members.size());
  for (const auto& recipient : company.members) recipient->deliver(message, receipt());
  if (sender.hears_itself()) sender.deliver(message, {});
}

bool ChatService::tell(const Member& sender, std::string_view name, std::string_view body,
                       Message::Clock::time_point answer_by, FunctionRef<Receipt(std::string_view)> receipt) {
  const auto found = directory_.find(name, &sender);
  if (!found.member) return false;
  const Message message(sender.name(), body, Audience::user, found.room, answer_by, sender.source());
  found.member->deliver(message, receipt(found.member->name()));
  return true;
}

void ChatService::announce(const Members& members, const Notice& notice) const {
  if (is_stopping()) return;
  for (const auto& member : members) member->announce(notice);
}

}  // namespace parley
