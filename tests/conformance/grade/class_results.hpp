#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_annotations.hpp"
#include "tests/conformance/grade/class_record.hpp"
#include "tests/conformance/report/class_matrix.hpp"

namespace parley::conform {

/// A report that each program of a class has: the format, and the end of the file's name.
struct ProgramReport {
  const char* format;
  const char* ending;
};
inline constexpr std::array program_reports{
    ProgramReport{"html", ".html"}, ProgramReport{"json", ".json"}, ProgramReport{"junit", ".junit.xml"},
    ProgramReport{"markdown", ".md"}, ProgramReport{"gradescope", ".gradescope.json"}};

/// The rows of a class and its files in the output folder, which are written anew whenever a program was
/// judged: whoever reads class.csv or class.html meanwhile sees a whole one. Any thread.
class ClassResults {
 public:
  /// `rows`: every program in the order of the page, none of them judged. Throws BadInput when the folder,
  /// which no other run may write to, cannot be written to.
  ClassResults(std::filesystem::path folder, std::vector<ClassRow> rows);

  /// Prints a line on standard output.
  void tell(const std::string& line);

  /// A row has its result, which is told with the `remark`.
  void set(std::size_t index, ClassRow row, std::string_view remark = {});

  /// A row that an earlier run has recorded, whose reports are still as they were written.
  std::optional<ClassRow> recorded(const std::string& stem, const Fingerprint& run,
                                   const Fingerprint& folder) const;

  /// Before the reports that belong to a record are written.
  void forget(const std::string& stem) const;

  /// Reports of an earlier run, of what could not be judged now.
  void remove_reports(const std::string& stem) const;

  /// So that recorded() finds it, once its reports are written. Says on stderr when that cannot be.
  void record(const std::string& stem, JudgedAs judged_as, const ClassRow& row) const;

  /// Of the reports of one program, a sentence part.
  void note_not_written(const std::string& what);

  /// What could not be written; empty when everything was.
  std::string not_written() const;

  ClassRow row(std::size_t index) const;
  std::size_t size() const;

  /// Whether every program was judged, and has passed all that it must.
  bool all_passed() const;

 private:
  Fingerprint fingerprint_of_reports(const std::string& stem) const;
  std::filesystem::path record_file(const std::string& stem) const;
  std::string write() const REQUIRES(mutex_);

  const std::filesystem::path folder_;
  const std::filesystem::path records_;
  mutable Mutex mutex_;
  std::vector<ClassRow> rows_ GUARDED_BY(mutex_);
  std::string reports_not_written_ GUARDED_BY(mutex_);
  bool is_told_ GUARDED_BY(mutex_) = true;
  std::string class_not_written_ GUARDED_BY(mutex_);  // when it was last tried
};

}  // namespace parley::conform
