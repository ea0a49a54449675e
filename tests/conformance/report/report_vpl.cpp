#include <array>
#include <cstdio>
#include <ostream>
#include <sstream>
#include <string>

#include "tests/conformance/report/report.hpp"
#include "tests/conformance/report/report_brief.hpp"
#include "tests/conformance/report/report_writers.hpp"

namespace parley::conform {

void write_vpl(std::ostream& out, const Report& report, double best_grade) {
  const Report::Totals totals = report.totals();
  const double share = totals.max_score > 0 ? static_cast<double>(totals.score) / totals.max_score : 0;
  std::array<char, 32> grade{};
  std::snprintf(grade.data(), grade.size(), "%.2f", share * best_grade);
  out << "<|--\n-parley-conform\n";
  std::istringstream lines(brief_text(report, vpl_text_bytes));
  for (std::string line; std::getline(lines, line);) out << '>' << line << '\n';
  out << "--|>\nGrade :=>> " << grade.data() << '\n';
}

}  // namespace parley::conform
