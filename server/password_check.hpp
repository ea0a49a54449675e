#pragma once

#include <chrono>
#include <string_view>

#include "base/function_ref.hpp"
#include "base/secret.hpp"
#include "server/accounts/accounts.hpp"
#include "server/net/connection.hpp"

namespace parley {

/// Whether somebody may ask for a name, as far as accounts go (OD13).
enum class PasswordVerdict {
  right,      ///< or the name needs none
  needed,     ///< the name needs one, and there was none
  malformed,  ///< what nothing can be
  wrong,
  paused,      ///< too many were wrong
  in_clear,    ///< on a connection that others may read
  no_account,  ///< nobody signs on without an account
  unchecked,   ///< too many are to be checked, or there is no memory
  gone         ///< the conversation is over
};

/// What to tell the peer, without a full stop; empty for right and gone.
std::string_view sentence(PasswordVerdict verdict);

/// Waits within a request until the one says so, which is asked anew whenever the connection was woken, or
/// the time has come. False: the conversation is over.
using Await = FunctionRef<bool(FunctionRef<bool()> is_done, Connection::Clock::time_point until)>;

/// Whether the name may be asked for on this connection with this password (null: none was given). The
/// connection's own thread, which waits for its turn, and a second before it may say wrong, paused or
/// unchecked.
PasswordVerdict check_password(accounts::Accounts& accounts, Connection& connection, std::string_view name,
                               const Secret* password, Await await);

/// Whether a password for the name would be looked at, so that it can be asked for: needed. Never waits.
PasswordVerdict look_at_name(const accounts::Accounts& accounts, const Connection& connection,
                             std::string_view name);

}  // namespace parley
