#include "client/terminal_type.hpp"

#include <curses.h>
#include <term.h>
#include <unistd.h>

#include <cstdint>
#include <string_view>

namespace parley::client {
namespace {

bool begins_with(const char* capability, std::string_view sequence) {
  // Missing ones are null, and those of the wrong type -1.
  const char* const value = ::tigetstr(capability);
  return value != nullptr && reinterpret_cast<std::intptr_t>(value) != -1 &&
         std::string_view(value).starts_with(sequence);
}

}  // namespace

TerminalType read_terminal_type(const char* term) {
  if (term == nullptr || *term == '\0') return {};
  int problem = 0;
  const bool is_xterm = std::string_view(term).starts_with("xterm-");
  if (::setupterm(term, STDOUT_FILENO, &problem) != OK &&
      (!is_xterm || ::setupterm("xterm", STDOUT_FILENO, &problem) != OK))
    return {};
  TerminalType type;
  type.can_move = begins_with("ed", "\x1b[J") && begins_with("el", "\x1b[K") &&
                  (begins_with("cuu", "\x1b[") || begins_with("cuu1", "\x1b[A"));
  type.wraps_late = ::tigetflag("am") <= 0 || ::tigetflag("xenl") > 0;
  type.colors = ::tigetnum("colors");
  // "XT" is tmux's word for xterm's kin. GNU screen's own title is something else, and so is nobody's to
  // restore.
  type.has_title = type.can_move && (::tigetflag("XT") > 0 || begins_with("tsl", "\x1b]"));
  type.tells_focus = type.has_title || (type.can_move && std::string_view(term).starts_with("screen"));
  (void)::del_curterm(::set_curterm(nullptr));
  return type;
}

}  // namespace parley::client
