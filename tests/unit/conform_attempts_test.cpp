#include <doctest/doctest.h>

#include <cerrno>
#include <future>
#include <system_error>
#include <vector>

#include "tests/conformance/bench/link.hpp"
#include "tests/conformance/probe/attempts.hpp"

namespace parley::conform {
namespace {

TEST_CASE("the first that passes is told, also when one behind it has passed before") {
  std::promise<void> second_is_done;
  const auto passed = Attempts(2).first_that_passes(2, [&](std::size_t number) {
    if (number == 1)
      second_is_done.set_value();
    else
      second_is_done.get_future().wait();
    return true;
  });
  CHECK(passed == 0);
}

TEST_CASE("none is begun behind one that has passed") {
  std::vector<std::size_t> begun;
  const auto passed = Attempts(1).first_that_passes(4, [&](std::size_t number) {
    begun.push_back(number);
    return number == 1;
  });
  CHECK(passed == 1);
  CHECK(begun == std::vector<std::size_t>{0, 1});
}

TEST_CASE("when none passes all have been tried") {
  for (const std::size_t at_once : {1U, 3U}) {
    std::vector<char> tried(7);
    const auto passed = Attempts(at_once).first_that_passes(tried.size(), [&](std::size_t number) {
      tried[number] = 1;
      return false;
    });
    CHECK(!passed);
    CHECK(tried == std::vector<char>(7, 1));
  }
}

TEST_CASE("what went wrong is told in words") {
  const Attempts attempts(1);
  CHECK(!attempts.problem_in([] {}));
  CHECK(attempts.problem_in([] {
    throw CaseFailed{{"x", "other bytes", "\x01", {}, 0}};
  }) == "other bytes: \"\\x01\"");
  CHECK(attempts.problem_in([] { throw std::system_error(std::make_error_code(std::errc::io_error)); })
            .has_value());
}

TEST_CASE("a shortage of this machine is not told as the program's fault") {
  const Attempts attempts(2);
  const auto is_told_apart = [&](int error) {
    try {
      (void)attempts.problem_in([&] { throw std::system_error(error, std::generic_category(), "a socket"); });
    } catch (const std::system_error& shortage) {
      return shortage.code().value() == error;
    }
    return false;
  };
  CHECK(is_told_apart(EMFILE));
  CHECK(is_told_apart(ENOMEM));
  CHECK(!is_told_apart(ECONNREFUSED));
  CHECK_THROWS_AS((void)attempts.first_that_passes(3,
                                                   [&](std::size_t) -> bool {
                                                     return !attempts.problem_in([] {
                                                       throw std::system_error(EMFILE,
                                                                               std::generic_category());
                                                     });
                                                   }),
                  std::system_error);
}

}  // namespace
}  // namespace parley::conform
