#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// Programs under test and all that they start, daemons too: told by a mark in their environment. Any thread.
/// Whatever looks at them throws std::system_error when the machine is short of what that takes.
namespace parley::conform {

/// A variable for the environment of a program, different for each.
std::string make_family_mark();

/// Who has the mark, and who is in the session that `leader` began. Not the leader itself once it has ended.
std::vector<pid_t> family_of(const std::string& mark, pid_t leader);

/// The same, but looks among this process's descendants alone, whose subreaper it has to be: that takes a
/// twentieth of the time on a machine with much to do. Somebody may be missed who is just losing its parent:
/// for those who look again.
std::vector<pid_t> family_below(const std::string& mark, pid_t leader);

/// SIGKILL for all of them, until none is left; the leader is left to be waited for.
void kill_family(const std::string& mark, pid_t leader) noexcept;

/// SIGKILL for every process that this one has started, and for all that those have; none is waited for.
void kill_descendants() noexcept;

/// The fields of /proc/PID/stat from the third on (the second may hold anything); none when it is gone.
std::vector<std::string> stat_fields(pid_t pid);

/// The children of a process, with those that have ended and have not been waited for.
std::vector<pid_t> children_of(pid_t parent);

/// A process, told from a later one that has got its number.
struct Process {
  pid_t pid;
  std::string start;  ///< when it was started; empty when it was gone by then
};

/// Its children and theirs, the parents first.
std::vector<Process> descendants_of(pid_t ancestor);

/// SIGKILL for exactly that one: numbers come round fast where somebody starts programs without end.
void end_process(const Process& process) noexcept;

/// True when every thread of the leader waits for something, none wants the processor or is stopped, and the
/// same goes for its children and theirs. Cheap: those that have made themselves nobody's children are not
/// looked for.
bool is_family_at_rest(pid_t leader);

/// How long a thread had the processor since it began, and how long it was kept from it when it wanted it.
struct Delay {
  std::chrono::nanoseconds ran;
  std::chrono::nanoseconds waited;
};

/// Of each of its threads, likewise; none where the kernel does not tell.
using Delays = std::map<pid_t, Delay>;
Delays delays_of_family(pid_t leader);

/// By how much longer they were kept from the processor than they had it from `before` to `after`, all
/// together: each may wait for what another one is kept from. Who works without end is kept from some of it
/// by all that the machine does, and lacks nothing.
std::chrono::milliseconds lack_of_processor(const Delays& before, const Delays& after);

/// What the leader, its children and theirs have used of the processor so far, with those of them that have
/// ended. Cheap, as is_family_at_rest() is.
std::chrono::milliseconds processor_time_of_family(pid_t leader);

/// What those that are there have used of the processor so far; as family_below() finds them.
std::chrono::milliseconds processor_time_of(const std::string& mark, pid_t leader);

/// True when the process has the socket with this inode open.
bool has_socket(pid_t pid, unsigned long inode);

/// How this child ended, as a sentence part: "exited with code 1", "was killed by signal 11 (Segmentation
/// fault)"; nothing while it runs. `by_proxy`: it is not the program itself, but tells how that ended as a
/// shell does. It is left to be waited for: its group and session must keep their number until the rest of
/// them is gone too.
std::optional<std::string> end_of(pid_t pid, bool by_proxy);

}  // namespace parley::conform
