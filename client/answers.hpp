#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

namespace parley::client {

/// SENT, or ERROR with its code and phrase, as it came from the server.
struct Answer {
  bool delivered = false;
  std::string name;  ///< of SENT; servers put the recipient here, the sender, or nothing
  int code = 0;      ///< of ERROR
  std::string phrase;
};

/// Which SEND an answer belongs to. Answers carry no number, and one that was given up may still come
/// (PROTOCOL.md, C3). Belongs to one thread.
class Answers {
 public:
  /// A SEND that answers may come for after it was given up; the oldest beyond this many is forgotten.
  static constexpr std::size_t max_abandoned = 16;

  /// A SEND has left. Not to be called while one waits.
  void begin(std::string recipient) { waiting_ = std::move(recipient); }

  /// The recipient of the SEND that waits.
  const std::optional<std::string>& waiting() const { return waiting_; }

  /// Its time is over. Returns its recipient.
  std::string give_up();

  struct Match {
    std::string recipient;  ///< empty: nothing was ever sent that this could answer
    bool late;              ///< the SEND had been given up, or there was none
  };

  /// Says what the answer answers: the SEND that waits, unless it names another one that was given up.
  Match match(const Answer& answer);

 private:
  std::optional<std::string> waiting_;
  std::deque<std::string> abandoned_;  // oldest first
};

}  // namespace parley::client
