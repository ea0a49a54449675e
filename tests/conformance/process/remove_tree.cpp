#include "tests/conformance/process/remove_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/file_descriptor.hpp"
#include "tests/conformance/process/shortage.hpp"

namespace parley::conform {
namespace {

/// A folder on the way down: by what it is known again on the way up, and its name in the one above.
struct Step {
  dev_t device = 0;
  ino_t inode = 0;
  std::string name;
};

Step step_of(const FileDescriptor& folder, std::string name) {
  struct stat status {};
  if (::fstat(folder.get(), &status) != 0) throw std::system_error(errno, std::generic_category(), name);
  return {status.st_dev, status.st_ino, std::move(name)};
}

FileDescriptor open_folder(int at, const char* name) {
  FileDescriptor folder(::openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) throw std::system_error(errno, std::generic_category(), name);
  return folder;
}

/// Removes what can be removed at once. Returns the first folder that has something in it.
std::optional<std::string> remove_entries(const FileDescriptor& folder) {
  const int again = ::openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const auto close = [](DIR* stream) { ::closedir(stream); };
  const std::unique_ptr<DIR, decltype(close)> entries(again < 0 ? nullptr : ::fdopendir(again), close);
  if (!entries) {
    const FileDescriptor unused(again);
    throw std::system_error(errno, std::generic_category(), "reading a folder");
  }
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (::unlinkat(folder.get(), entry->d_name, 0) == 0) continue;
    if (errno != EISDIR && errno != EPERM) throw std::system_error(errno, std::generic_category(), "unlink");
    if (::unlinkat(folder.get(), entry->d_name, AT_REMOVEDIR) == 0) continue;
    if (errno != ENOTEMPTY && errno != EEXIST && errno != EACCES)
      throw std::system_error(errno, std::generic_category(), "rmdir");
    return std::string(name);
  }
  return std::nullopt;
}

void remove_stepwise(const std::filesystem::path& top) {
  FileDescriptor folder = open_folder(AT_FDCWD, top.c_str());
  std::vector<Step> steps{step_of(folder, {})};
  for (;;) {
    ::fchmod(folder.get(), S_IRWXU);
    if (auto below = remove_entries(folder)) {
      // It is a folder: no link is followed. What is still closed, open_folder() tells.
      [[maybe_unused]] const int error = ::fchmodat(folder.get(), below->c_str(), S_IRWXU, 0);
      folder = open_folder(folder.get(), below->c_str());
      steps.push_back(step_of(folder, std::move(*below)));
      continue;
    }
    const std::string name = std::move(steps.back().name);
    steps.pop_back();
    if (steps.empty()) break;
    folder = open_folder(folder.get(), "..");
    const Step above = step_of(folder, {});
    if (above.device != steps.back().device || above.inode != steps.back().inode ||
        ::unlinkat(folder.get(), name.c_str(), AT_REMOVEDIR) != 0)
      throw std::system_error(errno, std::generic_category(), name);
  }
  if (::rmdir(top.c_str()) != 0) throw std::system_error(errno, std::generic_category(), top.string());
}

}  // namespace

bool remove_tree(const std::filesystem::path& folder) try {
  patiently([&] { remove_stepwise(folder); });
  return true;
} catch (const std::exception&) {
  return false;
}

}  // namespace parley::conform
