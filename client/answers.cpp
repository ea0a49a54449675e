#include "client/answers.hpp"

#include <algorithm>
#include <utility>

#include "protocol/user_name.hpp"

namespace parley::client {

std::string Answers::give_up() {
  std::string recipient = std::exchange(waiting_, std::nullopt).value();
  abandoned_.push_back(recipient);
  if (abandoned_.size() > max_abandoned) abandoned_.pop_front();
  return recipient;
}

Answers::Match Answers::match(const Answer& answer) {
  const auto is_named = [&](const std::string& recipient) {
    return answer.delivered && equal_ignoring_case(recipient, answer.name);
  };
  auto named = std::find_if(abandoned_.begin(), abandoned_.end(), is_named);
  if (waiting_ && (named == abandoned_.end() || is_named(*waiting_)))
    return {std::exchange(waiting_, std::nullopt).value(), false};
  if (named == abandoned_.end()) named = abandoned_.begin();
  if (named == abandoned_.end()) return {"", true};
  Match match{*named, true};
  abandoned_.erase(named);
  return match;
}

}  // namespace parley::client
