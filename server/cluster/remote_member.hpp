#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "server/cluster/link.hpp"
#include "server/directory/member.hpp"

namespace parley::cluster {

/// All users of one other node who share a room: what is said there leaves for that node once.
class Carrier final : public Member {
 public:
  explicit Carrier(std::shared_ptr<Link> link) : Member(link->node()), link_(std::move(link)) {}

  std::string_view dialect() const override { return "node"; }
  void deliver(const Message& message, Receipt receipt) override {
    link_->send(message, {}, std::move(receipt));
  }

 private:
  const std::shared_ptr<Link> link_;
};

/// A user of another node, as a member of the directory like any other. What it is sent leaves for its node,
/// and the receipt reports what that node answers.
class RemoteMember final : public Member {
 public:
  RemoteMember(const BusUser& user, std::shared_ptr<Link> link, std::shared_ptr<Member> carrier)
      : Member(user.name), dialect_(user.dialect), link_(std::move(link)), carrier_(std::move(carrier)) {}

  std::string_view dialect() const override { return dialect_; }
  std::shared_ptr<Member> carrier() const override { return carrier_; }
  void deliver(const Message& message, Receipt receipt) override {
    link_->send(message, name(), std::move(receipt));
  }

 private:
  const std::string dialect_;
  const std::shared_ptr<Link> link_;
  const std::shared_ptr<Member> carrier_;
};

}  // namespace parley::cluster
