// How a server speaks: what is tried, in which order, and what is made of what comes.
#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "protocol/text.hpp"
#include "tests/conformance/bench/trial.hpp"
#include "tests/conformance/probe/attempts.hpp"
#include "tests/conformance/probe/probe.hpp"

namespace parley::conform {
namespace {

using std::chrono::milliseconds;
using two_socket::Channel;

constexpr milliseconds longest_server_wait{1'000};
constexpr milliseconds longest_wait_at_rest{300};  // for a program that is seen to wait itself
constexpr std::size_t first_number = 1'000;        // no case has so many: its users are others
constexpr milliseconds rest_of_line_time{300};
constexpr std::string_view broadcast_words[] = {"ALL",       "all",       "All", "EVERYONE", "everyone",
                                                "BROADCAST", "broadcast", "*",   "@all",     "ALLUSERS"};

std::string first_word(std::string_view line) {
  return std::string(line.substr(0, line.find_first_of(" \t\r\n")));
}

/// The code of "ERROR 404 ..."; 0 for anything else.
int error_code(std::string_view line) {
  int code = 0;
  constexpr std::string_view word = "ERROR ";
  if (line.starts_with(word)) std::from_chars(line.data() + word.size(), line.data() + line.size(), code);
  return code;
}

/// What came on a link, whether it is of the protocol or not.
struct Came {
  std::string line;  ///< the first; empty: nothing
  bool lacks_line_end = false;
  std::string problem;  ///< what came instead of a line, a sentence part
};

Came next_line(Link& link) {
  const auto came = link.receive();
  if (const auto* frame = std::get_if<Frame>(&came)) return {frame->bytes, frame->lacks_line_end, {}};
  const auto& end = std::get<WaitEnd>(came);
  if (end.kind != WaitEnd::Kind::garbage) return {{}, false, end.describe()};
  const std::string line = link.begun_line(rest_of_line_time);
  return {line, !line.ends_with('\n'), {}};
}

/// What stands behind the line of the first REGISTERED that came.
std::string end_of_registered(const Transcript& transcript) {
  std::string bytes;
  for (const Entry& entry : transcript.entries())
    if (entry.happening == Happening::received && (!bytes.empty() || entry.bytes.starts_with("REGISTERED")))
      bytes += entry.bytes;
  const auto name_end = bytes.find('\n');
  if (name_end == std::string::npos) return {};
  const auto begin = bytes.find_last_not_of(" \t\r", name_end - 1) + 1;
  const auto next = bytes.find_first_not_of(" \t\r\n", begin);
  return bytes.substr(begin, std::min(next, bytes.size()) - begin);
}

using MakeBench = std::function<std::unique_ptr<ServerBench>()>;

/// What became of one attempt.
struct Tried {
  bool is_there = true;                ///< the program
  std::optional<std::string> problem;  ///< nothing: it has passed
  Transcript transcript;
};

class ServerProbe {
 public:
  ServerProbe(const MakeBench& make_bench, std::size_t at_once)
      : make_bench_(make_bench), attempts_(at_once), bench_(make_bench()), base_(bench_->settings().dialect) {
    found_.dialect = base_;
  }

  Probed run(ProbeGoal goal) {
    found_.chats = goal == ProbeGoal::broadcast;
    if (found_.chats) {
      find_broadcast();
      return std::move(found_);
    }
    if (!find_sign_on()) return std::move(found_);
    if (!find_delivery()) return std::move(found_);
    find_broadcast();
    find_error_codes();
    found_.chats = true;
    return std::move(found_);
  }

 private:
  /// `act` with a new trial in that dialect; when it fails, the next one has a new program.
  template <typename Act>
  Tried attempt_on(ServerBench& bench, const Dialect& dialect, const Act& act) {
    Tried tried;
    bool is_used = false;
    tried.problem = attempts_.problem_in([&] {
      if (const auto problem = bench.prepare({})) {
        tried.is_there = false;
        throw CaseFailed{{"the server", *problem, {}, {}}};
      }
      is_used = true;
      Settings settings = bench.settings();
      settings.dialect = dialect;
      settings.timeout =
          std::min(settings.timeout, settings.is_at_rest ? longest_wait_at_rest : longest_server_wait);
      Trial trial(bench.endpoint(), ++number_, settings, tried.transcript);
      act(trial);
    });
    if (tried.problem && is_used) bench.recover();
    return tried;
  }

  /// The same with the usual bench; whether it has passed.
  template <typename Act>
  bool attempt(const Dialect& dialect, const Act& act) {
    Tried tried = attempt_on(*bench_, dialect, act);
    failure_ = tried.problem.value_or("");
    return !tried.problem;
  }

  Tried sign_on(ServerBench& bench, const Dialect& dialect) {
    return attempt_on(bench, dialect, [&](Trial& t) {
      // Whoever takes connections in pairs has two of them; where it runs already, others may have left one.
      if (bench.settings().is_at_rest) t.stay_alone();
      t.sign_on("alice");
    });
  }

  std::vector<Dialect> register_dialects() const;
  bool find_sign_on();
  bool find_delivery();
  void take_report(Trial& t, const Pair& p);
  void find_broadcast();
  void find_error_codes();
  void note_code(int standard, std::string_view line);

  const MakeBench& make_bench_;
  const Attempts attempts_;
  const std::unique_ptr<ServerBench> bench_;
  const Dialect base_;
  Probed found_;
  std::atomic<std::size_t> number_ = first_number;
  std::string failure_;  // of the last attempt
};

/// All forms of REGISTER, those first that differ least from the base.
std::vector<Dialect> ServerProbe::register_dialects() const {
  std::vector<std::string> ends{base_.register_end};
  for (const auto end : register_ends)
    if (end != base_.register_end) ends.emplace_back(end);
  std::vector<Dialect> dialects;
  for (const bool number : {base_.number_behind_name, !base_.number_behind_name})
    for (const bool torecv_first : {base_.torecv_first, !base_.torecv_first})
      for (const auto& end : ends) {
        Dialect& dialect = dialects.emplace_back(base_);
        dialect.register_end = end;
        dialect.number_behind_name = number;
        dialect.torecv_first = torecv_first;
      }
  std::ranges::stable_sort(dialects, {},
                           [&](const Dialect& one) { return differing_keys(one, base_).size(); });
  return dialects;
}

bool ServerProbe::find_sign_on() {
  const auto dialects = register_dialects();
  std::vector<Tried> tried(dialects.size());
  tried[0] = sign_on(*bench_, dialects[0]);
  std::size_t passed = 0;
  if (tried[0].problem && tried[0].is_there)
    passed = 1 + attempts_
                     .first_that_passes(dialects.size() - 1,
                                        [&](std::size_t i) {
                                          const auto own = attempts_.are_several() ? make_bench_() : nullptr;
                                          tried[i + 1] = sign_on(own ? *own : *bench_, dialects[i + 1]);
                                          return !tried[i + 1].problem;
                                        })
                     .value_or(dialects.size() - 1);
  if (const auto gone = std::ranges::find(tried, false, &Tried::is_there);
      passed == dialects.size() || gone == tried.begin()) {
    if (gone != tried.end())
      found_.lines = {*gone->problem};
    else
      found_.lines = {"No user could be registered: " + std::to_string(dialects.size()) +
                          " forms of REGISTER were tried.",
                      "To the usual one came: " + *tried.front().problem,
                      "To the last one came: " + *tried.back().problem};
    return false;
  }
  found_.dialect = dialects[passed];
  Dialect mirrored = found_.dialect;
  mirrored.register_end = end_of_registered(tried[passed].transcript);
  const bool is_known = std::ranges::find(register_ends, mirrored.register_end) != std::end(register_ends);
  if (is_known && mirrored != found_.dialect && !sign_on(*bench_, mirrored).problem)
    found_.dialect = mirrored;
  found_.lines.push_back(std::string("REGISTER: ") +
                         (found_.dialect.torecv_first ? "TORECV first" : "TOSEND first") + ", ended by \"" +
                         visible(found_.dialect.register_end) + '"' +
                         (found_.dialect.number_behind_name ? ", with a number behind the name" : ""));
  return true;
}

bool ServerProbe::find_delivery() {
  std::string first_failure;
  for (const bool newline : {base_.body_newline, !base_.body_newline}) {
    found_.dialect.body_newline = newline;
    const bool passed = attempt(found_.dialect, [&](Trial& t) {
      const Pair p(t);
      t.send(p.alice, p.bob.name, "Hello");
      t.expect_forward(p.bob, p.alice, "Hello");
      t.acknowledge(p.bob, p.alice);
      take_report(t, p);
    });
    if (passed) return true;
    if (first_failure.empty()) first_failure = failure_;
  }
  found_.dialect.body_newline = base_.body_newline;
  found_.lines.push_back("SEND: no delivery came to its end. What came: " + first_failure);
  return false;
}

/// What is said of the delivery, where, and what stood behind the body.
void ServerProbe::take_report(Trial& t, const Pair& p) {
  Link& link = t.first_with_input(*p.alice.sending, *p.alice.receiving);
  Dialect& dialect = found_.dialect;
  const Came report = next_line(link);
  const std::string word = first_word(report.line);
  if (word.empty()) t.fail("a report on the delivery", report.problem);
  if (word == "ERROR") t.fail("a report on the delivery", visible(report.line));
  dialect.reports_on_torecv = &link == p.alice.receiving;
  dialect.report_line_end = !report.lacks_line_end;
  if (word != dialect.delivered_words.front()) {
    std::erase(dialect.delivered_words, word);
    dialect.delivered_words.insert(dialect.delivered_words.begin(), word);
  }
  std::string behind = "nothing";
  try {
    p.bob.receiving->expect_no_bytes("nothing");
  } catch (const CaseFailed& failed) {
    behind = '"' + visible(failed.failure.bytes) + '"';
    if (failed.failure.bytes == "\n") dialect.body_newline = true;
  }
  found_.lines.push_back("SEND: delivered" +
                         std::string(dialect.body_newline ? ", with an LF behind the body" : "") +
                         "; behind the body of FORWARD stands " + (dialect.body_newline ? "an LF" : behind));
  found_.lines.push_back("The report: \"" + visible(report.line) + "\", on " +
                         (dialect.reports_on_torecv ? "TORECV" : "TOSEND") +
                         (report.lacks_line_end ? ", without a line end" : ""));
}

void ServerProbe::find_broadcast() {
  std::vector<std::string> words{base_.broadcast_word};
  for (const auto word : broadcast_words)
    if (word != base_.broadcast_word) words.emplace_back(word);
  for (const auto& word : words) {
    Dialect dialect = found_.dialect;
    dialect.broadcast_word = word;
    const bool passed = attempt(dialect, [](Trial& t) {
      const Pair p(t);
      t.send(p.alice, "ALL", "Hello all");
      t.expect_forward(p.bob, p.alice, "Hello all");
    });
    if (!passed) continue;
    found_.dialect = dialect;
    bench_->recover();  // alice and bob have left it in the middle
    found_.lines.push_back("To everybody: SEND " + word);
    return;
  }
  found_.lines.push_back("To everybody: none of " + std::to_string(words.size()) + " words is understood");
}

void ServerProbe::note_code(int standard, std::string_view line) {
  const int code = error_code(line);
  if (code < 100 || code > 999 || code == base_.code_for(standard)) return;
  found_.dialect.error_codes[standard] = code;
}

void ServerProbe::find_error_codes() {
  attempt(found_.dialect, [&](Trial& t) {
    const User alice = t.sign_on("alice");
    t.send(alice, t.name("nobody"), "x");
    note_code(102, next_line(t.answers(alice)).line);
  });
  attempt(found_.dialect, [&](Trial& t) {
    Link& link = t.connect("newcomer");
    link.send(std::string("REGISTER ") + (t.first() == Channel::to_send ? "TOSEND" : "TORECV") +
              " al-ice\n\n");
    note_code(100, next_line(link).line);
  });
  attempt(found_.dialect, [&](Trial& t) {
    Link& link = t.connect("stranger");
    link.send("SEND somebody\nContent-length: 5\n\nhello");
    note_code(101, next_line(link).line);
  });
  attempt(found_.dialect, [&](Trial& t) {
    const User alice = t.sign_on("alice");
    alice.sending->send("SEND somebody\n\n");
    note_code(103, next_line(t.answers(alice)).line);
  });
  std::string codes;
  for (const int standard : {100, 101, 102, 103}) {
    const int code = found_.dialect.code_for(standard);
    codes += ' ' + std::to_string(code);
    if (code != standard) codes += " (for " + std::to_string(standard) + ')';
  }
  found_.lines.push_back("ERROR codes:" + codes);
}

}  // namespace

Probed probe_server(const MakeBench& make_bench, std::size_t at_once, ProbeGoal goal) {
  return ServerProbe(make_bench, at_once).run(goal);
}

}  // namespace parley::conform
