#include "base/text_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "base/file_descriptor.hpp"

namespace parley {
namespace {

constexpr int longest_wait_ms = 5'000;  // for each part of what comes through a pipe
constexpr std::size_t kibibyte = 1024;

std::string error_text() {
  return std::generic_category().message(errno);
}

std::string size_text(std::size_t bytes) {
  return bytes >= kibibyte * kibibyte ? std::to_string(bytes / kibibyte / kibibyte) + " MiB"
                                      : std::to_string(bytes / kibibyte) + " KiB";
}

}  // namespace

TextFile read_text_file(const std::filesystem::path& path, std::size_t most_bytes) {
  TextFile file;
  const FileDescriptor descriptor(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat status {};
  if (!descriptor || ::fstat(descriptor.get(), &status) != 0) return {{}, error_text()};
  std::array<char, 16 * kibibyte> room;
  for (;;) {
    const ssize_t count = ::read(descriptor.get(), room.data(), room.size());
    if (count > 0) file.text.append(room.data(), static_cast<std::size_t>(count));
    if (file.text.size() > most_bytes) return {{}, "it is over " + size_text(most_bytes)};
    if (count == 0 && file.text.empty() && S_ISFIFO(status.st_mode)) return {{}, "nobody writes to it"};
    if (count == 0) return file;
    if (count > 0 || errno == EINTR) continue;
    if (errno != EAGAIN) return {{}, error_text()};
    pollfd next{descriptor.get(), POLLIN, 0};
    if (::poll(&next, 1, longest_wait_ms) == 0) return {{}, "nothing comes from it"};
  }
}

}  // namespace parley
