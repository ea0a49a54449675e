// Writes the sample reports in every format, to look at: conform_report_samples DIRECTORY
#include <fstream>
#include <iostream>
#include <string>

#include "tests/conformance/report/report_console.hpp"
#include "tests/conformance/report/report_writers.hpp"
#include "tests/unit/conform_report_sample.hpp"

using namespace parley::conform;

namespace {

bool write_all(const std::string& stem, const Report& report) {
  bool good = true;
  const auto write = [&](const char* ending, auto writer) {
    std::ofstream out(stem + ending, std::ios::binary);
    writer(out, report);
    out.close();
    if (!out) std::cerr << "can not write " << stem << ending << '\n';
    good = good && out;
  };
  write(".txt", [](std::ostream& out, const Report& r) { write_console(out, r, {false, true}); });
  write(".ansi", [](std::ostream& out, const Report& r) { write_console(out, r, {true, false}); });
  write(".tap", write_tap);
  write(".xml", write_junit);
  write(".gradescope.json", write_gradescope);
  write(".md", write_markdown);
  write(".autolab.txt", write_autolab);
  write(".prairielearn.json", write_prairielearn);
  write(".vpl.txt", [](std::ostream& o, const Report& r) { write_vpl(o, r, 100); });
  write(".json", write_json);
  write(".html", write_html);
  return good;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: conform_report_samples DIRECTORY\n";
    return 2;
  }
  const std::string directory = argv[1];
  const bool good = write_all(directory + "/sample", parley::test::sample_report()) &&
                    write_all(directory + "/hostile", parley::test::hostile_report()) &&
                    write_all(directory + "/empty", Report{});
  return good ? 0 : 1;
}
