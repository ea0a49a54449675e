#pragma once

#include <type_traits>
#include <utility>
#include <variant>

#include "server/chat/chat_session.hpp"

namespace parley {

/// A ChatSession on the parser of its dialect, whose first event is its NeedMore. `Derived` has an on(event)
/// for each of the others, which may be private to it when this class is its friend. `Base` is a ChatSession
/// that some dialects share.
template <typename Derived, typename Parser, typename Base = ChatSession>
class ParsedChatSession : public Base {
 protected:
  using Event = decltype(std::declval<Parser>().next());
  using NeedMore = std::variant_alternative_t<0, Event>;

  /// `dialect`: what the base is told of it.
  template <typename Dialect>
  ParsedChatSession(std::shared_ptr<Connection> connection, Context& context, const Dialect& dialect,
                    Parser parser)
      : Base(std::move(connection), context, dialect), parser_(std::move(parser)) {}

  Parser& parser() { return parser_; }
  const Parser& parser() const { return parser_; }

  /// Calls on(event). False for NeedMore.
  bool handle(const Event& event) {
    if (std::holds_alternative<NeedMore>(event)) return false;
    const bool may_be_password = this->may_hear_password();
    std::visit(
        [this](const auto& happened) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(happened)>, NeedMore>)
            static_cast<Derived&>(*this).on(happened);
        },
        event);
    if (may_be_password) parser_.wipe_consumed();
    return true;
  }

  bool handle_event() override { return handle(parser_.next()); }

 private:
  Session::NextRead prepare() override {
    return {parser_.prepare(), parser_.in_frame(), this->memory_of(parser_.input())};
  }
  void commit(std::size_t count) override { parser_.commit(count); }
  void feed(std::string_view bytes) override { parser_.feed(bytes); }

  Parser parser_;
};

}  // namespace parley
