// How a client speaks: what is tried, in which order, and what is made of what comes.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <utility>

#include "protocol/text.hpp"
#include "tests/conformance/bench/client_trial.hpp"
#include "tests/conformance/probe/attempts.hpp"
#include "tests/conformance/probe/probe.hpp"

namespace parley::conform {
namespace {

using std::chrono::milliseconds;
using two_socket::Channel;

constexpr milliseconds longest_client_wait{300};  // for a program that is seen to wait itself
constexpr milliseconds longest_start{3'000};
constexpr milliseconds rest_of_frame_time{60};
constexpr std::string_view delivered_words[] = {"SENT", "SEND", "DELIVERED", "RECEIVED", "ACK", "OK"};

class ClientProbe {
 public:
  ClientProbe(const TestedProgram& program, const Profile& profile, const Settings& settings,
              std::size_t at_once)
      : program_(program), profile_(profile), settings_(settings), attempts_(at_once) {
    found_.dialect = settings.dialect;
    settings_.timeout = std::min(settings.timeout, longest_client_wait);
    profile_.start_time = std::min(profile.start_time, longest_start);
  }

  Probed run(ProbeGoal goal) {
    if (goal != ProbeGoal::everything) {
      goal == ProbeGoal::forward ? (void)find_forward() : find_broadcast();
      found_.chats = true;
      return std::move(found_);
    }
    if (!find_register() || !find_send()) return std::move(found_);
    if (!find_report() || !find_forward()) return std::move(found_);
    find_broadcast();
    find_error_code();
    found_.chats = true;
    return std::move(found_);
  }

 private:
  /// `act` with a client of its own in that dialect: what went wrong. Any thread.
  template <typename Act>
  std::optional<std::string> problem_with(const Dialect& dialect, const Act& act) {
    return attempts_.problem_in([&] {
      Settings settings = settings_;
      settings.dialect = dialect;
      Transcript transcript;
      ClientTrial trial(program_, profile_, ++number_, settings, transcript);
      act(trial);
    });
  }

  /// The same, in a thread that is alone; whether it has passed.
  template <typename Act>
  bool attempt(const Dialect& dialect, const Act& act) {
    const auto problem = problem_with(dialect, act);
    failure_ = problem.value_or("");
    return !problem;
  }

  /// The first of these dialects in which `act` passes; failure_ is what went wrong in the first of all.
  template <typename Act>
  std::optional<std::size_t> first_that_passes(const std::vector<Dialect>& dialects, const Act& act) {
    return attempts_.first_that_passes(dialects.size(), [&](std::size_t i) {
      auto problem = problem_with(dialects[i], [&](ClientTrial& t) { act(t, i); });
      const bool passed = !problem;
      if (i == 0) failure_ = std::move(problem).value_or("");
      return passed;
    });
  }

  bool find_register();
  bool find_send();
  bool find_report();
  bool find_forward();
  void find_broadcast();
  void find_error_code();
  std::vector<Dialect> report_dialects() const;

  const TestedProgram& program_;
  Profile profile_;
  Settings settings_;
  const Attempts attempts_;
  Probed found_;
  std::atomic<std::size_t> number_ = 0;
  std::string failure_;  // of the last attempt
};

bool ClientProbe::find_register() {
  Dialect& dialect = found_.dialect;
  Dialect open = dialect;
  open.number_behind_name = false;  // so that it can be seen
  const bool came = attempt(open, [&](ClientTrial& t) {
    t.start();
    const auto registration = t.await_register();
    (void)registration.link->begun_line(rest_of_frame_time);
    const std::string bytes = t.bytes_of(*registration.link);
    const auto line_end = bytes.find('\n');
    const auto begin = bytes.find_last_not_of(" \t\r", line_end - 1) + 1;
    const auto next = std::min(bytes.find_first_not_of(" \t\r\n", begin), bytes.size());
    const std::string end = bytes.substr(begin, next - begin);
    if (two_socket::asked_name(registration.name) != registration.name) dialect.number_behind_name = true;
    if (std::ranges::find(register_ends, end) != std::end(register_ends)) dialect.register_end = end;
    found_.lines.push_back("REGISTER: \"" + visible(bytes.substr(0, next)) + "\", " +
                           (registration.channel == Channel::to_send ? "TOSEND" : "TORECV") + " first");
  });
  if (!came) found_.lines = {"No REGISTER came. What came: " + failure_};
  return came;
}

/// It takes REGISTERED, and sends a line that is typed.
bool ClientProbe::find_send() {
  std::vector<std::string> ends{found_.dialect.register_end};
  for (const auto end : register_ends)
    if (end != ends.front()) ends.emplace_back(end);
  std::vector<Dialect> dialects(ends.size(), found_.dialect);
  for (std::size_t i = 0; i < ends.size(); ++i) dialects[i].register_end = ends[i];
  const auto passed = first_that_passes(dialects, [](ClientTrial& t, std::size_t) {
    t.sign_on();
    t.type_and_expect(t.name("bob"), "Hello");
  });
  if (!passed) {
    found_.lines.push_back("No SEND came: " + std::to_string(ends.size()) +
                           " ends of REGISTERED were tried. What came at first: " + failure_);
    return false;
  }
  found_.dialect = dialects[*passed];
  found_.lines.push_back("It takes REGISTERED ended by \"" + visible(ends[*passed]) +
                         "\", and sends what is typed");
  return true;
}

/// The likeliest first.
std::vector<Dialect> ClientProbe::report_dialects() const {
  std::vector<Dialect> dialects{found_.dialect};
  const auto add = [&](std::string_view word, bool line_end, bool on_torecv) {
    Dialect dialect = found_.dialect;
    if (word != dialect.delivered_words.front()) dialect.delivered_words = {std::string(word)};
    dialect.report_line_end = line_end;
    dialect.reports_on_torecv = on_torecv;
    if (std::ranges::find(dialects, dialect) == dialects.end()) dialects.push_back(std::move(dialect));
  };
  const std::string_view usual = found_.dialect.delivered_words.front();
  add(usual, true, true);
  for (const auto word : delivered_words) add(word, true, false);
  add(usual, false, false);
  add(usual, false, true);
  add("SEND", true, true);
  add("SEND", false, false);
  return dialects;
}

/// What it takes for the report of a delivery: it says something, and the next line goes out.
bool ClientProbe::find_report() {
  const auto dialects = report_dialects();
  std::vector<char> writes_newline(dialects.size());
  const auto passed = first_that_passes(dialects, [&](ClientTrial& t, std::size_t i) {
    const std::string bob = t.name("bob");
    t.sign_on();
    t.type_and_expect(bob, "first words");
    const auto before = t.settled();
    t.reports().send(to_frame(two_socket::Delivered{bob}));
    t.expect_news(before, t.profile().delivered, "a word on the delivery");
    t.type_and_expect(bob, "second words");
    const std::string bytes = t.bytes_of(t.sending());
    const auto behind = bytes.find("first words") + std::string_view("first words").size();
    writes_newline[i] = bytes.compare(behind, 5, "\nSEND") == 0;
  });
  if (!passed) {
    found_.lines.push_back("It tells of no delivery: " + std::to_string(dialects.size()) +
                           " forms of the report were tried. What came at first: " + failure_);
    return false;
  }
  const Dialect& dialect = found_.dialect = dialects[*passed];
  if (writes_newline[*passed]) found_.dialect.body_newline = true;
  found_.lines.push_back(std::string("Behind the body of SEND it writes ") +
                         (writes_newline[*passed] ? "an LF" : "nothing"));
  found_.lines.push_back("It takes " + dialect.delivered_words.front() +
                         (dialect.report_line_end ? "" : " without a line end") + " on " +
                         (dialect.reports_on_torecv ? "TORECV" : "TOSEND") + " for the report of a delivery");
  return true;
}

bool ClientProbe::find_forward() {
  std::string first_failure;
  for (const bool newline : {found_.dialect.body_newline, !found_.dialect.body_newline}) {
    Dialect dialect = found_.dialect;
    dialect.body_newline = newline;
    const bool passed = attempt(dialect, [](ClientTrial& t) {
      t.sign_on();
      t.deliver(t.name("zoe"), "words from outside");
    });
    if (passed) {
      found_.dialect = dialect;
      found_.lines.push_back(std::string("It takes FORWARD") +
                             (newline ? " with an LF behind the body" : ""));
      return true;
    }
    if (first_failure.empty()) first_failure = failure_;
  }
  found_.lines.push_back("It answers no FORWARD with RECEIVED and shows it. What came: " + first_failure);
  return false;
}

/// The word for everybody is typed; another may be sent.
void ClientProbe::find_broadcast() {
  const std::string typed = found_.dialect.broadcast_word;
  std::string written;
  attempt(found_.dialect, [&](ClientTrial& t) {
    t.sign_on();
    t.type_message(typed, "Hello all");
    const Frame frame =
        t.expect(t.sending(), {"SEND " + typed, [](const two_socket::Event& event, std::string_view) {
                                 return std::holds_alternative<two_socket::Send>(event);
                               }});
    written = std::get<two_socket::Send>(frame.event).recipient;
  });
  if (!written.empty()) found_.dialect.broadcast_word = written;
  found_.lines.push_back("To everybody: " +
                         (written.empty() ? "nothing is sent" : "SEND " + visible(written)));
}

void ClientProbe::find_error_code() {
  std::string came = "nothing";
  attempt(found_.dialect, [&](ClientTrial& t) {
    t.sign_on();
    t.receiving().send("FORWARD " + t.name("zoe") + "\n\n");
    const auto answer = t.receive(t.receiving(), t.settings().timeout);
    const auto* frame = std::get_if<Frame>(&answer);
    const auto* error = frame == nullptr ? nullptr : std::get_if<two_socket::Error>(&frame->event);
    if (error == nullptr) return;
    came = "ERROR " + std::to_string(error->code);
    if (error->code >= 100 && error->code <= 999 && error->code != found_.dialect.code_for(103))
      found_.dialect.error_codes[103] = error->code;
  });
  found_.lines.push_back("To a FORWARD that cannot be read it answers: " + came);
}

}  // namespace

Probed probe_client(const TestedProgram& program, const Profile& profile, const Settings& settings,
                    std::size_t at_once, ProbeGoal goal) {
  return ClientProbe(program, profile, settings, at_once).run(goal);
}

}  // namespace parley::conform
