#include "tests/conformance/process/shortage.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <latch>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "base/file_descriptor.hpp"

namespace parley::conform {
namespace {

struct Shortage {
  int error;
  std::string_view text;  // in English
};

constexpr std::array shortages{Shortage{EAGAIN, "Resource temporarily unavailable"},
                               Shortage{ENOMEM, "Cannot allocate memory"},
                               Shortage{EMFILE, "Too many open files"},
                               Shortage{ENFILE, "Too many open files in system"},
                               Shortage{ENOSPC, "No space left on device"},
                               Shortage{EDQUOT, "Disk quota exceeded"},
                               Shortage{ENOBUFS, "No buffer space available"}};

// More than a case takes of a program: what it had a moment before it failed may be free again.
constexpr std::size_t enough_threads = 32;
constexpr std::size_t enough_descriptors = 8;
constexpr std::size_t enough_memory = std::size_t{32} * 1024 * 1024;

/// Each waits until the last one is there.
void look_for_threads() {
  std::latch done(1);
  std::vector<std::jthread> threads;
  const auto let_go = [](std::latch* latch) { latch->count_down(); };
  const std::unique_ptr<std::latch, decltype(let_go)> at_the_end(&done, let_go);
  for (std::size_t i = 0; i < enough_threads; ++i) threads.emplace_back([&done] { done.wait(); });
}

void look_for_descriptors() {
  std::vector<FileDescriptor> descriptors;
  for (std::size_t i = 0; i < enough_descriptors; ++i) {
    descriptors.emplace_back(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0));
    if (!descriptors.back()) throw_if_short("descriptors");
  }
}

}  // namespace

std::size_t available_memory() {
  std::ifstream file("/proc/meminfo");
  std::string word;
  std::size_t kibibytes = 0;
  while (file >> word)
    if (word == "MemAvailable:" && file >> kibibytes) return kibibytes * 1024;
  return 0;
}

void throw_if_machine_is_short() {
  look_for_descriptors();
  try {
    look_for_threads();
  } catch (const std::system_error& error) {
    throw std::system_error(error.code(), "threads");
  }
  const std::size_t memory = available_memory();
  if (memory != 0 && memory < enough_memory)
    throw std::system_error(ENOMEM, std::generic_category(), "memory");
}

bool is_shortage(const std::error_code& code) {
  const bool is_of_system =
      code.category() == std::generic_category() || code.category() == std::system_category();
  return is_of_system && std::ranges::find(shortages, code.value(), &Shortage::error) != shortages.end();
}

bool is_shortage(const std::exception& fault) {
  if (dynamic_cast<const std::bad_alloc*>(&fault) != nullptr) return true;
  const auto* error = dynamic_cast<const std::system_error*>(&fault);
  return error != nullptr ? is_shortage(error->code()) : tells_of_shortage(fault.what());
}

bool tells_of_shortage(std::string_view printed) {
  return std::ranges::any_of(shortages, [&](const Shortage& shortage) {
    return printed.find(shortage.text) != std::string_view::npos;
  });
}

void throw_if_short(const char* what) {
  throw_if_short({errno, std::generic_category()}, what);
}

void throw_if_short(const std::error_code& code, const char* what) {
  if (is_shortage(code)) throw std::system_error(code, what);
}

unsigned long usual_descriptors() {
  static const rlim_t usual = [] {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
  }();
  return usual;
}

void use_all_descriptors() {
  rlimit limit{};
  if (usual_descriptors() == 0 || ::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace parley::conform
