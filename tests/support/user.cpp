#include "tests/support/user.hpp"

#include <utility>

namespace parley::test {
namespace {

std::string concatenate(std::initializer_list<std::string_view> parts) {
  std::string whole;
  for (const auto part : parts) whole += part;
  return whole;
}

}  // namespace

std::string register_frame(std::string_view channel, std::string_view name) {
  return concatenate({"REGISTER ", channel, " ", name, "\n\n"});
}

std::string registered_frame(std::string_view channel, std::string_view name) {
  return concatenate({"REGISTERED ", channel, " ", name, "\n\n"});
}

std::string send_frame(std::string_view recipient, std::string_view body) {
  return concatenate({"SEND ", recipient, "\nContent-length: ", std::to_string(body.size()), "\n\n", body});
}

std::string forward_frame(std::string_view sender, std::string_view body) {
  return concatenate({"FORWARD ", sender, "\nContent-length: ", std::to_string(body.size()), "\n\n", body});
}

std::string received_frame(std::string_view sender) {
  return concatenate({"RECEIVED ", sender, "\n\n"});
}

std::string sent_frame(std::string_view recipient) {
  return concatenate({"SENT ", recipient, "\n\n"});
}

void register_for(Peer& peer, std::string_view channel, std::string_view name, Where where) {
  peer.send(register_frame(channel, name), where);
  peer.expect(registered_frame(channel, name), where);
}

User::User(const Endpoint& server, std::string name, Sockets sockets, const PeerOptions& options, Where where)
    : name_(std::move(name)), sending_(server, options, where) {
  if (sockets == Sockets::two) receiving_.emplace(server, options, where);
  register_for(sending(), "TOSEND", name_, where);
  register_for(receiving(), "TORECV", name_, where);
}

void User::send(std::string_view recipient, std::string_view body, Where where) {
  sending().send(send_frame(recipient, body), where);
}

void User::expect_sent(std::string_view recipient, Where where) {
  sending().expect(sent_frame(recipient), where);
}

void User::expect_unable_to_send(Where where) {
  sending().expect(unable_to_send, where);
}

void User::expect_forward(std::string_view sender, std::string_view body, Where where) {
  receiving().expect(forward_frame(sender, body), where);
}

void User::acknowledge(std::string_view sender, Where where) {
  receiving().send(received_frame(sender), where);
}

void User::receive(std::string_view sender, std::string_view body, Where where) {
  expect_forward(sender, body, where);
  acknowledge(sender, where);
}

void User::expect_gone(Where where) {
  sending().expect_gone(where);
  receiving().expect_gone(where);
}

void User::close() {
  sending().close();
  receiving().close();
}

void exchange(User& sender, User& recipient, std::string_view body, Where where) {
  sender.send(recipient.name(), body, where);
  recipient.receive(sender.name(), body, where);
  sender.expect_sent(recipient.name(), where);
}

std::future<std::size_t> answer_everything(User user) {
  return std::async(std::launch::async, [captured = std::move(user)]() mutable {
    User self = std::move(captured);  // the future would keep what is captured, and so its sockets, open
    std::size_t answered = 0;
    while (self.receiving().next_frame_or_end()) {
      ++answered;
      self.receiving().try_send(received_frame("you"));
    }
    return answered;
  });
}

}  // namespace parley::test
