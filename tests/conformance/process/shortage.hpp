#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <thread>

/// A machine that has run out of processes, memory, descriptors or room on its disk. That is never the fault
/// of the program under test, and others may give back what is missing. Any thread.
namespace parley::conform {

inline constexpr std::chrono::milliseconds longest_shortage{2'000};

/// Whether an error of the system says so.
bool is_shortage(const std::error_code& code);

/// Whether that is what has been thrown: by its code, or else by its text.
bool is_shortage(const std::exception& fault);

/// Whether what a program of the system has printed in English ends in such an error.
bool tells_of_shortage(std::string_view printed);

/// What may still be used of this machine's memory, in bytes; 0 when nobody can tell.
std::size_t available_memory();

/// Throws std::system_error when errno says so: where a failure would else look like the program's.
void throw_if_short(const char* what);
void throw_if_short(const std::error_code& code, const char* what);

/// When a program has failed: throws std::system_error when the machine is so short of threads, descriptors
/// or memory that it may have failed for that.
void throw_if_machine_is_short();

/// What `attempt` returns; for as long as it throws of a shortage it is made again, for 2 s at most.
template <typename Attempt>
auto patiently(const Attempt& attempt) {
  constexpr std::chrono::milliseconds pause{100};
  for (const auto deadline = std::chrono::steady_clock::now() + longest_shortage;;) {
    try {
      return attempt();
    } catch (const std::system_error& error) {
      if (!is_shortage(error.code()) || std::chrono::steady_clock::now() > deadline) throw;
    }
    std::this_thread::sleep_for(pause);
  }
}

/// From here on this process may have as many descriptors as the system lets it.
void use_all_descriptors();

/// How many the process might have when it was first asked; as many are for the programs that it starts.
unsigned long usual_descriptors();

}  // namespace parley::conform
