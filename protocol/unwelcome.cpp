#include "protocol/unwelcome.hpp"

namespace parley {

bool is_dismissal(std::string_view sentence) {
  if (sentence.starts_with(user_removed)) {
    sentence.remove_prefix(std::string_view(user_removed).size());
    return sentence == "." || sentence.starts_with(": ");
  }
  return sentence == user_banned || sentence == name_banned || sentence == address_banned ||
         sentence == name_given_away;
}

bool is_about_every_name(std::string_view sentence) {
  return sentence == address_banned || sentence == nobody_new;
}

}  // namespace parley
