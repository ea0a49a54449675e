#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>

#include "tests/conformance/process/remove_tree.hpp"
#include "tests/conformance/process/shortage.hpp"

namespace parley::conform {
namespace {

namespace fs = std::filesystem;

std::system_error error_of(int number) {
  return std::system_error(number, std::generic_category(), "it");
}

TEST_CASE("what the machine may have again is told from what will not change") {
  for (const int number : {EAGAIN, ENOMEM, EMFILE, ENFILE, ENOSPC})
    CHECK(is_shortage({number, std::generic_category()}));
  for (const int number : {EPERM, EACCES, ENOENT, EINVAL})
    CHECK_FALSE(is_shortage({number, std::generic_category()}));
  CHECK_FALSE(is_shortage({EAGAIN, std::iostream_category()}));
  CHECK(tells_of_shortage("bwrap: Can't fork for pid 1: Resource temporarily unavailable\n"));
  CHECK_FALSE(tells_of_shortage("bwrap: setting up uid map: Permission denied\n"));
  CHECK(is_shortage(error_of(EMFILE)));
  CHECK_FALSE(is_shortage(error_of(EACCES)));
  CHECK(is_shortage(std::bad_alloc()));
  CHECK(is_shortage(std::runtime_error("no sandbox can be made: 'bwrap: fork: Cannot allocate memory'")));
  CHECK_FALSE(is_shortage(std::runtime_error("a clause that is not there")));
}

TEST_CASE("a shortage that passes is waited for, anything else is not") {
  int attempts = 0;
  CHECK(patiently([&] {
          if (++attempts < 3) throw error_of(EAGAIN);
          return 42;
        }) == 42);
  CHECK(attempts == 3);
  attempts = 0;
  CHECK_THROWS_AS(patiently([&]() -> int {
                    ++attempts;
                    throw error_of(EPERM);
                  }),
                  std::system_error);
  CHECK(attempts == 1);
}

TEST_CASE("a tree is removed however deep it is, and no link is followed") {
  std::string name = (fs::temp_directory_path() / "parley.XXXXXX").string();
  REQUIRE(::mkdtemp(name.data()) != nullptr);
  const fs::path top = name;
  const fs::path kept = top.string() + ".kept";
  std::ofstream(kept) << "x";
  fs::create_directory(top / "wide");
  for (int i = 0; i < 20; ++i) {
    const fs::path place = top / "wide" / std::to_string(i);
    fs::create_directory(place);
    fs::create_symlink(kept, place / "link");
    fs::create_directory_symlink(fs::temp_directory_path(), place / "folder");
    ::chmod(place.c_str(), 0);
  }
  const fs::path here = fs::current_path();
  fs::current_path(top);
  constexpr int more_than_a_path_or_descriptors = 1'200;
  for (int i = 0; i < more_than_a_path_or_descriptors; ++i) {
    REQUIRE(::mkdir("deep", S_IRWXU) == 0);
    REQUIRE(::chdir("deep") == 0);
  }
  fs::current_path(here);
  CHECK(remove_tree(top));
  CHECK_FALSE(fs::exists(top));
  CHECK(fs::exists(kept));
  fs::remove(kept);
  CHECK_FALSE(remove_tree(top));
}

}  // namespace
}  // namespace parley::conform
