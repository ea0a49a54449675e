#include "tests/conformance/process/atomic_write.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>
#include <string_view>
#include <system_error>

#include "base/file_descriptor.hpp"

namespace parley::conform {
namespace {

namespace fs = std::filesystem;

/// A new file: what was there may be a link to another one, or a pipe that nobody reads. 0 or the error.
int write_new(const fs::path& path, std::string_view text) {
  std::error_code error;
  fs::remove(path, error);
  constexpr mode_t before_umask = 0666;
  const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, before_umask));
  if (!file) return errno;
  while (!text.empty()) {
    const ssize_t count = ::write(file.get(), text.data(), text.size());
    if (count < 0 && errno != EINTR) return errno;
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
  }
  return 0;
}

}  // namespace

std::string why_not_written(const fs::path& path, const std::function<void(std::ostream&)>& write) {
  const auto part = path.parent_path() / ('.' + path.filename().string() + ".part");
  std::ostringstream text;
  write(text);
  std::error_code error(write_new(part, std::move(text).str()), std::generic_category());
  if (!error) fs::rename(part, path, error);
  if (!error) return {};
  std::error_code none;
  fs::remove(part, none);
  return "cannot write " + path.string() + ": " + error.message();
}

}  // namespace parley::conform
