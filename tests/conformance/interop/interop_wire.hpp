#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/process/recording_relay.hpp"

namespace parley::conform {

/// Reads what a relay has seen, whatever dialect it is in: only what two programs of different authors must
/// have in common is looked for. Users are told as in RelayEvent. Belongs to one thread.
class Wire {
 public:
  explicit Wire(std::vector<RelayEvent> events) : events_(std::move(events)) {}

  /// REGISTERED has come to the user twice, in whatever case.
  bool has_registered(std::size_t user) const;
  /// Anything has come to the user.
  bool was_answered(std::size_t user) const;
  /// The user's client has asked for both channels, in whatever case.
  bool has_asked_for_both(std::size_t user) const;
  /// The last that came to the user is an ERROR, or an end.
  bool was_refused(std::size_t user) const;
  /// What was sent by the user, or has come to it, has the text in it.
  bool has_sent(std::size_t user, std::string_view text) const { return carries(user, true, text); }
  bool brings(std::size_t user, std::string_view text) const { return carries(user, false, text); }

  /// A sentence part: "the server answers ERROR 101 No user registered\n\n to REGISTER TOSEND alice\n\n".
  std::string why_no_sign_on(std::size_t user) const;
  /// The last that the user's client has sent, the last that has come to it, in quotes: "nothing".
  std::string last_sent(std::size_t user) const { return last(user, true); }
  std::string last_answer(std::size_t user) const { return last(user, false); }

 private:
  std::string all_of(std::size_t user, bool from_client) const;
  bool carries(std::size_t user, bool from_client, std::string_view text) const;
  std::string last(std::size_t user, bool from_client) const;

  const std::vector<RelayEvent> events_;
};

}  // namespace parley::conform
