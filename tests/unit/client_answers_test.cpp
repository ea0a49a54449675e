// C3: which SEND an answer belongs to when one was given up.

#include <doctest/doctest.h>

#include "client/answers.hpp"

using namespace parley::client;

namespace {

Answer sent(std::string name) {
  return {true, std::move(name), 0, {}};
}

const Answer failed{false, {}, 102, "Unable to send"};

void check(const Answers::Match& match, const std::string& recipient, bool late) {
  CHECK(match.recipient == recipient);
  CHECK(match.late == late);
}

}  // namespace

TEST_CASE("an answer is that of the SEND that waits, whatever name it has") {
  for (const auto& answer : {sent("bob"), sent("BOB"), sent("alice"), sent(""), failed}) {
    Answers answers;
    answers.begin("bob");
    CHECK(answers.waiting() == "bob");
    check(answers.match(answer), "bob", false);
    CHECK_FALSE(answers.waiting());
  }
}

TEST_CASE("an answer when nothing waits is a late one") {
  Answers answers;
  check(answers.match(sent("bob")), "", true);
  answers.begin("bob");
  CHECK(answers.give_up() == "bob");
  CHECK_FALSE(answers.waiting());
  check(answers.match(failed), "bob", true);
  check(answers.match(failed), "", true);
}

TEST_CASE("SENT that names an abandoned recipient, and not the waiting one, is the late answer") {
  Answers answers;
  answers.begin("bob");
  answers.give_up();
  answers.begin("carol");
  check(answers.match(sent("Bob")), "bob", true);
  CHECK(answers.waiting() == "carol");
  check(answers.match(sent("carol")), "carol", false);
}

TEST_CASE("any other answer belongs to the SEND that waits") {
  for (const auto& answer : {sent("carol"), sent(""), sent("dave"), failed}) {
    Answers answers;
    answers.begin("bob");
    answers.give_up();
    answers.begin("carol");
    check(answers.match(answer), "carol", false);
    check(answers.match(sent("bob")), "bob", true);
  }
  Answers same;
  same.begin("bob");
  same.give_up();
  same.begin("bob");
  check(same.match(sent("bob")), "bob", false);
}

TEST_CASE("late answers without a name are told oldest first") {
  Answers answers;
  for (const auto* const name : {"a", "b", "c"}) {
    answers.begin(name);
    answers.give_up();
  }
  check(answers.match(sent("b")), "b", true);
  check(answers.match(failed), "a", true);
  check(answers.match(failed), "c", true);
}

TEST_CASE("no more than max_abandoned are remembered") {
  Answers answers;
  for (std::size_t i = 0; i <= Answers::max_abandoned; ++i) {
    answers.begin("user" + std::to_string(i));
    answers.give_up();
  }
  check(answers.match(failed), "user1", true);
}
