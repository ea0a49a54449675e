#pragma once

#include <functional>

#include "tests/conformance/process/confinement.hpp"

namespace parley::conform {

/// Gives up root's rights for those of an account. False when that cannot be: then the process may have some
/// of either. Only calls the system.
bool take_account(const Account& account);

/// Whether something is so for that account: asks in a child that has become it, and waits for the answer;
/// false, too, when none can become it. The question may do whatever a child of many threads may. Throws
/// std::system_error when there can be no child. Any thread.
bool is_so_for(const Account& account, const std::function<bool()>& question);

}  // namespace parley::conform
