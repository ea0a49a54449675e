// Tab: what it offers, and what several presses do.

#include <doctest/doctest.h>

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>

#include "client/completion.hpp"
#include "client/names_seen.hpp"
#include "tests/unit/seen_names.hpp"

using namespace parley::client;
using parley::test::seen;

namespace {

constexpr std::array<std::string_view, 3> commands = {"/help", "/quit", "/to"};

/// A line whose end is completed.
class Typed {
 public:
  explicit Typed(NamesSeen names) : names_(std::move(names)) {}

  std::string tab(const std::string& before) {
    const auto step = completion_.complete(
        before, [&](std::string_view text) { return offer_names(text, names_, commands); });
    listed.clear();
    for (const auto& word : step.listed) listed += word + "|";
    return before.substr(0, step.begin) + step.word;
  }

  std::string listed;

 private:
  NamesSeen names_;
  Completion completion_;
};

}  // namespace

TEST_CASE("Tab completes a single name with its blank") {
  Typed typed(seen({"bob", "carol"}));
  CHECK(typed.tab("@ca") == "@carol ");
  CHECK(typed.tab("@AL") == "@ALL ");
  CHECK(typed.tab("@CA") == "@carol ");
  CHECK(typed.listed.empty());
}

TEST_CASE("Tab needs no @ at the line's beginning, and adds none elsewhere") {
  Typed typed(seen({"bob", "carol"}));
  CHECK(typed.tab("ca") == "@carol ");
  CHECK(typed.tab("@bob ask ca") == "@bob ask carol ");
  CHECK(typed.tab("@bob ask @ca") == "@bob ask @carol ");
  CHECK(typed.tab("@bob one\nca") == "@bob one\ncarol ");
  CHECK(typed.tab("/to ca") == "/to carol ");
}

TEST_CASE("Tab completes commands, at the beginning only") {
  Typed typed(seen({"bob"}));
  CHECK(typed.tab("/q") == "/quit ");
  CHECK(typed.tab("/T") == "/to ");
  CHECK(typed.tab("@bob /q") == "@bob /q");
  CHECK(typed.tab("/") == "/help ");
  CHECK(typed.listed == "/help |/quit |/to |");
}

TEST_CASE("Tab completes what several names have in common, then lists them and goes through them") {
  Typed typed(seen({"robert", "robin"}));
  CHECK(typed.tab("@r") == "@rob");
  CHECK(typed.listed.empty());
  CHECK(typed.tab("@rob") == "@robin ");
  CHECK(typed.listed == "@robin |@robert |");
  CHECK(typed.tab("@robin ") == "@robert ");
  CHECK(typed.listed.empty());
  CHECK(typed.tab("@robert ") == "@robin ");
}

TEST_CASE("what names have in common is never a part of a character") {
  CHECK(Typed(seen({"zo\xc3\xa9", "zo\xc3\xab"})).tab("@z") == "@zo");
  CHECK(Typed(seen({"zoe", "zoe\xcc\x88"})).tab("@z") == "@zo");
}

TEST_CASE("Tab on a bare @ begins with who spoke last, on an empty line with the @") {
  Typed typed(seen({"bob", "carol"}));
  CHECK(typed.tab("@") == "@carol ");
  CHECK(typed.tab("") == "@");
}

TEST_CASE("Tab leaves alone what is no name") {
  Typed typed(seen({"bob"}));
  for (const auto* const text : {"@x", "@bob x", "hello ", "@bob b "}) CHECK(typed.tab(text) == text);
  // A choice that was typed on is no choice any more.
  CHECK(typed.tab("@") == "@bob ");
  CHECK(typed.tab("@bob x") == "@bob x");
}
