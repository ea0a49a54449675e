#include "client/addressing.hpp"

#include "base/overloaded.hpp"

namespace parley::client {

std::variant<NoMessage, Outgoing, Invalid> Addressing::address(const TypedLine& line) const {
  using Addressed = std::variant<NoMessage, Outgoing, Invalid>;
  return std::visit(Overloaded{
                        [&](const Plain& plain) -> Addressed {
                          if (recipient_.empty()) return Invalid{no_recipient_hint()};
                          return Outgoing{recipient_, plain.text};
                        },
                        [](const Outgoing& message) -> Addressed { return message; },
                        [](const Aside& aside) -> Addressed { return aside.message; },
                        [&](const Reply& reply) -> Addressed {
                          if (last_writer_.empty()) return Invalid{"nobody has written to you yet"};
                          return Outgoing{last_writer_, reply.text};
                        },
                        [](const Invalid& invalid) -> Addressed { return invalid; },
                        [](const auto&) -> Addressed { return NoMessage{}; },
                    },
                    line);
}

}  // namespace parley::client
