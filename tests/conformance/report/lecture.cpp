#include "tests/conformance/report/lecture.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <tuple>

#include "tests/conformance/report/anonymous.hpp"
#include "tests/conformance/report/causes.hpp"
#include "tests/conformance/report/html_assets.hpp"
#include "tests/conformance/report/report.hpp"
#include "tests/conformance/report/report_markup.hpp"
#include "tests/conformance/report/report_page.hpp"

namespace parley::conform {
namespace {

constexpr std::size_t most_reasons = 4;

/// Why programs fail a clause, in the suite's words, and one that does.
struct Reason {
  std::string sentence;
  std::size_t programs = 0;
  const Result* example = nullptr;  ///< the shortest
};

/// A clause that programs fail.
struct Lesson {
  const Clause* clause = nullptr;
  std::size_t failed = 0, untried = 0;  ///< programs
  std::vector<Reason> reasons;
};

/// The words of a program that has died are its own: they stay with whom it belongs to.
std::string sentence_of(const Cause& cause) {
  return cause.is_crash ? "A thread, or the whole program, dies of an exception." : cause.sentence;
}

void add_reason(Lesson& lesson, const std::string& sentence, const Result& example) {
  auto reason = std::ranges::find(lesson.reasons, sentence, &Reason::sentence);
  if (reason == lesson.reasons.end()) reason = lesson.reasons.insert(reason, {sentence});
  ++reason->programs;
  const auto length = [](const Result& result) { return result.transcript.entries().size(); };
  if (length(example) > 0 && (reason->example == nullptr || length(example) < length(*reason->example)))
    reason->example = &example;
}

void add_report(std::map<const Clause*, Lesson>& lessons, const Report& report) {
  std::set<const Clause*> failed;
  std::set<const Clause*> untried;
  for (const Result& result : report.results) {
    if (failed_unexpectedly(result)) failed.insert(result.clause);
    if (result.status == Status::skipped || result.status == Status::not_run) untried.insert(result.clause);
  }
  const auto causes = all_causes(report);
  for (const Clause* clause : failed) {
    Lesson& lesson = lessons[clause];
    ++lesson.failed;
    const auto explains = [&](const Cause& cause) {
      return std::ranges::find(cause.cases, clause, &Result::clause) != cause.cases.end();
    };
    const auto cause = std::ranges::find_if(causes, explains);
    if (cause == causes.end()) continue;
    add_reason(lesson, sentence_of(*cause), **std::ranges::find(cause->cases, clause, &Result::clause));
  }
  for (const Clause* clause : untried)
    if (!failed.contains(clause)) ++lessons[clause].untried;
}

/// What most fail comes first.
std::vector<Lesson> lessons_of(const std::vector<const Report*>& reports) {
  std::map<const Clause*, Lesson> found;
  for (const Report* report : reports) add_report(found, *report);
  std::vector<Lesson> lessons;
  for (auto& [clause, lesson] : found) {
    if (clause == nullptr || clause->level == Level::may || lesson.failed == 0) continue;
    lesson.clause = clause;
    std::ranges::stable_sort(lesson.reasons, std::greater{}, &Reason::programs);
    lessons.push_back(std::move(lesson));
  }
  std::ranges::sort(lessons, {}, [](const Lesson& lesson) {
    return std::tuple(-static_cast<std::ptrdiff_t>(lesson.failed), lesson.clause->level, lesson.clause);
  });
  return lessons;
}

void write_lesson(std::ostream& out, const Lesson& lesson, const std::string& half, std::size_t programs,
                  const std::string& anchor, const Words& identities) {
  const Clause& clause = *lesson.clause;
  const std::string id = markup(shown(clause.id));
  out << "<section class=\"lesson\" id=\"" << anchor << "\">\n<h3><b>" << lesson.failed * 100 / programs
      << " %</b> fail " << id << " <small>" << lesson.failed << " of " << programs << ' ' << half << 's';
  if (lesson.untried > 0) out << "; of " << lesson.untried << " more it could not be tried";
  out << "</small></h3>\n<blockquote><b>" << id << "</b> <span class=\"level\">" << to_text(clause.level)
      << "</span> " << markup(shown(clause.sentence)) << "</blockquote>\n<ul class=\"reasons\">\n";
  for (std::size_t i = 0; i < std::min(lesson.reasons.size(), most_reasons); ++i)
    out << "<li><b>" << lesson.reasons[i].programs << "\u00d7</b> "
        << markup(shown(lesson.reasons[i].sentence)) << "</li>\n";
  out << "</ul>\n";
  const Result* example = lesson.reasons.empty() ? nullptr : lesson.reasons.front().example;
  if (example != nullptr) {
    out << "<p class=\"size\">One of them, when this was tried: " << markup(shown(example->title))
        << "</p>\n";
    write_exchange(out, anonymous(example->transcript, identities), half, anchor,
                   example->failure ? example->failure->lane : no_lane);
  }
  out << "</section>\n";
}

/// How the submissions are called.
Words identities_of(const std::vector<ClassRow>& rows) {
  Words words;
  for (const ClassRow& row : rows)
    for (const std::string* name : {&row.folder, &row.submission}) add_words(words, *name);
  return words;
}

void write_half(std::ostream& out, const std::vector<ClassRow>& rows, const std::string& half,
                const Words& identities) {
  std::vector<const Report*> reports;
  for (const ClassRow& row : rows)
    if (row.half == half && row.outcome == ProgramOutcome::judged) reports.push_back(&row.report);
  if (reports.empty()) return;
  auto lessons = lessons_of(reports);
  out << "<h2>What " << half << "s fail <small>" << reports.size() << " tried</small></h2>\n";
  if (lessons.empty()) out << "<p>Nothing that they must or should do.</p>\n";
  if (lessons.size() > most_lessons)
    out << "<p class=\"left-out\">Only the " << most_lessons << " commonest.</p>\n";
  lessons.resize(std::min(lessons.size(), most_lessons));
  for (std::size_t i = 0; i < lessons.size(); ++i)
    write_lesson(out, lessons[i], half, reports.size(), half + '-' + std::to_string(i + 1), identities);
}

}  // namespace

void write_lecture_html(std::ostream& out, const std::vector<ClassRow>& rows) {
  write_page_begin(out, "What the class can learn from", html_file("class.css"));
  out << "<p class=\"suite\">parley-conform</p><h1>What the class can learn from</h1>\n"
         "<p class=\"about\">Nobody is named. [...] stands for every word of a program that is neither the "
         "protocol's nor had been said by the suite before, for numbers but those of codes and lengths, and "
         "for the "
         "words in the names of folders and submissions. What programs print for themselves is left "
         "out.</p>\n";
  const Words identities = identities_of(rows);
  for (const char* half : {"server", "client"}) write_half(out, rows, half, identities);
  write_page_end(out, html_file("report.js"));
}

}  // namespace parley::conform
