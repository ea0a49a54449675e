#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <iterator>

#include "tests/conformance/command/locked_output_folder.hpp"
#include "tests/conformance/model/bad_input.hpp"
#include "tests/conformance/process/as_account.hpp"
#include "tests/conformance/process/atomic_write.hpp"
#include "tests/conformance/process/private_copy.hpp"
#include "tests/support/contains.hpp"
#include "tests/unit/conform_folder.hpp"

namespace parley::conform {
namespace {

namespace fs = std::filesystem;
using parley::test::contains;
using test::Folder;

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string why_not_put(const fs::path& path, const std::string& text) {
  return why_not_written(path, [&](std::ostream& out) { out << text; });
}

/// Why it cannot be copied, a sentence part; empty when it can.
std::string why_not_copied(const fs::path& original) try {
  Confinement confinement;
  const PrivateCopy copy(original, confinement);
  return {};
} catch (const BadInput& bad) {
  return bad.what;
}

}  // namespace

TEST_CASE("what is written takes the place of what was there, and follows no link") {
  const Folder folder;
  folder.write("other", "somebody else's");
  const fs::path report = folder.path() / "report";
  fs::create_symlink(folder.path() / "other", report);
  CHECK(why_not_put(report, "new").empty());
  CHECK(fs::symlink_status(report).type() == fs::file_type::regular);
  CHECK(text_of(report) == "new");
  CHECK(text_of(folder.path() / "other") == "somebody else's");
  fs::remove(report);
  REQUIRE(::mkfifo(report.c_str(), 0600) == 0);
  CHECK(why_not_put(report, "new").empty());
  CHECK(text_of(report) == "new");
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 2);
}

TEST_CASE("what cannot be written leaves nothing, and says why") {
  const Folder folder;
  folder.write("report/inside", "");
  CHECK(contains(why_not_put(folder.path() / "report", "x"), "report: Is a directory"));
  CHECK(contains(why_not_put(folder.path() / "nowhere/report", "x"), "No such file or directory"));
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("a copy has files, folders and links, and nothing else") {
  const Folder folder;
  folder.write("source/deep/file", "text");
  fs::create_symlink("/etc/passwd", folder.path() / "source/link");
  REQUIRE(::mkfifo((folder.path() / "source/pipe").c_str(), 0600) == 0);
  Confinement confinement;
  fs::path place;
  {
    const PrivateCopy copy(folder.path() / "source", confinement);
    place = confinement.folder;
    CHECK(text_of(place / "deep/file") == "text");
    CHECK(fs::is_symlink(place / "link"));
    CHECK_FALSE(fs::exists(fs::symlink_status(place / "pipe")));
  }
  CHECK_FALSE(fs::exists(place));
}

TEST_CASE("what is too much is not copied") {
  const Folder folder;
  folder.write("large/file", "");
  CHECK(why_not_copied(folder.path() / "large").empty());
  fs::resize_file(folder.path() / "large/file", most_bytes_of_copy + 1);
  CHECK(contains(why_not_copied(folder.path() / "large"), "has more than 1 GiB"));
  fs::path deep = folder.path() / "deep";
  for (int i = 0; i < 103; ++i) deep /= "d";
  fs::create_directories(deep);
  CHECK(contains(why_not_copied(folder.path() / "deep"), "too much to be copied"));
}

TEST_CASE("the folder for the reports of a class is one run's, and no link of somebody's") {
  const Folder folder;
  Options options;
  options.folder = folder.path().string();
  {
    const LockedOutputFolder first(options);
    CHECK(first.path() == folder.path() / "reports");
    CHECK_THROWS_AS(LockedOutputFolder{options}, BadInput);
  }
  CHECK_FALSE(has_reports(folder.path() / "reports"));
  folder.write("reports/class.csv", "");
  CHECK(has_reports(folder.path() / "reports"));
  fs::rename(folder.path() / "reports", folder.path() / "elsewhere");
  fs::create_directory_symlink(folder.path() / "elsewhere", folder.path() / "reports");
  CHECK_THROWS_AS(LockedOutputFolder{options}, BadInput);
  options.output = (folder.path() / "reports").string();  // whoever names it means it
  CHECK_NOTHROW(LockedOutputFolder{options});
}

TEST_CASE("what is so for another account") {
  const Account other{61'237, 61'237};
  const bool is_root = ::geteuid() == 0;
  CHECK(is_so_for(other, [] { return ::geteuid() == 61'237 && ::getgroups(0, nullptr) == 0; }) == is_root);
  CHECK_FALSE(is_so_for(other, [] { return false; }));
  CHECK_FALSE(is_so_for(other, [] { return ::setuid(0) == 0; }));
}

}  // namespace parley::conform
