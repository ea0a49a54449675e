#include "base/whole_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "base/file_descriptor.hpp"

namespace parley {
namespace {

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(file, text.data(), text.size());
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

/// When root changes a file of a server's account, that account has to be able to read it afterwards. Whoever
/// may not give files away has written one of its own.
void keep_owner(int file, const std::string& path) {
  struct stat old {};
  if (::lstat(path.c_str(), &old) != 0 || !S_ISREG(old.st_mode)) return;
  [[maybe_unused]] const int ignored = ::fchown(file, old.st_uid, old.st_gid);
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

[[noreturn]] void fail(const std::string& path, int error) {
  throw std::system_error(error, std::generic_category(), "cannot write " + path);
}

/// So that the new name outlives a loss of power, too. Best effort: some file systems cannot.
void sync_folder_of(const std::string& path) {
  const FileDescriptor open_folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (open_folder) (void)::fsync(open_folder.get());
}

}  // namespace

void write_whole_file(const std::string& path, std::string_view text, mode_t mode) {
  std::string draft = path + ".XXXXXX";
  const FileDescriptor file(::mkostemp(draft.data(), O_CLOEXEC));  // which gives others no right
  if (file) keep_owner(file.get(), path);
  const bool is_written = file && write_all(file.get(), text) && ::fchmod(file.get(), mode) == 0 &&
                          ::fsync(file.get()) == 0 && std::rename(draft.c_str(), path.c_str()) == 0;
  if (is_written) return sync_folder_of(path);
  const int error = errno;
  if (file) ::unlink(draft.c_str());
  fail(path, error);
}

void check_whole_file(const std::string& path) {
  if (::access(folder_of(path).c_str(), W_OK | X_OK) != 0) fail(path, errno);
}

}  // namespace parley
