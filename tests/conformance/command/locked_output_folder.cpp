#include "tests/conformance/command/locked_output_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "tests/conformance/model/bad_input.hpp"

namespace parley::conform {
namespace {

namespace fs = std::filesystem;

constexpr const char* lock_file = ".lock";

/// Nobody else may open it, and so hold it.
FileDescriptor open_lock(const fs::path& path) {
  FileDescriptor file(
      ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, S_IRUSR | S_IWUSR));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0)
    throw BadInput{"cannot write " + path.string() + ": " + std::generic_category().message(errno)};
  if (!S_ISREG(status.st_mode)) throw BadInput{"cannot write " + path.string() + ": it is no file"};
  return file;
}

}  // namespace

bool has_reports(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder / lock_file, error) &&
         (fs::exists(folder / "class.csv", error) || fs::exists(folder / "interop.csv", error));
}

LockedOutputFolder::LockedOutputFolder(const Options& options) : path_(options.output_folder()) {
  std::error_code error;
  if (options.output.empty() && fs::is_symlink(path_, error))
    throw BadInput{"the reports' folder " + path_.string() +
                   " is a link, which somebody may have handed in; give another --output"};
  fs::create_directories(path_, error);
  if (error) throw BadInput{"cannot make the folder " + path_.string() + ": " + error.message()};
  lock_ = open_lock(path_ / lock_file);
  if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0)
    throw BadInput{"another run writes to " + path_.string() + "; wait for it, or give another --output"};
}

}  // namespace parley::conform
