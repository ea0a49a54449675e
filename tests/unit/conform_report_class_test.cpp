#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <unistd.h>

#include "tests/conformance/report/anonymous.hpp"
#include "tests/conformance/report/class_matrix.hpp"
#include "tests/conformance/report/lecture.hpp"
#include "tests/conformance/report/report_csv.hpp"
#include "tests/conformance/report/report_markup.hpp"
#include "tests/conformance/report/report_names.hpp"
#include "tests/support/contains.hpp"
#include "tests/unit/conform_report_sample.hpp"

using namespace parley::conform;
using parley::test::contains;

namespace {

Result result_of(const char* clause, Status status) {
  Result result;
  result.clause = find_clause(clause);
  REQUIRE(result.clause != nullptr);
  result.id = std::string(clause) + "-case";
  result.title = "what is tried";
  result.status = status;
  if (status == Status::failed) {
    result.failure = Failure{"SENT", "nothing", "", std::nullopt, 0};
    result.hint = "The hint of " + result.id + '.';
  }
  return result;
}

ClassRow row_of(const std::string& folder, std::vector<Result> results) {
  ClassRow row{"Name of " + folder, "server", folder + "-server.html", {}, {}, folder};
  row.report.subject = "server 'python3 server.py {port}'";
  row.report.results = std::move(results);
  return row;
}

std::vector<ClassRow> small_class() {
  using enum Status;
  std::vector<ClassRow> rows{
      row_of("ada", {result_of("F2.1", passed), result_of("D2.1", passed), result_of("D2.2", passed)}),
      row_of("C#-smith", {result_of("F2.1", passed), result_of("D2.1", failed), result_of("D2.2", skipped)}),
      row_of("=x", {result_of("F2.1", failed), result_of("D2.1", failed), result_of("D2.2", not_run)})};
  rows[1].report.results[2].blocked_by = "D2.1-case";
  ClassRow broken = row_of("broken", {result_of("F2.1", not_run), result_of("D2.1", not_run)});
  broken.problem = broken.report.problem = "'make' exited with code 2, having printed: <b>no</b>";
  broken.outcome = ProgramOutcome::does_not_build;
  rows.push_back(broken);
  return rows;
}

std::string written(void (*writer)(std::ostream&, const std::vector<ClassRow>&),
                    const std::vector<ClassRow>& rows) {
  std::ostringstream out;
  writer(out, rows);
  REQUIRE(out);
  return std::move(out).str();
}

// check_report_page.py has nothing to say; `links` are what the page may lead to.
bool is_sound(const std::string& page, const std::string& links) {
  const auto path =
      std::filesystem::temp_directory_path() / ("parley-class-" + std::to_string(getpid()) + ".html");
  std::ofstream(path, std::ios::binary) << page;
  const std::string command = "python3 '" PARLEY_SOURCE_DIR "/tests/unit/check_report_page.py' '" +
                              path.string() + "' class.csv lecture.html " + links;
  const bool good = std::system(command.c_str()) == 0;
  std::filesystem::remove(path);
  return good;
}

}  // namespace

TEST_CASE("reports are named after their folders, and no two alike") {
  const std::string long_name(250, 'x');
  const std::vector<std::string> folders{"C#-smith", "J\xc3\xb6rg", "Smith",   "a\nb",         "a_b",
                                         "bad\xff",  "smith",       long_name, long_name + 'y'};
  const auto names = report_names(folders);
  CHECK(names[0] == "C#-smith");
  CHECK(names[1] == "J\xc3\xb6rg");
  CHECK(names[2] == "Smith");
  CHECK(names[3] == "a_b~2");
  CHECK(names[4] == "a_b");
  CHECK(names[5] == "bad_");
  CHECK(names[6] == "smith~2");
  CHECK(names[7] == std::string(100, 'x'));
  CHECK(names[8] == std::string(100, 'x') + "~2");
}

TEST_CASE("links are encoded byte by byte") {
  CHECK(link_to("C#-smith-server.html") == "C%23-smith-server.html");
  CHECK(link_to("team?1 50%41 <b>\"'") == "team%3F1%2050%2541%20%3Cb%3E%22%27");
  CHECK(link_to("javascript:x") == "javascript%3Ax");
  CHECK(link_to("J\xc3\xb6rg") == "J%C3%B6rg");
}

TEST_CASE("a field of the CSV is no formula, wherever a spreadsheet splits it") {
  CHECK(csv_field("ada") == "\"ada\"");
  CHECK(csv_field("=cmd") == "\"'=cmd\"");
  CHECK(csv_field("-1+@") == "\"'-1+@\"");
  CHECK(csv_field("a;=x") == "\"a;'=x\"");
  CHECK(csv_field("a, \"@x") == "\"a, \"\"'@x\"");
  CHECK(csv_field("a-b=c") == "\"a-b=c\"");
}

TEST_CASE("class.csv: whose, the totals, what blocks, what to mend first, then the clauses") {
  const std::string csv = written(write_class_csv, small_class());
  CHECK(csv.starts_with(
      "folder,name,half,score,max_score,passed,failed,untried,blocking_case,root_cause,problem,"
      "F2.1,D2.1,D2.2\r\n"));
  CHECK(contains(csv, "\"ada\",\"Name of ada\",server,3,3,3,0,0,\"\",\"\",\"\",pass,pass,pass\r\n"));
  CHECK(contains(
      csv,
      "\"C#-smith\",\"Name of C#-smith\",server,1,3,1,1,1,\"D2.1-case\",\"The hint of D2.1-case.\",\"\","
      "pass,fail,skipped\r\n"));
  CHECK(contains(csv, "\"'=x\""));
  CHECK(
      contains(csv,
               "\"broken\",\"Name of broken\",server,0,2,0,0,2,\"\",\"\",\"'make' exited with code 2, having "
               "printed: <b>no</b>\",not run,not run,\r\n"));
}

TEST_CASE("class.html: every row leads to its report, totals come first, and the script has its columns") {
  const std::string page = written(write_class_html, small_class());
  CHECK(is_sound(page, "ada-server.html C%23-smith-server.html %3Dx-server.html broken-server.html"));
  CHECK(contains(page, "<a href=\"C%23-smith-server.html\">Name of C#-smith</a><small>C#-smith</small>"));
  CHECK(contains(page, "<b>4</b> programs"));
  CHECK(contains(page, "<b>1</b> could not be tried"));
  CHECK(contains(page, "&lt;b&gt;no&lt;/b&gt;"));
  CHECK(page.find("class=\"legend\"") < page.find("<table"));
  CHECK(!contains(page, "<b>no</b>"));
}

TEST_CASE("lecture.html: what most fail comes first, and nobody is named") {
  auto rows = small_class();
  Transcript& transcript = rows[1].report.results[1].transcript;
  const auto lane = transcript.add_lane("alice5, sending");
  transcript.add(lane, Happening::sent, "SEND bob5\nContent-length: 2\n\nhi");
  transcript.add(lane, Happening::received, "SENT bob5 by Smith's server, x\n\n");
  const std::string page = written(write_lecture_html, rows);
  CHECK(is_sound(page, ""));
  CHECK(contains(page, "<b>66 %</b> fail D2.1"));
  CHECK(contains(page, "2 of 3 servers"));
  CHECK(page.find("fail D2.1") < page.find("fail F2.1"));
  CHECK(contains(page, "SENT bob5 [...] [...]'[...] [...], [...]"));
  for (const char* secret : {"mith", "Name of", "ada", "make", "python3"})
    CHECK_MESSAGE(!contains(page, secret), secret);
}

TEST_CASE("lecture.html: a program that died does not speak for itself") {
  auto rows = small_class();
  Result& died = rows[1].report.results[1];
  died.failure->crash = died.hint = "It has died of this: KeyError: 'Smith' (/home/smith/server.py, line 3)";
  const std::string page = written(write_lecture_html, rows);
  CHECK(contains(page, "dies of an exception"));
  CHECK(!contains(page, "mith"));
}

namespace {

/// Of an exchange in which the suite, then the program, has said something.
std::string said_after(const std::string& sent, const std::string& received, const std::string& name = "") {
  Transcript transcript;
  const auto alice = transcript.add_lane("alice7, sending");
  transcript.add(alice, Happening::sent, sent);
  transcript.add(alice, Happening::received, received);
  Words identities;
  add_words(identities, name);
  return anonymous(transcript, identities).entries().at(1).bytes;
}

}  // namespace

TEST_CASE("anonymous: the suite's words and the protocol's are kept, those of a program are not") {
  Transcript transcript;
  const auto output = transcript.add_lane("the server's output");
  const auto alice = transcript.add_lane("alice7, sending");
  transcript.add(output, Happening::received, "Ada's server listens in /home/ada");
  transcript.add(alice, Happening::sent, "SEND bob7\nContent-length: 6\n\nh\xc3\xa9llo");
  transcript.add(alice, Happening::received,
                 "ERROR 102 Unable to send, says Ada 20261234\n\nh\xc3\xa9l bob7");
  transcript.add(alice, Happening::note, "the suite ends its side of the stream");
  const Transcript safe = anonymous(transcript, {});
  REQUIRE(safe.lanes() == transcript.lanes());
  REQUIRE(safe.entries().size() == 3);
  CHECK(safe.entries()[0].bytes == transcript.entries()[1].bytes);
  CHECK(safe.entries()[1].bytes == "ERROR 102 Unable to send, [...] [...] [...]\n\nh\xc3\xa9l bob7");
  CHECK(safe.entries()[2].bytes == "the suite ends its side of the stream");
}

TEST_CASE("anonymous: short names and numbers are no less a name") {
  const std::string sent = "SEND bob7\nContent-length: 18\n\ngood morning, bob\n";
  CHECK(said_after(sent, "SENT al") == "SENT [...]");
  CHECK(said_after(sent, "SENT o g bo") == "SENT [...] [...] [...]");
  CHECK(said_after(sent, "SENT 4711 by 12") == "SENT [...] [...] [...]");
  CHECK(said_after(sent, "ERROR 102 x 102") == "ERROR 102 [...] [...]");
  CHECK(said_after(sent, "FORWARD alice7\nContent-length: 17\n\ngood morn") ==
        "FORWARD alice7\nContent-length: 17\n\ngood morn");
  CHECK(said_after(sent, "Content-length: 123456") == "Content-length: [...]");
  CHECK(said_after(sent, "morning bob, says Good", "Morning, A.") == "[...] bob, [...] Good");
  CHECK(said_after(sent, "SENT bob7 ok", "sent") == "SENT bob7 [...]");
}

TEST_CASE("anonymous: a name that the program brought is one where the suite repeats it, too") {
  Transcript transcript;
  const auto socket = transcript.add_lane("a socket");
  transcript.add(socket, Happening::received, "REGISTER TOSEND Ada\n\n");
  transcript.add(socket, Happening::sent, "REGISTERED TOSEND Ada\n\n");
  transcript.add(socket, Happening::received, "SEND Ada");
  const Transcript safe = anonymous(transcript, {});
  CHECK(safe.entries()[0].bytes == "REGISTER TOSEND [...]\n\n");
  CHECK(safe.entries()[1].bytes == "REGISTERED TOSEND [...]\n\n");
  CHECK(safe.entries()[2].bytes == "SEND [...]");
}

TEST_CASE("pages of a class with hostile names and results are sound") {
  ClassRow row{parley::test::hostile_text(),   "client", parley::test::hostile_text() + ".html",
               parley::test::hostile_report(), {},       parley::test::hostile_text()};
  row.report.subject = "client " + row.report.subject;
  const std::vector<ClassRow> rows{row, row};
  CHECK(is_sound(written(write_class_html, rows), '\'' + link_to(row.report_file) + '\''));
  CHECK(is_sound(written(write_lecture_html, rows), ""));
  CHECK(is_sound(written(write_class_html, {}), ""));
  CHECK(is_sound(written(write_lecture_html, {}), ""));
}
