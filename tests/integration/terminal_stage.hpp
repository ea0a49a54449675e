#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/integration/fake_server.hpp"
#include "tests/support/pseudo_terminal.hpp"

namespace parley::test {

/// The terminal that parley runs at.
struct Setting {
  std::size_t columns = 60;
  std::string term = "xterm-256color";
  std::string locale = "C.UTF-8";  ///< of LANG; empty: none is set
  std::string locale_path = {};    ///< where the locale is, when it is not the system's
  bool busy = false;               ///< 200 messages a second come in

  bool is_latin1() const { return locale.ends_with("ISO-8859-1"); }
  bool can_move() const { return term != "dumb"; }
  std::vector<std::string> environment() const;
  std::string name() const;
};

/// Makes de_DE.ISO-8859-1 in this folder, of the system's sources of locales; false where it has none.
bool make_latin1_locale(const std::string& folder);

/// What comes in at one connection: messages that the test asks for, and 200 a second of carol's where it is
/// busy. Acknowledgements are passed over.
class Crowd {
 public:
  Crowd(AcceptedSocket& to_recv, bool busy);
  ~Crowd() { stop(); }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  void say(std::string_view frames);
  void stop();

 private:
  void run(bool busy);

  std::mutex mutex_;
  AcceptedSocket& to_recv_;  // under mutex_
  std::atomic<bool> stopped_ = false;
  std::thread thread_;
};

/// alice's parley at such a terminal; the test plays its server. Every wait is bounded, and ends the test
/// case when what is waited for does not come. Belongs to one thread.
class Stage {
 public:
  /// Registered, its prompt on the screen.
  explicit Stage(const Setting& at, std::vector<std::string> options = {}, Where where = Where::here());

  void type(std::string_view keys) { terminal.type(keys); }
  void expect_send(std::string_view recipient, std::string_view text, Where where = Where::here()) {
    sent_to_ = recipient;
    sent_text_ = text;
    session.expect_send(recipient, text, where);
  }
  void say(std::string_view sender, std::string_view text);

  /// The prompt when plain lines go there; to nobody when it is empty.
  std::string prompt(std::string_view recipient = {}, bool online = true) const;

  /// At the bottom of the screen is this and nothing else, the cursor behind it, and it is there once.
  void wait_for_bottom(std::string_view prompt, std::string_view line, Where where = Where::here());
  /// This was printed, in one piece; where rows end does not count.
  void wait_for_printed(std::string_view text, Where where = Where::here());
  /// The mark of the message that was expected last, behind it or in a line of its own.
  void wait_for_delivered(Where where = Where::here());

  void resize(std::size_t columns);

  /// How the server goes.
  enum class End { killed, stopped, reset };
  void end_session(End end);
  void accept_again(Where where = Where::here());

  Setting setting;
  FakeServer server;
  PseudoTerminal terminal;
  FakeSession session;
  std::unique_ptr<Crowd> crowd;

 private:
  FakeSession sign_on(Where where);

  // What expect_send() has seen last.
  std::string sent_to_;
  std::string sent_text_;
};

/// Runs them, several at the same time. What failed, by name; empty when nothing did.
struct Scene {
  std::string name;
  std::function<void()> play;
};
std::string play_all(const std::vector<Scene>& scenes);

}  // namespace parley::test
