#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_descriptor.hpp"
#include "tests/conformance/bench/client_profile.hpp"
#include "tests/conformance/bench/link.hpp"
#include "tests/conformance/bench/questions.hpp"
#include "tests/conformance/bench/settings.hpp"
#include "tests/conformance/bench/tested_program.hpp"
#include "tests/conformance/model/transcript.hpp"
#include "tests/conformance/process/client_terminal.hpp"

namespace parley::conform {

/// A REGISTER of the client.
struct Registration {
  Link* link;
  two_socket::Channel channel;
  std::string name;
};

/// One case against a client: the suite is its server and its user. Belongs to one thread.
class ClientTrial {
 public:
  using Moment = ClientTerminal::Moment;

  /// `program`: with {user}, {host} and {port} in its command. `number`: of the case among all.
  ClientTrial(const TestedProgram& program, const Profile& profile, std::size_t number,
              const Settings& settings, Transcript& transcript);

  /// The connections end, then the client, if it still runs, and all that it has started.
  ~ClientTrial();
  ClientTrial(const ClientTrial&) = delete;
  ClientTrial& operator=(const ClientTrial&) = delete;

  const Settings& settings() const { return settings_; }
  const Profile& profile() const { return profile_; }
  ClientTerminal& terminal() { return *terminal_; }

  /// A user name of this case: `stem` and its number.
  std::string name(std::string_view stem) const;

  /// Under which the client is to register.
  const std::string& user() const { return user_; }

  // Signing on

  /// Starts the client with a new server; ends the one before. Throws std::system_error, of address_in_use
  /// when somebody else has its port.
  void start();

  /// Waits until it has connected or ended; nothing, or what it did instead, as a sentence.
  std::optional<std::string> why_it_does_not_come();

  /// The client's next message, which must be a REGISTER, on whatever socket. Its questions for name, host
  /// and port are answered.
  Registration await_register();
  /// The same for the user's name and for a channel that is not `other`'s.
  Registration await_register_of(std::optional<two_socket::Channel> other);

  /// Answers REGISTERED; from here on the socket is sending() or receiving().
  void accept(const Registration& registration);
  /// The same with these bytes for an answer.
  void accept(const Registration& registration, std::string_view answer);
  /// What accept() answers.
  static std::string answer_to(const Registration& registration);

  /// Waits until lines can be typed; what the screen shows by then is nothing new any more.
  void wait_until_ready();

  /// What the screen shows is nothing new from here on; its last line is the prompt.
  void learn_screen();

  /// Types another name after a refusal; it is user() from here on.
  void type_other_name(const std::string& name);

  /// A client that has signed on and is ready. `answer`, when given, answers each REGISTER instead of
  /// accept(); `last` is true for the second.
  void sign_on(const std::function<void(const Registration&, bool last)>& answer = {});

  Link& sending() { return *sending_; }
  Link& receiving() { return *receiving_; }
  /// The socket on which answers to its SENDs go.
  Link& reports() { return settings_.dialect.reports_on_torecv ? *receiving_ : *sending_; }

  // The user

  /// Types a line, or several for a user interface that asks for one thing after the other.
  void type_message(std::string_view recipient, std::string_view text) {
    type(fill_in(profile_.send_line, recipient, text));
  }
  void type(const std::vector<std::string>& lines);

  /// Types a line, and its SEND comes.
  void type_and_expect(std::string_view recipient, std::string_view text);

  /// Types the line without its second half and Enter; returns what is to be typed yet.
  std::string type_half(std::string_view recipient, std::string_view text);
  /// Types it, and Enter.
  void type_rest(std::string_view rest);

  Moment now() const { return terminal_->now(); }
  /// The same when all has been shown that is still on its way.
  Moment settled();

  /// What has been shown since, without what had been typed, prompts and times of day.
  std::string news_since(Moment moment) const;

  /// Something new is shown that fits the pattern, if there is one; returns all of it.
  std::string expect_news(Moment since, const std::optional<Pattern>& pattern, const std::string& expected,
                          std::optional<std::chrono::milliseconds> timeout = {});

  /// The sender's name and each part of a text are shown.
  void expect_shown(Moment since, std::string_view sender, const std::vector<std::string>& parts);

  /// Whether the client has said something since and then ended, but not of an exception. Nothing that comes
  /// later is asked of such a one. Gives it the time to end.
  bool has_ended_with_a_word(Moment since);

  /// The client says something, or ends.
  void expect_news_or_end(Moment since, const std::string& expected);

  // The server

  /// As Link's functions; the terminal is served meanwhile.
  std::variant<Frame, WaitEnd> receive(Link& link, std::chrono::milliseconds timeout);
  Frame expect(Link& link, const Expected& expected, std::optional<std::chrono::milliseconds> timeout = {});

  /// A moment for the client to do what it should not do; nothing depends on whether it did.
  void look();

  /// Nothing has come.
  void expect_nothing(Link& link, const std::string& expected);

  void expect_send(std::string_view recipient, std::string_view text,
                   std::optional<std::chrono::milliseconds> timeout = {});
  void expect_received(std::string_view sender);
  void expect_error_103();

  void forward(std::string_view sender, std::string_view text);

  /// In pieces, with time to read each.
  void send_slowly(Link& link, std::string_view bytes, const std::vector<std::size_t>& cuts);
  void send_byte_by_byte(Link& link, std::string_view bytes);

  /// What was sent as a FORWARD is acknowledged and shown.
  void expect_taken(Moment since, std::string_view sender, const std::vector<std::string>& parts);

  /// FORWARD, acknowledged and shown: all of it, or these parts.
  void deliver(std::string_view sender, std::string_view text);
  void deliver(std::string_view sender, std::string_view text, const std::vector<std::string>& parts);
  /// A line is typed, and sent, and reported as delivered.
  void converse(std::string_view recipient, std::string_view text);
  /// A line of its own kind is typed, and its SEND comes next.
  void fence();

  /// All that came on that socket.
  std::string bytes_of(const Link& link) const;

  [[noreturn]] void fail(const std::string& expected, const std::string& came);

 private:
  void listen_on(std::uint16_t port);
  void accept_connections();
  void name_connections();
  void answer_questions();
  std::optional<Registration> next_registration();
  [[noreturn]] void fail(Link& link, const std::string& expected, const std::variant<Frame, WaitEnd>& came);
  void let_read(std::chrono::milliseconds time);
  bool is_shown(Moment since, std::string_view part) const;

  const TestedProgram& program_;
  const Profile& profile_;
  const std::size_t number_;
  const Settings& settings_;
  Transcript& transcript_;
  std::string user_;

  std::vector<FileDescriptor> listeners_;  // one for each of the client's ports
  std::uint16_t port_ = 0;
  std::vector<FileDescriptor> nameless_;  // connections on which no channel has been named yet
  std::list<Link> links_;                 // stay where they are
  std::set<const Link*> ended_;
  Link* sending_ = nullptr;
  Link* receiving_ = nullptr;

  std::unique_ptr<ClientTerminal> terminal_;
  std::vector<std::string> typed_;
  std::set<std::string> known_lines_;  // shown before anything happened
  std::string prompt_;
  Moment accepted_at_;
  Questions questions_;
  std::size_t fences_ = 0;
};

}  // namespace parley::conform
