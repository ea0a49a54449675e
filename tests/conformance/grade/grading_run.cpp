#include "tests/conformance/grade/grading_run.hpp"

#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <memory>
#include <optional>

#include "base/output.hpp"
#include "tests/conformance/grade/resume_key.hpp"
#include "tests/conformance/process/build_step.hpp"
#include "tests/conformance/process/work_pool.hpp"

namespace parley::conform {
namespace {

constexpr unsigned starts_for_each_core = 2;

std::vector<ClassRow> unjudged_rows(const std::vector<ClassEntry>& entries) {
  std::vector<ClassRow> rows;
  for (const auto& [submission, name, first_row] : entries)
    for (const SubmittedProgram& program : submission.programs)
      rows.push_back({submission.name,
                      half_of(program),
                      {},
                      {},
                      "Not judged yet.",
                      submission.folder.filename(),
                      ProgramOutcome::not_judged_yet});
  return rows;
}

}  // namespace

GradingRun::GradingRun(const Options& options, std::chrono::milliseconds budget_alone,
                       const std::vector<ClassEntry>& entries)
    : options_(options),
      budget_alone_(budget_alone),
      is_shared_(options.jobs > 1 && entries.size() > 1),
      run_(with_secret(fingerprint_of_run(options), why_not_resumed_)),
      results_(options.output_folder(), unjudged_rows(entries)),
      again_(results_.size(), Again::no),
      starts_(starts_for_each_core * cores()),
      builds_(cores()) {
  if (options.resume && !why_not_resumed_.empty())
    std::cerr << "parley-conform: --resume judges everything again: no secret is kept in " << why_not_resumed_
              << '\n';
}

bool GradingRun::has_faults() const {
  return std::ranges::count(again_, Again::no_verdict) > 0;
}

Fingerprint GradingRun::run_of(const SubmittedProgram& program) const {
  if (program.profile.empty()) return run_;
  FingerprintTaker with_profile;  // it may be outside of its folder
  with_profile.add(run_.digits);
  with_profile.add_file(program.profile);
  return with_profile.fingerprint();
}

std::string GradingRun::build_in_turn(const std::string& command, const Confinement& confinement) {
  builds_.acquire();
  const std::unique_ptr<std::counting_semaphore<>, void (*)(std::counting_semaphore<>*)> place(
      &builds_, [](auto* builds) { builds->release(); });
  return why_not_built(command, confinement, options_.build_time, [this] { return is_interrupted(); });
}

void GradingRun::judge(const ClassEntry& entry) {
  Turn turn{entry, {}, fingerprint_of_folder(entry.submission.folder)};
  for (std::size_t i = 0; i < entry.submission.programs.size(); ++i) {
    std::optional<ClassRow> row;
    if (options_.resume)
      row = results_.recorded(entry.stem_of(i), run_of(entry.submission.programs[i]), turn.found);
    if (row)
      results_.set(entry.first_row + i, std::move(*row), " (judged before)");
    else
      turn.programs.push_back(i);
  }
  if (!turn.programs.empty()) take(turn);
}

void GradingRun::judge_again(const ClassEntry& entry) {
  Turn turn{entry, {}, {}, true};
  for (std::size_t i = 0; i < entry.submission.programs.size(); ++i)
    if (again_[entry.first_row + i] != Again::no) turn.programs.push_back(i);
  if (turn.programs.empty() || is_interrupted()) return;
  turn.found = fingerprint_of_folder(entry.submission.folder);
  take(turn);
}

void GradingRun::note_fault(const ClassEntry& entry, std::size_t program,
                            const std::vector<HiddenPlace>& places, const std::exception& fault) {
  if (is_interrupted()) return;  // it has taken away what was at work
  const std::size_t index = entry.first_row + program;
  again_[index] = Again::no_verdict;
  ClassRow unjudged = results_.row(index);
  unjudged.report = {};
  unjudged.report_file.clear();
  unjudged.problem = without_places(why_not_judged(fault), places);
  unjudged.outcome = ProgramOutcome::not_judged;
  results_.forget(entry.stem_of(program));
  results_.remove_reports(entry.stem_of(program));
  results_.set(index, std::move(unjudged));
}

void GradingRun::take(const Turn& turn) {
  Options options = options_;
  if (turn.is_alone) options.settings.budget = budget_alone_;
  options.settings.is_alone = turn.is_alone || !is_shared_;
  options.settings.starts = &starts_;
  const auto build = [this](const std::string& command, const Confinement& confinement) {
    return build_in_turn(command, confinement);
  };
  std::optional<SubmissionJudge> judge;
  try {
    judge.emplace(turn.entry.submission, options, build);
  } catch (const std::exception& fault) {
    const auto& folder = turn.entry.submission.folder;
    for (const std::size_t i : turn.programs) note_fault(turn.entry, i, places_of(folder, folder), fault);
    return;
  }
  judge_programs(turn, *judge);
}

void GradingRun::judge_programs(const Turn& turn, const SubmissionJudge& judge) {
  const ClassEntry& entry = turn.entry;
  std::vector<std::pair<std::size_t, ClassRow>> finished;
  for (const std::size_t i : turn.programs) {
    if (is_interrupted()) break;
    const std::string stem = entry.stem_of(i);
    Again& again = again_[entry.first_row + i];
    results_.forget(stem);
    Judged judged;
    try {
      judged = judge.judge(entry.submission.programs[i], stem, again);
    } catch (const std::exception& fault) {
      note_fault(entry, i, judge.places(), fault);
      continue;
    }
    const bool has_had_no_time = !turn.is_alone && is_shared_ && ran_out_of_time(judged.row.report);
    again = has_had_no_time ? Again::out_of_time : Again::no;
    if (!judged.not_written.empty()) results_.note_not_written(judged.not_written);
    results_.set(entry.first_row + i, judged.row, turn.is_alone ? " (judged again, alone)" : "");
    // What did not come up is tried again: something of this machine may have been missing.
    if (judged.row.outcome == ProgramOutcome::judged && judged.not_written.empty() && again == Again::no)
      finished.emplace_back(i, std::move(judged.row));
  }
  // Programs that work in their own folder may write to it.
  const Fingerprint left =
      judge.works_on_copy() || finished.empty() ? turn.found : fingerprint_of_folder(entry.submission.folder);
  for (const auto& [i, row] : finished)
    results_.record(entry.stem_of(i), {run_of(entry.submission.programs[i]), turn.found, left, {}}, row);
}

void GradingRun::finish() {
  if (const auto count = std::ranges::count(again_, Again::no_verdict); count > 0)
    put_or_drop(STDERR_FILENO,
                "parley-conform: " + std::to_string(count) +
                    (count == 1 ? " program was" : " programs were") +
                    " not judged, and class.csv says why; the same command with --resume judges what is "
                    "missing\n");
  if (!is_interrupted()) return;
  for (std::size_t i = 0; i < results_.size(); ++i) {
    ClassRow row = results_.row(i);
    if (row.outcome != ProgramOutcome::not_judged_yet) continue;
    row.outcome = ProgramOutcome::broken_off;
    row.problem = "Not run: " + options_.settings.interruption->reason() + '.';
    results_.set(i, std::move(row));
  }
  put_or_drop(STDERR_FILENO, "parley-conform: " + options_.settings.interruption->reason() +
                                 "; the same command with --resume goes on with what was not judged\n");
}

}  // namespace parley::conform
