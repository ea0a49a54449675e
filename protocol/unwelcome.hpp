#pragma once

#include <string_view>

/// What a server says to whom it does not want, or wants no longer (PROTOCOL.md, OD11.4 and OD12). Pure
/// functions; safe from any thread.
namespace parley {

/// Then a full stop, or a colon, a blank and the operator's reason.
inline constexpr const char* user_removed = "The operator has removed you";
inline constexpr const char* user_banned = "The operator has banned you.";
/// To who asks for such a name, and to an address, each without a full stop.
inline constexpr std::string_view name_banned = "The operator has banned this name";
inline constexpr const char* address_banned = "The operator has banned your address";
inline constexpr const char* nobody_new = "The server takes nobody new any more";
/// To a user whose name is another's now.
inline constexpr const char* name_given_away = "Your name was given to somebody else.";

/// Whether somebody has decided that this user is not to be here under this name: to sign on again without
/// having been asked would be to act against that. Not so of a server that takes nobody new: another may
/// take its place.
bool is_dismissal(std::string_view sentence);

/// Whether it would be the same for every name.
bool is_about_every_name(std::string_view sentence);

}  // namespace parley
