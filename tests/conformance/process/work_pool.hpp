#pragma once

#include <cstddef>
#include <functional>
#include <thread>
#include <vector>

namespace parley::conform {

/// Does `work` for every item from 0 to is_alone.size() - 1, in their order, for as many at the same time as
/// there are workers, each in a thread of its own; of those that are alone, for one at a time. No item is
/// begun once `is_over` is true. When one throws, those that were begun are done to their end, and the first
/// exception goes on to the caller.
void work_in_parallel(std::size_t workers, const std::vector<bool>& is_alone,
                      const std::function<void(std::size_t item)>& work,
                      const std::function<bool()>& is_over);

/// Begins threads, each of which does `work` with its own number, until there are so many. When the machine
/// is short of them fewer do. Throws std::system_error when there can be none.
void start_workers(std::size_t count, std::vector<std::jthread>& threads,
                   const std::function<void(std::size_t number)>& work);

/// How many can compute at the same time.
unsigned cores();

/// Whatever the machine has.
inline constexpr std::size_t most_at_once = 64;

/// How much of what mostly waits may be done at the same time where nobody has said: a few for each core.
std::size_t default_at_once();

/// How many submissions may be judged at the same time where nobody has said: many more than there are cores,
/// since they wait more than they work, and as many as the memory that is left has room for.
std::size_t default_submissions_at_once();

}  // namespace parley::conform
