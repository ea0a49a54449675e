// The server goes, in each state that parley can be in: nothing hangs, the half-typed line stays, and what is
// said is right.

#include <doctest/doctest.h>
#include <signal.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/integration/parley_program.hpp"
#include "tests/integration/terminal_stage.hpp"
#include "tests/support/process.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

const std::string paste_of_six = "\x1b[200~1\r2\r3\r4\r5\r6\r\x1b[201~";
const std::string paste_question = "Send all 6 lines to bob as one message? (y/n) ";

void require_exit(PseudoTerminal& terminal, Exit wanted, Where where = Where::here()) {
  const Exit exit = terminal.wait(where);
  if (exit != wanted)
    fail(where, "exit code " + std::to_string(exit.code) + ", signal " + std::to_string(exit.signal));
  if (!terminal.is_in_line_mode()) fail(where, "the terminal is not as it was");
}

/// A state of parley: how it comes to it, how it looks without a server, and what goes on with a new one.
struct State {
  const char* name;
  void (*prepare)(Stage& stage);
  void (*without)(Stage& stage);
  void (*go_on)(Stage& stage);
};

const State states[] = {
    {"at the prompt", [](Stage&) {},
     [](Stage& stage) {
       stage.wait_for_bottom(stage.prompt({}, false), "");
       stage.type("/who\r");
       stage.wait_for_printed("not asked: there is no connection");
     },
     [](Stage& stage) {
       stage.type("@bob hi\r");
       stage.expect_send("bob", "hi");
     }},
    {"a line half typed",
     [](Stage& stage) {
       stage.type("@bob half a");
       stage.wait_for_bottom(stage.prompt(), "@bob half a");
     },
     [](Stage& stage) {
       stage.wait_for_bottom(stage.prompt({}, false), "@bob half a");
       stage.type(" li");
     },
     [](Stage& stage) {
       stage.wait_for_bottom(stage.prompt(), "@bob half a li");
       stage.type("ne\r");
       stage.expect_send("bob", "half a line");
     }},
    {"SEND unanswered, several waiting",
     [](Stage& stage) {
       stage.type("@bob one\rtwo\rthree\rhalf");
       stage.session.to_send.expect(send_frame("bob", "one"));
       stage.wait_for_bottom(stage.prompt("bob"), "half");
     },
     [](Stage& stage) {
       stage.wait_for_printed("perhaps delivered");
       stage.wait_for_bottom(stage.prompt("bob", false), "half");
     },
     [](Stage& stage) {
       stage.expect_send("bob", "two");
       stage.expect_send("bob", "three");
       stage.wait_for_bottom(stage.prompt("bob"), "half");
       stage.type("\r");
       stage.expect_send("bob", "half");
     }},
    {"a paste asked about",
     [](Stage& stage) {
       stage.type("@bob " + paste_of_six);
       stage.wait_for_bottom(paste_question, "");
     },
     [](Stage& stage) { stage.wait_for_bottom(paste_question, ""); },
     [](Stage& stage) {
       stage.wait_for_bottom(paste_question, "");
       stage.type("y");
       stage.expect_send("bob", "1\n2\n3\n4\n5\n6");
     }},
    {"a paste asked about, answered without a server",
     [](Stage& stage) {
       stage.type("@bob " + paste_of_six);
       stage.wait_for_bottom(paste_question, "");
     },
     [](Stage& stage) {
       stage.wait_for_printed("trying to connect again");
       stage.type("y");
       stage.wait_for_printed("kept until the server is back");
     },
     [](Stage& stage) { stage.expect_send("bob", "1\n2\n3\n4\n5\n6"); }},
    {"a search",
     [](Stage& stage) {
       stage.type("@bob apples\r");
       stage.expect_send("bob", "apples");
       stage.type(
           "new\x12"
           "app");
       stage.wait_for_bottom("(search) app: ", "@bob apples");
     },
     [](Stage& stage) { stage.wait_for_bottom("(search) app: ", "@bob apples"); },
     [](Stage& stage) {
       stage.wait_for_bottom("(search) app: ", "@bob apples");
       stage.type("\a");
       stage.wait_for_bottom(stage.prompt("bob"), "new");
       stage.type("\r");
       stage.expect_send("bob", "new");
     }},
    {"names listed",
     [](Stage& stage) {
       stage.say("cassandra", "1");
       stage.say("casper", "2");
       stage.wait_for_printed("casper: 2");
       stage.type("cas\t\t");
       stage.wait_for_bottom(stage.prompt(), "@casper ");
     },
     [](Stage& stage) {
       stage.wait_for_bottom(stage.prompt({}, false), "@casper ");
       stage.type("\t");
       stage.wait_for_bottom(stage.prompt({}, false), "@cassandra ");
     },
     [](Stage& stage) {
       stage.type("hi\r");
       stage.expect_send("cassandra", "hi");
     }},
    {"an older line shown",
     [](Stage& stage) {
       stage.type("@bob old\r");
       stage.expect_send("bob", "old");
       stage.type("new\x1b[A");
       stage.wait_for_bottom(stage.prompt("bob"), "@bob old");
     },
     [](Stage& stage) { stage.wait_for_bottom(stage.prompt("bob", false), "@bob old"); },
     [](Stage& stage) {
       stage.type("\x1b[B");
       stage.wait_for_bottom(stage.prompt("bob"), "new");
       stage.type("\r");
       stage.expect_send("bob", "new");
     }},
    {"stopped",
     [](Stage& stage) {
       stage.type("@bob half");
       stage.wait_for_bottom(stage.prompt(), "@bob half");
       stage.terminal.signal(SIGSTOP);
     },
     [](Stage& stage) {
       stage.terminal.signal(SIGCONT);
       stage.wait_for_bottom(stage.prompt({}, false), "@bob half");
     },
     [](Stage& stage) {
       stage.wait_for_bottom(stage.prompt(), "@bob half");
       stage.type("\r");
       stage.expect_send("bob", "half");
     }},
    {"connecting again",
     [](Stage& stage) {
       stage.type("@bob half");
       stage.end_session(Stage::End::killed);
       stage.session = stage.server.accept();
       stage.session.to_send.expect(register_frame("TOSEND", "alice"));
     },
     [](Stage& stage) {
       stage.wait_for_printed("(trying on)");
       stage.wait_for_bottom(stage.prompt({}, false), "@bob half");
     },
     [](Stage& stage) {
       stage.type("\r");
       stage.expect_send("bob", "half");
     }},
    {"half connected again",
     [](Stage& stage) {
       stage.type("@bob half");
       stage.end_session(Stage::End::killed);
       stage.session = stage.server.accept();
       stage.session.to_send.accept_registration("TOSEND", "alice");
       stage.session.to_recv.expect(register_frame("TORECV", "alice"));
       stage.session.to_recv.send("REGISTERED TOREC");
     },
     [](Stage& stage) {
       stage.wait_for_printed("(trying on)");
       stage.wait_for_bottom(stage.prompt({}, false), "@bob half");
     },
     [](Stage& stage) {
       stage.type("\r");
       stage.expect_send("bob", "half");
     }},
    {"a message half come",
     [](Stage& stage) {
       stage.crowd->say("FORWARD bob\nContent-length: 100\n\nonly half of");
       stage.type("@bob half");
       stage.wait_for_bottom(stage.prompt(), "@bob half");
     },
     [](Stage& stage) {
       stage.wait_for_bottom(stage.prompt({}, false), "@bob half");
       if (stage.terminal.screen().find("only half of") != std::string::npos)
         fail(Where::here(), "half a message is shown");
     },
     [](Stage& stage) {
       stage.type("\r");
       stage.expect_send("bob", "half");
     }},
};

void play(const State& state, Stage::End end) {
  Stage stage({.busy = false});
  state.prepare(stage);
  stage.end_session(end);
  state.without(stage);
  stage.wait_for_printed("trying to connect again");
  const bool was_planned =
      stage.terminal.screen().find("The server has ended the connection; trying") != std::string::npos;
  const bool was_lost = stage.terminal.screen().find("Connection lost: ") != std::string::npos;
  const bool is_again = std::string_view(state.name).ends_with("connected again") ||
                        std::string_view(state.name).ends_with("connecting again");
  if (was_planned == was_lost || (!is_again && was_planned != (end == Stage::End::stopped)))
    fail(Where::here(), "the wrong word on the loss:\n" + stage.terminal.screen());
  stage.accept_again();
  state.go_on(stage);
  stage.wait_for_delivered();
  stage.type("/quit\r");
  require_exit(stage.terminal, Exit{0});
}

TEST_CASE("the server is killed, stopped or cut off in each state of a registered client") {
  std::vector<Scene> scenes;
  for (const State& state : states)
    for (const auto& [word, end] :
         {std::pair("killed", Stage::End::killed), std::pair("stopped", Stage::End::stopped),
          std::pair("cut off", Stage::End::reset)})
      scenes.push_back({std::string(state.name) + ", " + word, [&state, how = end] { play(state, how); }});
  CHECK(play_all(scenes) == "");
}

constexpr const char* no_answer = "the server gave no answer within 3 s";

/// Before there was a connection: at a terminal and in a pipe parley ends, with the reason and code 4.
void play_sign_on(bool is_pipe, const std::function<void(FakeServer&, FakeSession&)>& act,
                  const std::string& reason) {
  FakeServer server;
  // Who closes may come late on a busy machine.
  const bool is_silent = reason == no_answer;
  const auto arguments = server.arguments({"--answer-timeout", is_silent ? "3" : "60"});
  if (is_pipe) {
    Process parley(parley_path(), arguments);
    FakeSession session = server.accept();
    act(server, session);
    parley.output().wait_for("lost " + reason);
    if (parley.wait() != Exit{4}) fail(Where::here(), "another exit code");
    return;
  }
  PseudoTerminal terminal(parley_path(), arguments);
  FakeSession session = server.accept();
  act(server, session);
  terminal.wait_for_screen("No connection: " + reason);
  require_exit(terminal, Exit{4});
}

TEST_CASE("the server goes, or says nothing, while a client signs on") {
  const auto expect_first = [](FakeSession& session) {
    session.to_send.expect(register_frame("TOSEND", "alice"));
  };
  const auto expect_half = [](FakeSession& session) {
    session.to_send.accept_registration("TOSEND", "alice");
    session.to_recv.expect(register_frame("TORECV", "alice"));
    session.to_recv.send("REGISTERED TOREC");
  };
  std::vector<Scene> scenes;
  for (const bool is_pipe : {false, true}) {
    const std::string where = is_pipe ? "in a pipe" : "at a terminal";
    scenes.push_back({"killed before the first answer " + where, [=] {
                        play_sign_on(
                            is_pipe,
                            [=](FakeServer&, FakeSession& session) {
                              expect_first(session);
                              session.to_send.close();
                              session.to_recv.close();
                            },
                            "the server closed the connection");
                      }});
    scenes.push_back({"killed inside the second answer " + where, [=] {
                        play_sign_on(
                            is_pipe,
                            [=](FakeServer&, FakeSession& session) {
                              expect_half(session);
                              session.to_send.close();
                              session.to_recv.close();
                            },
                            "the server closed the connection");
                      }});
    scenes.push_back({"silent from the beginning " + where, [=] {
                        play_sign_on(
                            is_pipe,
                            [=](FakeServer& server, FakeSession& session) {
                              expect_first(session);
                              session = server.accept();  // the other socket first
                            },
                            no_answer);
                      }});
    scenes.push_back({"silent after half an answer " + where, [=] {
                        play_sign_on(
                            is_pipe, [=](FakeServer&, FakeSession& session) { expect_half(session); },
                            no_answer);
                      }});
  }
  scenes.push_back({"silent, and Ctrl-C", [=] {
                      FakeServer server;
                      PseudoTerminal terminal(parley_path(), server.arguments());
                      FakeSession session = server.accept();
                      expect_first(session);
                      terminal.wait_for_screen("connecting to 127.0.0.1");
                      terminal.type("\x03");
                      require_exit(terminal, Exit{-1, SIGINT});
                    }});
  CHECK(play_all(scenes) == "");
}

TEST_CASE("the server says nothing any more: what was sent is told, and nothing waits for it") {
  std::vector<Scene> scenes;
  scenes.push_back({"and wakes up", [] {
                      Stage stage({}, {"--answer-timeout", "1.5"});
                      stage.type("@bob one\rhalf");
                      stage.session.to_send.expect(send_frame("bob", "one"));
                      stage.wait_for_printed("waiting for bob ...");
                      stage.wait_for_printed("no answer within 1.5 s");
                      stage.wait_for_bottom(stage.prompt("bob"), "half");
                      stage.session.to_send.send(sent_frame("bob"));
                      stage.wait_for_printed("late answer");
                      stage.type("\r");
                      stage.expect_send("bob", "half");
                      stage.type("\x04");
                      require_exit(stage.terminal, Exit{0});
                    }});
  scenes.push_back({"and the user leaves", [] {
                      Stage stage({}, {"--answer-timeout", "0.5"});
                      stage.type("@bob one\rtwo\r/quit\r");
                      stage.session.to_send.expect(send_frame("bob", "one") + send_frame("bob", "two"));
                      require_exit(stage.terminal, Exit{0});
                    }});
  scenes.push_back({"and the user does not wait", [] {
                      Stage stage({});
                      stage.type("@bob one\r/quit\r");
                      stage.session.to_send.expect(send_frame("bob", "one"));
                      wait_until([&] { return stage.terminal.is_in_line_mode(); }, "the end of typing");
                      stage.type("\x03");
                      require_exit(stage.terminal, Exit{-1, SIGINT});
                    }});
  CHECK(play_all(scenes) == "");
}

}  // namespace
}  // namespace parley::test
