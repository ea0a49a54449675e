#include "tests/conformance/grade/class_results.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>

#include "base/output.hpp"
#include "tests/conformance/command/selection.hpp"
#include "tests/conformance/process/atomic_write.hpp"
#include "tests/conformance/report/lecture.hpp"
#include "tests/conformance/report/report.hpp"

namespace parley::conform {
namespace {

namespace fs = std::filesystem;

/// Nobody else may look into it, nor change what is there.
void make_private_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (fs::is_symlink(path)) throw BadInput{path.string() + " is a link; take it away"};
  if (error || ::chmod(path.c_str(), S_IRWXU) != 0)
    throw BadInput{"cannot make the folder " + path.string() + (error ? ": " + error.message() : "")};
}

}  // namespace

ClassResults::ClassResults(fs::path folder, std::vector<ClassRow> rows)
    : folder_(std::move(folder)), records_(folder_ / ".judged"), rows_(std::move(rows)) {
  make_private_folder(records_);
  if (const std::string why = write(); !why.empty()) throw BadInput{why};
}

std::string ClassResults::write() const {
  const std::vector<ClassRow>& rows = rows_;
  for (const auto& [name, page] :
       {std::pair{"class.csv", &write_class_csv}, std::pair{"class.html", &write_class_html},
        std::pair{"lecture.html", &write_lecture_html}}) {
    auto why =
        why_not_written(folder_ / name, [&, write_page = page](std::ostream& out) { write_page(out, rows); });
    if (!why.empty()) return why;
  }
  return {};
}

void ClassResults::set(std::size_t index, ClassRow row, std::string_view remark) {
  const std::string line =
      shown(owner_text(row.submission, row.folder)) + ", " + row.half + ": " +
      (row.outcome == ProgramOutcome::judged ? totals_text(row.report) : shown(row.problem)) +
      std::string(remark) + '\n';
  const MutexLock lock(mutex_);
  rows_[index] = std::move(row);
  class_not_written_ = write();  // the next one may find room
  is_told_ &= put_or_drop(STDOUT_FILENO, line);
}

void ClassResults::tell(const std::string& line) {
  const MutexLock lock(mutex_);
  is_told_ &= put_or_drop(STDOUT_FILENO, line);
}

void ClassResults::note_not_written(const std::string& what) {
  const MutexLock lock(mutex_);
  reports_not_written_ += (reports_not_written_.empty() ? "" : "; ") + what;
}

ClassRow ClassResults::row(std::size_t index) const {
  const MutexLock lock(mutex_);
  return rows_[index];
}

std::size_t ClassResults::size() const {
  const MutexLock lock(mutex_);
  return rows_.size();
}

bool ClassResults::all_passed() const {
  const MutexLock lock(mutex_);
  return std::ranges::all_of(rows_, [](const ClassRow& row) {
    return row.outcome == ProgramOutcome::judged && row.report.totals().all_must_passed;
  });
}

std::string ClassResults::not_written() const {
  const MutexLock lock(mutex_);
  std::string all = reports_not_written_;
  const std::string stream = is_told_ ? "" : "standard output does not take what is to be printed";
  for (const std::string& one : {class_not_written_, stream})
    if (!one.empty()) all += (all.empty() ? "" : "; ") + one;
  return all;
}

fs::path ClassResults::record_file(const std::string& stem) const {
  return records_ / (stem + ".json");
}

Fingerprint ClassResults::fingerprint_of_reports(const std::string& stem) const {
  std::vector<std::string> names;
  for (const ProgramReport& report : program_reports) names.push_back(stem + report.ending);
  return fingerprint_of_files(folder_, names);
}

std::optional<ClassRow> ClassResults::recorded(const std::string& stem, const Fingerprint& run,
                                               const Fingerprint& folder) const {
  const fs::path record = record_file(stem);
  if (!fs::is_regular_file(fs::symlink_status(record))) return std::nullopt;
  std::ifstream file(record, std::ios::binary);
  return read_record(file, {run, folder, fingerprint_of_reports(stem)});
}

void ClassResults::forget(const std::string& stem) const {
  std::error_code error;
  fs::remove(record_file(stem), error);
}

void ClassResults::remove_reports(const std::string& stem) const {
  std::error_code error;
  for (const ProgramReport& one : program_reports) fs::remove(folder_ / (stem + one.ending), error);
}

void ClassResults::record(const std::string& stem, JudgedAs judged_as, const ClassRow& row) const {
  judged_as.reports = fingerprint_of_reports(stem);
  const auto why =
      why_not_written(record_file(stem), [&](std::ostream& out) { write_record(out, judged_as, row); });
  if (!why.empty()) put_or_drop(STDERR_FILENO, "parley-conform: " + why + ": --resume will judge it again\n");
}

}  // namespace parley::conform
