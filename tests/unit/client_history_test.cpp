// The lines that were typed, and the file that keeps them.

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "client/history.hpp"
#include "tests/support/parleyd.hpp"

using namespace parley::client;
namespace fs = std::filesystem;

namespace {

std::string lines_of(const History& history) {
  std::string out;
  for (std::size_t i = 0; i < history.size(); ++i) out += history.at(i) + "|";
  return out;
}

std::string content(const fs::path& file) {
  std::ostringstream out;
  out << std::ifstream(file).rdbuf();
  return out.str();
}

/// A folder with a history in it.
struct Kept {
  parley::test::TemporaryDirectory directory;
  fs::path file = fs::path(directory.path()) / "parley" / "history" / "here:5050";
};

}  // namespace

TEST_CASE("a line that is typed twice is kept once") {
  History history;
  for (const auto* const line : {"a", "b", "b", "", "a"}) history.add(line);
  CHECK(lines_of(history) == "a|b|a|");
}

TEST_CASE_FIXTURE(Kept, "what one run has typed the next one knows, and nobody else can read") {
  History first;
  REQUIRE_FALSE(first.open(file));
  first.add("@bob one");
  first.add("@bob two\n\tthree \\n caf\xc3\xa9");
  History second;
  REQUIRE_FALSE(second.open(file));
  CHECK(lines_of(second) == lines_of(first));
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600U);
  REQUIRE(::stat(file.parent_path().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0700U);
}

TEST_CASE_FIXTURE(Kept, "two runs at the same time lose nothing") {
  History first;
  History second;
  REQUIRE_FALSE(first.open(file));
  REQUIRE_FALSE(second.open(file));
  first.add("one");
  second.add("two");
  first.add("three");
  History third;
  REQUIRE_FALSE(third.open(file));
  CHECK(lines_of(third) == "one|two|three|");
}

TEST_CASE_FIXTURE(Kept, "a file that others can read, or have written to, does no harm") {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << "ok\n\x1b]0;x\a\x9bz\r\n\n\xff\nlast";
  fs::permissions(file, fs::perms::all);
  History history;
  REQUIRE_FALSE(history.open(file));
  CHECK(lines_of(history) == "ok|]0;xz\n||last|");
  struct stat status {};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0600U);
}

TEST_CASE_FIXTURE(Kept, "the file is bounded, by lines and by bytes, and keeps the newest") {
  fs::create_directories(file.parent_path());
  SUBCASE("lines") {
    std::ofstream out(file);
    for (int i = 0; i < 2000; ++i) out << "line " << i << "\n";
  }
  SUBCASE("bytes") {
    std::ofstream out(file);
    for (int i = 0; i < 2000; ++i) out << std::string(1000, 'x') << "\n";
    out << "line 1999\n";
  }
  History history;
  REQUIRE_FALSE(history.open(file));
  CHECK(history.size() == History::max_lines);
  CHECK(history.at(history.size() - 1) == "line 1999");
  CHECK(fs::file_size(file) < History::max_file_bytes);
  CHECK(content(file).ends_with("line 1999\n"));
}

TEST_CASE_FIXTURE(Kept, "the files are bounded, the one that was not used for longest goes") {
  fs::create_directories(file.parent_path());
  for (std::size_t i = 0; i < History::max_files; ++i) {
    const fs::path other = file.parent_path() / ("server" + std::to_string(i));
    std::ofstream(other) << "x\n";
    fs::last_write_time(other, fs::file_time_type::clock::now() - std::chrono::hours(i == 7 ? 100 : 1));
  }
  History history;
  REQUIRE_FALSE(history.open(file));
  CHECK(fs::exists(file));
  CHECK_FALSE(fs::exists(file.parent_path() / "server7"));
  CHECK(fs::exists(file.parent_path() / "server8"));
}

TEST_CASE_FIXTURE(Kept, "what cannot be a history is said, and nothing waits for it") {
  fs::create_directories(file.parent_path());
  SUBCASE("a folder") {
    fs::create_directory(file);
  }
  SUBCASE("a FIFO") {
    REQUIRE(::mkfifo(file.c_str(), 0600) == 0);
  }
  History history;
  const auto problem = history.open(file);
  REQUIRE(problem);
  CHECK(problem->find(file.string()) != std::string::npos);
  history.add("works all the same");
  CHECK(history.size() == 1);
}

TEST_CASE("the search goes backwards, in any case") {
  History history;
  for (const auto* const line : {"@bob Hello", "@carol hi", "@bob hello again"}) history.add(line);
  CHECK(history.find("HELLO", 3) == 2);
  CHECK(history.find("hello", 2) == 0);
  CHECK_FALSE(history.find("hello", 0));
  CHECK_FALSE(history.find("nothing", 3));
}

TEST_CASE("each server has a file of its own") {
  CHECK(history_file("/state", "Example.org", "5050") == "/state/history/example.org:5050");
  CHECK(history_file("/state", "::1", "5050") == "/state/history/::1:5050");
  CHECK(history_file("/state", "../a/b\n", "1") == "/state/history/..%2fa%2fb%0a:1");
}
