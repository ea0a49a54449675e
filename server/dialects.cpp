#include "server/dialects.hpp"

#include <array>

#include "server/two_socket_session.hpp"

namespace parley {

std::span<const Dialect> dialects() {
  static constexpr std::array table = {
      Dialect{"two-socket", 5050, "two sockets, REGISTER and SEND", two_socket_refusal, two_socket_sessions},
  };
  return table;
}

}  // namespace parley
