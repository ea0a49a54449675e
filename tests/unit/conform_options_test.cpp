#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/conformance/command/options.hpp"

using namespace parley::conform;
using std::chrono::milliseconds;

namespace {

Options parsed(std::vector<std::string> words) {
  words.insert(words.begin(), "parley-conform");
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  ExitCode exit_code{};
  const auto options = parse_options(static_cast<int>(pointers.size()), pointers.data(), exit_code);
  REQUIRE(options);
  return *options;
}

}  // namespace

TEST_CASE("the budget is what was said, and only a class has one by itself") {
  CHECK(parsed({"server", "127.0.0.1:1"}).settings.budget == milliseconds{0});
  CHECK(parsed({"server", "127.0.0.1:1", "--budget", "180"}).settings.budget == milliseconds{180'000});
  CHECK(parsed({"client", "--exec", "x", "--budget", "180"}).settings.budget == milliseconds{180'000});
  CHECK(parsed({"grade", "x"}).settings.budget == milliseconds{180'000});
  CHECK(parsed({"grade", "x", "--budget", "0"}).settings.budget == milliseconds{0});
  CHECK(parsed({"grade", "x", "--budget", "0.25"}).settings.budget == milliseconds{250});
}

TEST_CASE("visibility: the rules in their order") {
  const auto rules =
      parsed({"grade", "x", "--visibility", "hidden,D2.1=visible", "--visibility", "C=after_published"})
          .visibility;
  REQUIRE(rules.size() == 3);
  CHECK(rules[0].pattern.empty());
  CHECK(rules[0].visibility == Visibility::hidden);
  CHECK(rules[1].pattern == "D2.1");
  CHECK(rules[2].visibility == Visibility::after_published);
}
