#include "base/whole_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <random>
#include <system_error>
#include <utility>

namespace parley {
namespace {

/// When root changes a file of a server's account, that account has to be able to read it afterwards. Whoever
/// may not give files away has written one of its own.
void keep_owner(int file, const std::string& path) {
  struct stat old {};
  if (::lstat(path.c_str(), &old) != 0 || !S_ISREG(old.st_mode)) return;
  [[maybe_unused]] const int ignored = ::fchown(file, old.st_uid, old.st_gid);
}

[[noreturn]] void fail(const std::string& path, int error) {
  throw std::system_error(error, std::generic_category(), "cannot write " + path);
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, slash + 1);
}

/// So that the new name outlives a loss of power, too. Best effort: some file systems cannot.
void sync_folder_of(const std::string& path) {
  const FileDescriptor open_folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (open_folder) (void)::fsync(open_folder.get());
}

/// A new file beside that of the path, removed unless it was given that one's name. Throws std::system_error.
class Draft {
 public:
  Draft(const std::string& path, mode_t before_umask) : path_(path) {
    do {
      draft_ = path_ + "." + std::to_string(std::random_device{}());
      file_ = FileDescriptor(::open(draft_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, before_umask));
    } while (!file_ && errno == EEXIST);
    check(static_cast<bool>(file_));
  }
  ~Draft() {
    if (file_) ::unlink(draft_.c_str());
  }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  int file() const { return file_.get(); }

  void take(std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::write(file_.get(), text.data(), text.size());
      check(count >= 0 || errno == EINTR);
      if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  /// Returns it, open.
  FileDescriptor put_in_place() {
    check(std::rename(draft_.c_str(), path_.c_str()) == 0);
    return std::move(file_);
  }

  /// Throws what errno says, unless it is done.
  void check(bool is_done) const {
    if (!is_done) fail(path_, errno);
  }

 private:
  const std::string& path_;
  std::string draft_;
  FileDescriptor file_;
};

}  // namespace

void write_whole_file(const std::string& path, std::string_view text, mode_t mode) {
  Draft draft(path, S_IRUSR | S_IWUSR);
  keep_owner(draft.file(), path);
  draft.take(text);
  draft.check(::fchmod(draft.file(), mode) == 0 && ::fsync(draft.file()) == 0);
  (void)draft.put_in_place();
  sync_folder_of(path);
}

FileDescriptor put_whole_file(const std::string& path, std::string_view text) {
  constexpr mode_t before_umask = 0666;
  Draft draft(path, before_umask);
  draft.take(text);
  return draft.put_in_place();
}

void check_whole_file(const std::string& path) {
  if (::access(folder_of(path).c_str(), W_OK | X_OK) != 0) fail(path, errno);
}

}  // namespace parley
