#pragma once

namespace parley::conform {

/// Whether a program that is started now, as those under test are, in a session of its own and with that
/// niceness, gets the processor when it wants it. Such a one is started and watched for a moment: what the
/// suite gets says little of that, where Linux shares the processor out by session or by niceness. Any
/// thread. Throws std::system_error when there can be no process.
bool is_newcomer_served(int niceness);

}  // namespace parley::conform
