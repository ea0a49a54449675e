#include "tests/conformance/command/spoken.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

namespace parley::conform {
namespace {

using Run = std::function<std::vector<Result>(const std::vector<Job>&, const Dialect&)>;

constexpr int most_rounds = 4;

/// The cases that are about one key of [dialect]: the first of them that fails is what a difference costs.
struct OwnCases {
  std::string_view key;
  std::vector<std::string_view> ids;
};

const std::vector<OwnCases>& own_cases(bool is_server) {
  static const std::vector<OwnCases> of_server{
      {"register_end", {"R4.1-two-sockets", "F1.5-exact"}},
      {"number_behind_name", {"R4.1-two-sockets"}},
      {"torecv_first", {"R4.1-two-sockets"}},
      {"delivered_words", {"M2.1-word", "M2.2-sent"}},
      {"report_line_end", {"F1.1-report"}},
      {"reports_on", {"D1.2-unicast"}},
      {"body_newline", {"F2.8-nothing-behind", "F2.7-blank-lines"}},
      {"broadcast_word", {"D4.1-everyone"}},
      {"error_codes", {"M3.1-codes", "D1.5-unknown", "R1.2-blank", "R6.1-other-requests", "F2.2-missing"}},
  };
  static const std::vector<OwnCases> of_client{
      {"register_end", {"F1.5-exact"}},
      {"number_behind_name", {"C1.1-registers"}},
      {"delivered_words", {"C3.2-delivered", "M2.3-send"}},
      {"report_line_end", {"C3.2-delivered"}},
      {"reports_on", {"C3.2-delivered"}},
      {"body_newline", {"F2.8-nothing-behind", "F2.7-blank-lines"}},
      {"broadcast_word", {"C2.2-all"}},
      {"error_codes", {"F2.2-missing"}},
  };
  return is_server ? of_server : of_client;
}

Result* find(std::vector<Result>& results, std::string_view id) {
  const auto found = std::ranges::find(results, id, &Result::id);
  return found == results.end() ? nullptr : &*found;
}

std::string first_word(std::string_view text) {
  return std::string(text.substr(0, text.find_first_of(" \t\r\n")));
}

int error_code(std::string_view text) {
  constexpr std::string_view word = "ERROR ";
  int code = 0;
  if (text.starts_with(word)) std::from_chars(text.data() + word.size(), text.data() + text.size(), code);
  return code;
}

/// Whoever writes one of the page's codes in the place of another has made a mistake, and speaks no dialect.
bool is_own_code(int code) {
  return code > 103 && code <= 999;
}

/// The code of the page that a failed case is about.
int code_of_case(std::string_view id) {
  constexpr std::pair<std::string_view, int> cases[] = {{"R1.2-blank", 100},
                                                        {"R6.1-other-requests", 101},
                                                        {"M3.1-codes", 102},
                                                        {"D1.5-unknown", 102},
                                                        {"F2.2-missing", 103}};
  const auto found = std::ranges::find(cases, id, &std::pair<std::string_view, int>::first);
  return found == std::end(cases) ? 0 : found->second;
}

/// What one failure alone shows of how the program speaks.
void learn_from(const Result& result, Dialect& dialect) {
  const Failure& failure = *result.failure;
  auto& words = dialect.delivered_words;
  const bool awaits_report = failure.expected.starts_with(words.front() + ' ');
  if (awaits_report && failure.garbage_at) {
    const std::string word = first_word(failure.bytes);
    const bool is_word =
        word.size() > 1 && std::ranges::all_of(word, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (is_word && word != "ERROR" && std::ranges::find(words, word) == words.end())
      words.insert(words.begin(), word);
  }
  if (awaits_report && failure.came.find(", receiving instead") != std::string::npos)
    dialect.reports_on_torecv = true;
  if (result.id == "F1.1-report" && failure.expected.starts_with("a line end, and"))
    dialect.report_line_end = false;
  if (result.id == "F2.8-nothing-behind") {
    const auto behind = failure.garbage_at ? std::string_view(failure.bytes).substr(*failure.garbage_at) : "";
    if (failure.bytes == "\n" || behind.starts_with("\nSEND")) dialect.body_newline = true;
  }
  if (failure.in_set_up || !failure.expected.starts_with("ERROR ")) return;
  const int standard = code_of_case(result.id);
  const int code = error_code(failure.bytes);
  if (standard != 0 && is_own_code(code)) dialect.error_codes[standard] = code;
}

/// What is to be tried with the program to find out, since the failure of this case may have many causes.
std::optional<ProbeGoal> goal_of(const Result& result, bool is_server) {
  if (result.failure->in_set_up) return ProbeGoal::everything;
  const std::string_view id = result.id;
  if (is_server) {
    if (id == "R4.1-two-sockets" || id == "D1.1-forward") return ProbeGoal::everything;
    if (id == "D4.1-everyone") return ProbeGoal::broadcast;
    return std::nullopt;
  }
  if (id == "C1.1-registers" || id == "C2.1-sends" || id == "C3.2-delivered") return ProbeGoal::everything;
  if (id == "C4.1-shown" || id == "C4.2-received") return ProbeGoal::forward;
  if (id == "C2.2-all") return ProbeGoal::broadcast;
  return std::nullopt;
}

class Forgiver {
 public:
  Forgiver(std::vector<Result>& results, const std::vector<Job>& jobs, const Subject& subject, const Run& run,
           Dialect dialect)
      : results_(results), jobs_(jobs), subject_(subject), run_(run), dialect_(std::move(dialect)) {}

  /// One more look at what fails; true when another dialect may explain some of it.
  bool learn() {
    Dialect learned = dialect_;
    std::set<ProbeGoal> goals;
    for (const Result& result : results_) {
      if (result.status != Status::failed || !result.failure || paid_.contains(result.id)) continue;
      learn_from(result, learned);
      if (const auto goal = goal_of(result, subject_.is_server)) goals.insert(*goal);
    }
    if (learned == dialect_ && !goals.empty() && probed_.insert(*goals.begin()).second) {
      const Probed probed = subject_.probe(*goals.begin(), dialect_);
      if (probed.chats) learned = probed.dialect;
      std::erase_if(learned.error_codes, [&](const auto& code) {
        return !is_own_code(code.second) && !dialect_.error_codes.contains(code.first);
      });
    }
    const auto keys = differing_keys(learned, dialect_);
    for (const auto& key : keys) pay_for(key, learned);
    dialect_ = std::move(learned);
    return !keys.empty();
  }

  const Dialect& dialect() const { return dialect_; }
  bool is_paid(std::string_view id) const { return paid_.contains(std::string(id)); }

 private:
  /// One case of the key's fails: it has, or it does where all but this key is as the program speaks.
  void pay_for(const std::string& key, const Dialect& learned) {
    const auto& table = own_cases(subject_.is_server);
    const auto own = std::ranges::find(table, key, &OwnCases::key);
    if (own == table.end()) return;
    Dialect without = learned;
    copy_key(without, dialect_, key);
    for (const bool tried : {true, false})
      for (const auto id : own->ids) {
        Result* result = find(results_, id);
        if (result == nullptr || paid_.contains(result->id)) continue;
        if (!tried) *result = run_({*std::ranges::find(jobs_, id, &Job::id)}, without).front();
        if (result->status != Status::failed) continue;
        result->blocks = false;
        result->hint =
            "It speaks another dialect than its course: " + key +
            " of [dialect]. The other cases are tried as it speaks; `parley-conform probe` tells more.";
        paid_.insert(result->id);
        return;
      }
  }

  std::vector<Result>& results_;
  const std::vector<Job>& jobs_;
  const Subject& subject_;
  const Run& run_;
  Dialect dialect_;
  std::set<std::string> paid_;
  std::set<ProbeGoal> probed_;
};

}  // namespace

void forgive_dialect(std::vector<Result>& results, const std::vector<Job>& jobs, const Dialect& of_course,
                     const Subject& subject,
                     const std::function<std::vector<Result>(const std::vector<Job>&, const Dialect&)>& run) {
  Forgiver forgiver(results, jobs, subject, run, of_course);
  for (int round = 0; round < most_rounds && forgiver.learn(); ++round) {
    std::vector<Job> again;
    for (const Job& job : jobs) {
      const Result* result = find(results, job.id);
      if (result->status != Status::passed && !forgiver.is_paid(job.id)) again.push_back(job);
    }
    if (again.empty()) return;
    for (Result& result : run(again, forgiver.dialect())) *find(results, result.id) = std::move(result);
  }
}

}  // namespace parley::conform
