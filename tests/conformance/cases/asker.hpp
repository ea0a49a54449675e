#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/bench/case.hpp"

/// What the cases about SERVER (SV) share. A server that has none refuses the first question as a message to
/// nobody: then the case is not offered. Belongs to one thread.
namespace parley::conform {

inline constexpr std::string_view service_name = "SERVER";

/// What all other cases about it build on.
inline constexpr std::string_view answers_questions = "SV1.1-answers";

using Lines = std::vector<std::string>;
Lines split_lines(std::string_view text);
/// The number that it begins with; 0 when there is none.
std::size_t to_count(std::string_view text);

using BodyTest = std::function<bool(std::string_view)>;
bool is_something(std::string_view body);
bool is_unknown(std::string_view answer);

/// A user who asks SERVER. Whatever does not come as it is expected ends the case.
class Asker {
 public:
  Asker(Trial& t, User user) : trial_(t), user_(std::move(user)) {}
  Asker(Trial& t, std::string_view stem) : Asker(t, t.sign_on(stem)) {}

  const User& user() const { return user_; }
  Link& receiving() const { return *user_.receiving; }

  // The steps of a question.
  void send(std::string_view question, std::string_view recipient = service_name) {
    trial_.send(user_, recipient, question);
  }
  /// It is reported as delivered. When it is the first, and is refused, there is no SERVER.
  void expect_taken();
  /// What SERVER says next, which the user has not answered then. `what`: a sentence part for a failure.
  std::string take(std::string_view what, const BodyTest& is_such);
  void acknowledge() { trial_.receipts(user_).send(to_frame(two_socket::Received{service_name})); }

  /// All of them: the answer. Not offered when SERVER does not know the question.
  std::string ask(std::string_view question, std::string_view what, const BodyTest& is_such);
  std::string ask(std::string_view question) { return ask(question, "an answer", is_something); }
  void ask_for(std::string_view question, std::string_view answer);

  /// What it has shown to know, in whatever words.
  void ask_again(std::string_view question, std::string_view answer,
                 std::string_view recipient = service_name);
  /// The next FORWARD has this body; it is acknowledged.
  void expect_answer(std::string_view answer);

 private:
  Trial& trial_;
  User user_;
  bool is_answered_ = false;  // once, so that there is a SERVER
};

}  // namespace parley::conform
