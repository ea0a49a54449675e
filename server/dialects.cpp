#include "server/dialects.hpp"

#include <array>

#include "protocol/livecode.hpp"
#include "protocol/names.hpp"
#include "protocol/rooms.hpp"
#include "protocol/telnet.hpp"
#include "server/livecode_session.hpp"
#include "server/names_session.hpp"
#include "server/rooms_session.hpp"
#include "server/telnet_session.hpp"
#include "server/two_socket_session.hpp"

namespace parley {

std::span<const Dialect> dialects() {
  static constexpr std::array table = {
      Dialect{"two-socket", 5050, "two sockets, REGISTER and SEND", two_socket_refusal, two_socket_sessions},
      Dialect{"livecode", 8020, "LiveCode stacks (AUTH, MESG)", livecode::to_sentence, livecode_sessions},
      Dialect{"names", 8820, "clients of the NAME, GET_NAMES, MSG exercise", names::to_sentence,
              names_sessions},
      Dialect{"telnet", 4004, "terminals (telnet HOST PORT)", telnet::to_sentence, telnet_sessions},
      Dialect{"rooms", 12345, "JSON clients with chat rooms", rooms::to_sentence, rooms_sessions},
  };
  return table;
}

}  // namespace parley
