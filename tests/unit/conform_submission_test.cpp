#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "tests/conformance/command/bounded_read.hpp"
#include "tests/conformance/command/submission.hpp"
#include "tests/conformance/model/bad_input.hpp"
#include "tests/support/contains.hpp"
#include "tests/unit/conform_folder.hpp"

namespace parley::conform {
namespace {

namespace fs = std::filesystem;
using parley::test::contains;
using test::Folder;

const std::string a_server = "[server]\nstart = \"true\"\n";

Submission read_one(const Folder& folder, const std::string& name) {
  Options options;
  options.folder = folder.path();
  const auto all = read_submissions(options);
  const auto found =
      std::ranges::find(all, fs::path(name), [](const Submission& one) { return one.folder.filename(); });
  REQUIRE(found != all.end());
  return *found;
}

std::string problem_of(const Folder& folder, const std::string& name) {
  return read_one(folder, name).problem;
}

TEST_CASE("a link among the submissions is told, and nothing of it is judged") {
  const Folder folder;
  const Folder elsewhere;
  folder.write("ada/grade.toml", a_server);
  elsewhere.write("grade.toml", a_server);
  fs::create_symlink("ada", folder.path() / "mallory");
  fs::create_symlink(elsewhere.path(), folder.path() / "outside");
  fs::create_symlink("nobody", folder.path() / "lost");
  fs::create_symlink("ada/grade.toml", folder.path() / "a-file");
  CHECK(problem_of(folder, "ada").empty());
  CHECK(contains(problem_of(folder, "mallory"), "a link to the submission 'ada'"));
  CHECK(contains(problem_of(folder, "outside"), "a link to a folder elsewhere"));
  CHECK(contains(problem_of(folder, "lost"), "a link that leads nowhere"));
  CHECK(read_one(folder, "mallory").programs.empty());
  for (const char* name : {"mallory", "outside"})
    CHECK_FALSE(contains(problem_of(folder, name), folder.path().parent_path().string()));
  Options options;
  options.folder = folder.path();
  CHECK(read_submissions(options).size() == 4);
}

TEST_CASE("a link in a submission to another one is told, and one to the system is fine") {
  const Folder folder;
  folder.write("ada/grade.toml", a_server);
  folder.write("ada/server.py", "");
  for (const char* name : {"bob", "eve", "joe"}) folder.write(std::string(name) + "/src/own.py", "");
  folder.write("bob/grade.toml", a_server);
  folder.write("joe/grade.toml", a_server);
  fs::create_symlink("../../ada/server.py", folder.path() / "bob/src/server.py");
  fs::create_symlink("../ada/grade.toml", folder.path() / "eve/grade.toml");
  fs::create_symlink("/usr/bin/env", folder.path() / "joe/env");
  fs::create_symlink("own.py", folder.path() / "joe/src/link.py");
  fs::create_symlink("..", folder.path() / "joe/src/up");
  CHECK(problem_of(folder, "bob") ==
        "Its src/server.py is a link to what is in 'ada', another folder of the class.");
  CHECK(contains(problem_of(folder, "eve"), "Its grade.toml is a link to what is in 'ada'"));
  CHECK(problem_of(folder, "joe").empty());
}

TEST_CASE("what is wrong with a text of grade.toml is told with its line") {
  const Folder folder;
  const auto problem = [&](const std::string& settings) {
    folder.write("ada/grade.toml", settings);
    return problem_of(folder, "ada");
  };
  CHECK(problem("name = \"" + std::string(200, 'x') + "\"\n" + a_server).empty());
  CHECK(contains(problem("\nname = \"" + std::string(201, 'x') + "\"\n" + a_server),
                 "line 2: name must have at most 200 bytes"));
  CHECK(contains(problem("[server]\nstart = \"" + std::string(8193, 'x') + '"'),
                 "line 2: start must have at most 8192"));
  CHECK(contains(problem("[client]\nstart = \"x\"\nprofile = \"" + std::string(1025, 'x') + '"'),
                 "line 3: profile must have at most 1024"));
  for (const std::string settings :
       {"name = \"a\\u0000\"", "build = \"a\\u0000\"", "[server]\nstart = \"a\\u0000\"",
        "[client]\nstart = \"x\"\nprofile = \"a\\u0000\"",
        "[server]\nstart = \"x\"\n[[server.answers]]\nquestion = \"a\\u0000\"\nanswer = \"\"",
        "[server]\nstart = \"x\"\n[[server.answers]]\nquestion = \"a\"\nanswer = \"\\u0000\""}) {
    CHECK_MESSAGE(contains(problem(settings), " must not have \\u0000 in it"), settings);
    CHECK_MESSAGE(contains(problem(settings), "line "), settings);
  }
  CHECK(contains(problem("[server]\nstart = \"x\"\nport = 0"), "line 3: a port is a number"));
  const std::string long_key = problem(std::string(60'000, 'x') + " = 1");
  CHECK(contains(long_key, "line 1: it has no use for 'xxx"));
  CHECK(long_key.size() < 500);
  CHECK(contains(problem(std::string(8'000'000, '#')), "it is over 64 KiB"));
  std::string deep;
  for (int i = 0; i < 5'000; ++i) deep += "a.";
  CHECK(contains(problem(deep + "a = 1"), "line 1: it has no use for 'a'"));
}

TEST_CASE("a grade.toml that cannot be read is not one that is not there") {
  const Folder folder;
  for (const char* name : {"circle", "lost", "pipe", "closed", "none"})
    fs::create_directory(folder.path() / name);
  fs::create_symlink("grade.toml", folder.path() / "circle/grade.toml");
  fs::create_symlink("nothing", folder.path() / "lost/grade.toml");
  REQUIRE(::mkfifo((folder.path() / "pipe/grade.toml").c_str(), 0600) == 0);
  CHECK(contains(problem_of(folder, "circle"), "cannot be read: Too many levels of symbolic links"));
  CHECK(contains(problem_of(folder, "lost"), "cannot be read: it is a link that leads nowhere"));
  CHECK(contains(problem_of(folder, "pipe"), "no file of its folder"));
  CHECK(contains(problem_of(folder, "none"), "there is no grade.toml"));
  if (::geteuid() == 0) return;  // who may read everything
  folder.write("closed/grade.toml", a_server);
  for (const char* closed : {"closed/grade.toml", "closed"}) {
    fs::permissions(folder.path() / closed, fs::perms::none);
    CHECK(contains(problem_of(folder, "closed"), "cannot be read: Permission denied"));
    fs::permissions(folder.path() / closed, fs::perms::owner_all);
  }
}

TEST_CASE("a file that people have written is read up to a limit, and none is waited for") {
  const Folder folder;
  folder.write("short", "12345678");
  REQUIRE(::mkfifo((folder.path() / "pipe").c_str(), 0600) == 0);
  CHECK(read_text_file(folder.path() / "short", 8).text == "12345678");
  CHECK(contains(read_text_file(folder.path() / "short", 7).problem, "it is over"));
  CHECK(read_text_file(folder.path() / "pipe", 8).problem == "nobody writes to it");
  CHECK(read_text_file(folder.path(), 8).problem == "Is a directory");
  CHECK(read_text_file(folder.path() / "none", 8).problem == "No such file or directory");
  CHECK(read_text_file("/dev/null", 8).problem.empty());
  CHECK(contains(read_text_file("/dev/zero", 8).problem, "it is over"));
  CHECK_THROWS_AS(text_of_file(folder.path() / "none", 8), BadInput);
}

}  // namespace
}  // namespace parley::conform
