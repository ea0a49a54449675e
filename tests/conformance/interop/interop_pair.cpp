#include "tests/conformance/interop/interop_pair.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "protocol/text.hpp"
#include "tests/conformance/interop/interop_server.hpp"
#include "tests/conformance/interop/interop_wire.hpp"
#include "tests/conformance/model/crash_text.hpp"
#include "tests/conformance/process/client_terminal.hpp"
#include "tests/conformance/process/listening.hpp"

namespace parley::conform {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// Between two looks at what no descriptor tells: that a program has ended, or that it is to.
constexpr milliseconds look_interval{50};
// Of one that has just lost its connections, or its server.
constexpr milliseconds time_to_end{300};
constexpr std::string_view everybody = "ALL";

/// What each user says; none is a part of another, nor has the sender's name in it.
constexpr std::array<std::array<std::string_view, 3>, 2> texts{
    {{"good morning bob", "are you there? 2 + 2 = 4", "see you later, bob"},
     {"hello alice", "what a day: sun, rain and 5 rainbows", "until tomorrow, alice"}}};
constexpr std::string_view text_for_everybody = "listen everybody, this is for all of you";

/// Ends the conversation.
struct FirstDifference {
  std::string sentence;
};
struct Stopped {};

struct Place {
  Network network;
  std::vector<FileDescriptor> listeners;
  std::uint16_t port = 0;
};

/// Where one client finds the server.
Place make_place(const TestedProgram& client) {
  Place place{Network(client.confinement.is_sandboxed), {}, 0};
  for (std::uint16_t port : client.ports.empty() ? std::vector<std::uint16_t>{0} : client.ports) {
    place.listeners.push_back(listen_on_loopback(port));
    if (place.port == 0) place.port = port;
  }
  return place;
}

/// One of the two who talk.
struct User {
  std::string name;
  std::uint16_t port = 0;
  Questions questions;
  std::unique_ptr<ClientTerminal> terminal{};
};

class Conversation {
 public:
  Conversation(InteropServer& server, const TestedProgram& client, const Profile& profile,
               const PairTimes& times, const IsStopped& is_stopped)
      : server_(server), client_(client), profile_(profile), times_(times), is_stopped_(is_stopped) {}

  /// Throws FirstDifference, or Stopped.
  void hold();

  std::vector<RelayEvent> exchange() const {
    return relay_ ? relay_->events_since(0) : std::vector<RelayEvent>{};
  }
  bool is_cut() const { return relay_ && relay_->is_cut(); }

 private:
  void start_relay();
  void sign_on(std::size_t index);
  void say(std::size_t sender, std::string_view recipient, std::string_view text, const std::string& which);
  void type(User& user, const std::vector<std::string>& lines);
  void answer_questions(User& user);
  bool read_all();
  bool wait_until(const std::function<bool()>& condition);
  bool is_at_rest() const;
  std::chrono::milliseconds work() const;
  bool has_ended();
  bool is_shown(const User& user, ClientTerminal::Moment since, std::string_view part) const;
  Wire wire_since(std::size_t first) const { return Wire(relay_->events_since(first)); }
  [[noreturn]] void fail(const std::string& what, User& user);
  std::string who_has_ended();

  InteropServer& server_;
  const TestedProgram& client_;
  const Profile& profile_;
  const PairTimes& times_;
  const IsStopped& is_stopped_;
  const Clock::time_point deadline_ = Clock::now() + times_.whole;

  Transcript transcript_;
  std::vector<Place> places_;
  std::vector<User> users_;
  std::unique_ptr<RecordingRelay> relay_;  // ends before the clients do, so that those that wait for it go
  std::size_t seen_ = 0;                   // of the relay's events
};

void Conversation::start_relay() {
  std::vector<std::vector<FileDescriptor>> listeners;
  for (const std::string& name : interop_users) {
    places_.push_back(make_place(client_));
    listeners.push_back(std::move(places_.back().listeners));
    users_.push_back({name, places_.back().port, Questions(client_.answers, profile_)});
  }
  relay_ = std::make_unique<RecordingRelay>(server_.network(), server_.port(), std::move(listeners));
}

void Conversation::type(User& user, const std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) user.terminal->settle();
    user.terminal->type(lines[i] + '\r');
  }
}

void Conversation::answer_questions(User& user) {
  const auto is_waiting = [&user] {
    return !user.terminal->read(look_interval) && user.terminal->process().is_at_rest();
  };
  const auto answer = user.questions.answer_to(user.terminal->text_since({}),
                                               {user.name, "127.0.0.1", user.port}, is_waiting);
  if (answer) user.terminal->type(*answer + '\r');
}

/// Takes what there is; true when anything has happened.
bool Conversation::read_all() {
  relay_->news().clear();
  bool news = relay_->count() != seen_;
  seen_ = relay_->count();
  for (User& user : users_)
    if (user.terminal && user.terminal->read()) news = true;
  if (const std::string fault = relay_->fault(); !fault.empty())
    throw std::system_error(std::make_error_code(std::errc::io_error), "the relay: " + fault);
  return news;
}

bool Conversation::is_at_rest() const {
  return server_.program().is_at_rest() && std::ranges::all_of(users_, [](const User& user) {
           return !user.terminal || user.terminal->is_at_rest()();
         });
}

/// Of all of them together.
milliseconds Conversation::work() const {
  milliseconds work = server_.program().work();
  for (const User& user : users_)
    if (user.terminal) work += user.terminal->is_at_rest().processor_time()();
  return work;
}

bool Conversation::has_ended() {
  return server_.program().ended() || std::ranges::any_of(users_, [](User& user) {
           return user.terminal && user.terminal->process().ended();
         });
}

/// False when nothing more happens, somebody has ended or the time is up.
bool Conversation::wait_until(const std::function<bool()>& condition) {
  std::optional<Patience> patience;
  const auto begin_anew = [&] {
    patience.emplace(times_.silence, IsAtRest([this] { return is_at_rest(); }, [this] { return work(); }));
  };
  begin_anew();
  bool is_last = false;
  for (;;) {
    if (is_stopped_()) throw Stopped{};
    if (read_all()) begin_anew();
    if (condition()) return true;
    const auto left = patience->left();
    if (is_last || left.count() == 0 || Clock::now() > deadline_) return false;
    std::vector<pollfd> waits{{relay_->news().descriptor(), POLLIN, 0}};
    for (const User& user : users_)
      if (user.terminal) waits.push_back({user.terminal->process().terminal(), POLLIN, 0});
    const bool has_news =
        ::poll(waits.data(), waits.size(), static_cast<int>(std::min(left, look_interval).count())) > 0;
    is_last = !has_news && has_ended();  // what it did last may still come
  }
}

std::string Conversation::who_has_ended() {
  (void)server_.program().wait_for_end(milliseconds{0});
  std::string text;
  if (const auto end = server_.program().ended()) {
    const std::string crash = crash_in(server_.program().output());
    text += "; the server " + *end + (crash.empty() ? "" : ": " + visible(crash));
  } else if (const std::string crash = crash_in(server_.program().output()); !crash.empty()) {
    text += "; the server has printed: " + visible(crash);
  }
  for (User& user : users_)
    if (user.terminal && user.terminal->process().ended())
      text += "; " + user.name + "'s client " + *user.terminal->process().ended();
  return text;
}

void Conversation::fail(const std::string& what, User& user) {
  std::string sentence = what;
  if (Clock::now() > deadline_)
    sentence += "; the time for a pair, " + std::to_string(times_.whole.count() / 1000) + " s, is up";
  const auto deadline = Clock::now() + time_to_end;  // who has lost its peer may be on its way out
  while (!has_ended() && !is_at_rest() && Clock::now() < deadline) read_all();
  sentence += who_has_ended();
  std::string shown;
  for (const auto& line : lines_of(user.terminal->text_since({})))
    shown += (shown.empty() ? "" : " / ") + line;
  constexpr std::size_t shown_bytes = 200;
  if (shown.size() > shown_bytes) shown = "..." + shown.substr(shown.size() - shown_bytes);
  sentence += shown.empty() ? "; " + user.name + "'s terminal shows nothing"
                            : "; " + user.name + "'s terminal shows: \"" + visible(shown) + '"';
  throw FirstDifference{sentence};
}

void Conversation::sign_on(std::size_t index) {
  User& user = users_[index];
  places_[index].network.enter();
  user.terminal = std::make_unique<ClientTerminal>(
      with_facts(client_.command, {user.name, "127.0.0.1", user.port}), client_.confinement, transcript_,
      transcript_.add_lane(user.name + "'s terminal"));
  const auto before = user.terminal->now();
  const bool is_ready = wait_until([&] {
    answer_questions(user);
    return profile_.ready ? profile_.ready->is_in(user.terminal->text_since(before))
                          : wire_since(0).has_registered(index);
  });
  const Wire wire = wire_since(0);
  // What the client takes for an answer is its own business: what it sends will tell.
  const bool may_be =
      wire.was_answered(index) && wire.has_asked_for_both(index) && !wire.was_refused(index) && !has_ended();
  if (!is_ready && !may_be) fail(user.name + "'s client: no sign-on: " + wire.why_no_sign_on(index), user);
  user.terminal->settle();
  user.terminal->read_for(times_.ready);
}

/// How a terminal wraps its lines does not matter, nor where it writes.
bool Conversation::is_shown(const User& user, ClientTerminal::Moment since, std::string_view part) const {
  const std::string wanted = squeezed(part);
  const auto shown = user.terminal->text_since(since);
  return squeezed(shown).find(wanted) != std::string::npos ||
         (!shown.empty() && squeezed(user.terminal->screen()).find(wanted) != std::string::npos);
}

void Conversation::say(std::size_t sender, std::string_view recipient, std::string_view text,
                       const std::string& which) {
  const std::size_t other = 1 - sender;
  User& listener = users_[other];
  const auto before = listener.terminal->now();
  const std::size_t first = relay_->count();
  type(users_[sender], fill_in(profile_.send_line, recipient, text));
  // What was shown without having come is no understanding.
  const auto has_come = [&] { return relay_->is_cut() || wire_since(first).brings(other, text); };
  const bool is_understood = wait_until([&] {
    return is_shown(listener, before, text) && is_shown(listener, before, users_[sender].name) && has_come();
  });
  if (is_understood) return users_[sender].terminal->settle();
  const Wire wire = wire_since(first);
  if (!wire.has_sent(sender, text))
    fail(which + ": " + users_[sender].name + "'s client sends " + wire.last_sent(sender), users_[sender]);
  if (!has_come())
    fail(which + ": the server sends " + listener.name + "'s client " + wire.last_answer(other) + "; " +
             users_[sender].name + "'s client, which has sent " + wire.last_sent(sender) + ", it answers " +
             wire.last_answer(sender),
         listener);
  fail(which + ": " + listener.name + "'s client, which was sent " + wire.last_answer(other) +
           ", does not show " + (is_shown(listener, before, text) ? "who it is from" : "the text"),
       listener);
}

void Conversation::hold() {
  start_relay();
  for (std::size_t user = 0; user < users_.size(); ++user) sign_on(user);
  for (std::size_t i = 0; i < texts[0].size(); ++i)
    for (std::size_t sender = 0; sender < users_.size(); ++sender)
      say(sender, interop_users[1 - sender], texts[sender][i],
          "message " + std::to_string(i + 1) + " from " + interop_users[sender] + " to " +
              interop_users[1 - sender]);
  say(0, everybody, text_for_everybody, "message from alice to ALL");
}

}  // namespace

PairResult try_pair(const TestedProgram& server, const TestedProgram& client, const Profile& profile,
                    const PairTimes& times, const IsStopped& is_stopped) {
  InteropServer started(server, is_stopped);
  if (is_stopped()) return {};
  if (!started.problem().empty()) return {PairOutcome::differs, started.problem(), {}, false};
  Conversation conversation(started, client, profile, times, is_stopped);
  try {
    conversation.hold();
    return {PairOutcome::understood, {}, {}, false};
  } catch (const FirstDifference& first) {
    return {PairOutcome::differs, first.sentence + '.', conversation.exchange(), conversation.is_cut()};
  } catch (const Stopped&) {
    return {};
  }
}

std::string why_client_does_not_start(const TestedProgram& client, const PairTimes& times,
                                      const IsStopped& is_stopped) {
  const Place place = make_place(client);
  Transcript unused;
  ClientTerminal terminal(with_facts(client.command, {interop_users.front(), "127.0.0.1", place.port}),
                          client.confinement, unused, unused.add_lane("terminal"));
  const auto has_come = [&] {
    std::vector<pollfd> waits;
    for (const FileDescriptor& listener : place.listeners) waits.push_back({listener.get(), POLLIN, 0});
    return is_stopped() || ::poll(waits.data(), waits.size(), 0) > 0;
  };
  if (terminal.read_until(has_come, times.silence) || !terminal.ended()) return {};
  return why_client_did_not_come(client, terminal.describe());
}

}  // namespace parley::conform
