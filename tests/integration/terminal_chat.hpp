#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/integration/fake_server.hpp"
#include "tests/integration/parley_program.hpp"
#include "tests/support/pseudo_terminal.hpp"

namespace parley::test {

/// parley at a terminal, registered as alice, its prompt on the screen; the test plays its server.
class Chat {
 public:
  explicit Chat(std::vector<std::string> options = {}, const std::vector<std::string>& environment = {},
                Where where = Where::here())
      : terminal(parley_path(), server.arguments(std::move(options)), environment, where),
        session(server.accept_user("alice", where)) {
    terminal.wait_for_screen("/help says more.", where);
    terminal.wait_for_screen("alice>", where);
  }

  FakeServer server;
  PseudoTerminal terminal;
  FakeSession session;
};

/// It has left by itself, and has put the terminal back.
inline void expect_exit(PseudoTerminal& terminal, int code) {
  CHECK(terminal.wait() == Exit{code});
  CHECK(terminal.is_in_line_mode());
}

}  // namespace parley::test
