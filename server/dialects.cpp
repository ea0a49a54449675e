#include "server/dialects.hpp"

#include <array>

#include "protocol/livecode.hpp"
#include "protocol/names.hpp"
#include "protocol/rooms_answers.hpp"
#include "protocol/telnet.hpp"
#include "server/chat/livecode_session.hpp"
#include "server/chat/names_session.hpp"
#include "server/chat/rooms_session.hpp"
#include "server/chat/telnet_session.hpp"
#include "server/two_socket/session.hpp"
#include "server/web/answer.hpp"
#include "server/web/web_session.hpp"

namespace parley {
namespace {

SessionFactory make_two_socket(Context& context, const DialectSettings& settings) {
  using two_socket::DeliveredWord;
  return two_socket_sessions(context, settings.reports_with_send ? DeliveredWord::send : DeliveredWord::sent,
                             settings.has_service);
}

SessionFactory make_web(Context& context, const DialectSettings& settings) {
  return web_sessions(context, settings.web_origins);
}

/// For a dialect that leaves nothing to choose.
template <auto& make_sessions>
SessionFactory make(Context& context, const DialectSettings&) {
  return make_sessions(context);
}

}  // namespace

std::span<const Dialect> dialects() {
  static constexpr std::array table = {
      Dialect{"two-socket", 5050, "two sockets, REGISTER and SEND", two_socket_refusal, make_two_socket},
      Dialect{"livecode", 8020, "LiveCode stacks (AUTH, MESG)", livecode::to_sentence,
              make<livecode_sessions>},
      Dialect{"names", 8820, "clients of the NAME, GET_NAMES, MSG exercise", names::to_sentence,
              make<names_sessions>},
      Dialect{"telnet", 4004, "terminals (telnet HOST PORT)", telnet::to_sentence, make<telnet_sessions>},
      Dialect{"rooms", 12345, "JSON clients with chat rooms", rooms::to_sentence, make<rooms_sessions>},
      Dialect{"web", 8080, "browsers, with the page for them", web::busy_answer, make_web},
  };
  return table;
}

}  // namespace parley
