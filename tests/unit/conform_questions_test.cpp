#include <doctest/doctest.h>

#include "tests/conformance/bench/questions.hpp"

namespace parley::conform {
namespace {

/// The answer to the end of this text; "-" for none.
std::string answer(const std::string& text, bool is_waiting, const std::vector<Answer>& answers = {}) {
  const Profile profile;
  Questions questions(answers, profile);
  return questions.answer_to(text, {"alice", "127.0.0.1", 5050}, [&] { return is_waiting; }).value_or("-");
}

}  // namespace

TEST_CASE("a question at the end of an open line is answered at once") {
  CHECK(answer("Enter your name: ", false) == "alice");
  CHECK(answer("Server address? ", false) == "127.0.0.1");
  CHECK(answer("Welcome!\nport> ", false) == "5050");
  CHECK(answer("Loading names ...", false) == "-");
}

TEST_CASE("one whose line has ended, or that has no mark, is answered when the program waits") {
  for (const std::string question : {"Enter your name:\n", "Please type a username\r\n", "enter a nickname",
                                     "Enter your name\n> ", "Welcome\n\nWhat is your name?\n\n>>> "}) {
    CHECK(answer(question, false) == "-");
    CHECK(answer(question, true) == "alice");
  }
  CHECK(answer("Enter IP\n", true) == "127.0.0.1");
  CHECK(answer("Which port do you want\n", true) == "5050");
  for (const std::string statement :
       {"Connected to the server\n", "listening on port 5050\n", "You are alice\n", "\n\n", "> "})
    CHECK(answer(statement, true) == "-");
}

TEST_CASE("a course's own answers come first") {
  std::vector<Answer> answers;
  answers.push_back({Pattern("1.*log ?in"), "1"});
  answers.push_back({Pattern("address"), "{host}:{port} {user}"});
  CHECK(answer("Type 1 to login\n", true, answers) == "1");
  CHECK(answer("Server address: ", false, answers) == "127.0.0.1:5050 alice");
  CHECK(answer("Enter your name: ", false, answers) == "alice");
}

TEST_CASE("each question is answered once, and not without end") {
  const Profile profile;
  const std::vector<Answer> none;
  Questions questions(none, profile);
  const Facts facts{"alice", "127.0.0.1", 5050};
  const auto waits = [] { return true; };
  std::string text = "Name: ";
  CHECK(questions.answer_to(text, facts, waits) == "alice");
  CHECK_FALSE(questions.answer_to(text, facts, waits));
  text += "alice\r\n";  // what was typed, shown
  CHECK_FALSE(questions.answer_to(text, facts, waits));
  int answered = 1;
  for (int i = 0; i < 100; ++i) {
    text += "Taken. Your name: ";
    answered += questions.answer_to(text, facts, waits).has_value() ? 1 : 0;
  }
  CHECK(answered == 10);
}

}  // namespace parley::conform
