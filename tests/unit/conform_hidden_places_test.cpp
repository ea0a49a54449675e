#include <doctest/doctest.h>

#include <cstdlib>
#include <sstream>

#include "tests/conformance/command/hidden_places.hpp"
#include "tests/conformance/process/temporary_folder.hpp"
#include "tests/conformance/report/report_writers.hpp"

namespace parley::conform {
namespace {

const std::string copy = begin_of_temporary_folders() + "AbC123/submission";

std::vector<HiddenPlace> places() {
  return places_of("/srv/nowhere/class/ada", copy);
}

TEST_CASE("paths of this machine are told as the student knows them") {
  const auto shown = [](const std::string& text) { return without_places(text, places()); };
  CHECK(shown("/srv/nowhere/class/ada/client.profile: line 3") == "./client.profile: line 3");
  CHECK(shown("File \"" + copy + "/src/server.py\"") == "File \"./src/server.py\"");
  CHECK(shown("in /srv/nowhere/class/ada.") == "in ./.");
  CHECK(shown("cannot make " + begin_of_temporary_folders() + "Zz99zz.") == "cannot make ./.");
  CHECK(shown("in " + copy + ". It") == "in ./. It");
  CHECK(shown("--course '/srv/nowhere/class/grade.toml'") == "--course '../grade.toml'");
  CHECK(shown("cannot copy [" + begin_of_temporary_folders() + "Zz99zz/submission/x]") ==
        "cannot copy [./x]");
  CHECK(shown("cannot make " + begin_of_temporary_folders() + "Zz99zz: full") == "cannot make .: full");
  CHECK(shown("/usr/lib/python3/socket.py") == "/usr/lib/python3/socket.py");
  CHECK(shown("printed: \\n/srv/nowhere/class/ada\\n") == "printed: \\n.\\n");
  CHECK(shown("/srv/nowhere/class/adam") == "../adam");
  CHECK(shown("/srv/nowhere/classes/ada") == "/srv/nowhere/classes/ada");
  if (const char* home = std::getenv("HOME"); home != nullptr && std::string(home).size() > 1)
    CHECK(shown(std::string(home) + "/course/weights") == "~/course/weights");
}

TEST_CASE("the folder in the sandbox is told as the student knows it, and no other of that name is meant") {
  const auto shown = [](const std::string& text) { return without_places(text, places()); };
  CHECK(shown("File \"/submission/s.py\", line 2") == "File \"./s.py\", line 2");
  CHECK(shown("/submission") == ".");
  CHECK(shown("printed:\\n/submission/s.py:1") == "printed:\\n./s.py:1");
  CHECK(shown("/submission/submission/x") == "./submission/x");
  for (const std::string other : {"/submissions/x", "/submission-2", "/home/u/submission/x", "../submission",
                                  "~/submission/x", "http://h:80/submission"})
    CHECK(shown(other) == other);
}

TEST_CASE("no format of a report has a path of this machine, and the wire stays as it was") {
  const std::string secret = "/srv/nowhere/class/ada/server.py";
  Report report;
  report.subject = "server 'python3 " + secret + "'";
  report.problem = secret;
  for (const Status status : {Status::failed, Status::not_run}) {
    Result& result = report.results.emplace_back();
    result.id = status == Status::failed ? "D1.1-forward" : "D1.2-other";
    result.clause = find_clause("D1.1");
    result.status = status;
    result.reason = result.hint = result.tries = result.repeat_command = secret;
    if (status == Status::failed) {
      result.failure = Failure{"SENT", "nothing", "", std::nullopt, 0};
      result.failure->crash = secret;
    }
    result.transcript.add(result.transcript.add_lane("the server's output"), Happening::received, secret);
    result.transcript.add(result.transcript.add_lane("alice, sending"), Happening::received,
                          "SENT /srv/nowhere");
  }
  hide_places(report, places());
  std::ostringstream out;
  for (const auto write : {write_tap, write_junit, write_markdown, write_gradescope, write_autolab,
                           write_prairielearn, write_json, write_html})
    write(out, report);
  write_vpl(out, report, 100);
  CHECK(out.str().find("nowhere/class") == std::string::npos);
  CHECK(out.str().find("./server.py") != std::string::npos);
  CHECK(report.results[0].transcript.entries()[1].bytes == "SENT /srv/nowhere");
}

}  // namespace
}  // namespace parley::conform
