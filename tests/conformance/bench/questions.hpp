#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/bench/client_profile.hpp"

namespace parley::conform {

/// What a program asks besides its user's name and where the server is, and what is typed then; {user},
/// {host} and {port} are replaced.
struct Answer {
  Pattern question;
  std::string answer;
};

/// What a program is told.
struct Facts {
  std::string user;
  std::string host;
  std::uint16_t port = 0;
};

/// A command or an answer, with {user}, {host} and {port} replaced.
std::string with_facts(std::string text, const Facts& facts);

/// Finds what a program asks at the end of what it has printed. Belongs to one thread.
class Questions {
 public:
  /// All of a profile but its questions for name, host and port is not looked at. `answers` come first.
  Questions(const std::vector<Answer>& answers, const Profile& profile)
      : answers_(&answers), profile_(&profile) {}

  /// The line to type, if it asks for one. `text`: all that it has printed, not the same bytes anew. A
  /// question whose line has ended, or that does not end like one, counts only when the program waits, which
  /// is asked last and may print more.
  std::optional<std::string> answer_to(std::string_view text, const Facts& facts,
                                       const std::function<bool()>& is_waiting);

  /// What it has printed up to here is no question.
  void pass_over(std::size_t printed_bytes) { answered_to_ = printed_bytes; }
  /// It is another program.
  void begin_anew() { answered_to_ = count_ = 0; }

 private:
  const std::vector<Answer>* answers_;
  const Profile* profile_;
  std::size_t answered_to_ = 0;  // of the text: questions before it have their answers
  std::size_t count_ = 0;
};

}  // namespace parley::conform
