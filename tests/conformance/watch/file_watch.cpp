#include "tests/conformance/watch/file_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <functional>
#include <string_view>
#include <system_error>
#include <utility>

#include "tests/conformance/model/bad_input.hpp"

namespace parley::conform {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t changes_of_files = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;
constexpr std::uint32_t changes_of_folders = IN_CREATE | IN_DELETE_SELF | IN_MOVE_SELF;

constexpr std::array<std::string_view, 9> made_folders{
    "__pycache__", "node_modules", "build", "target", "bin", "obj", "out", "dist", "venv"};
constexpr std::array<std::string_view, 6> editors_endings{"~", "#", ".swp", ".swx", ".tmp", ".bak"};
constexpr std::array<std::string_view, 27> source_endings{
    ".py",  ".java", ".c",   ".h",   ".cc", ".cpp", ".cxx", ".hpp",  ".hh",
    ".hxx", ".kt",   ".js",  ".mjs", ".ts", ".go",  ".rs",  ".cs",   ".rb",
    ".pl",  ".sh",   ".php", ".lua", ".hs", ".ml",  ".ex",  ".toml", ".profile"};

template <typename Endings>
bool ends_with_one_of(std::string_view name, const Endings& endings) {
  return std::ranges::any_of(endings, [&](std::string_view ending) { return name.ends_with(ending); });
}

/// vim tries whether it may write with a file named 4913, and what follows.
bool is_editors(std::string_view name) {
  return name.starts_with('.') || name.starts_with('#') || ends_with_one_of(name, editors_endings) ||
         name.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_left_out(std::string_view folder_name) {
  return folder_name.starts_with('.') || std::ranges::find(made_folders, folder_name) != made_folders.end();
}

}  // namespace

bool is_source(const std::string& name) {
  return ends_with_one_of(name, source_endings) || name.ends_with("Makefile");
}

FileWatch::FileWatch(const fs::path& folder, std::vector<fs::path> not_watched)
    : folder_(fs::canonical(folder)),
      not_watched_(std::move(not_watched)),
      inotify_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  if (!inotify_) throw std::system_error(errno, std::generic_category(), "inotify");
  for (fs::path& path : not_watched_) {
    std::error_code error;  // one that cannot be told stays as it is
    if (fs::path real = fs::weakly_canonical(path, error); !error) path = std::move(real);
  }
  watch(folder_, nullptr);
  root_ = folders_.empty() ? -1 : folders_.begin()->first;
  if (root_ < 0) throw BadInput{"the folder " + folder_.string() + " cannot be watched"};
}

/// The folder and those in it. `found`: their files are news.
void FileWatch::watch(const fs::path& folder, std::set<std::string>* found) {
  const int number = ::inotify_add_watch(
      inotify_.get(), folder.c_str(),
      changes_of_files | changes_of_folders | IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK);
  if (number < 0 && errno == ENOSPC)
    throw BadInput{"the system watches no more folders; raise fs.inotify.max_user_watches with sysctl"};
  if (number < 0) return;  // it has gone again, or is closed to us
  folders_[number] = folder;
  if (folders_.size() > most_folders)
    throw BadInput{"there are more than " + std::to_string(most_folders) + " folders in " + folder_.string() +
                   "; run this in the folder of the program"};
  std::error_code error;
  const fs::directory_iterator end;
  for (fs::directory_iterator entry(folder, error); entry != end; entry.increment(error)) {
    std::error_code gone;
    if (entry->is_symlink(gone)) continue;
    if (entry->is_directory(gone) && !is_left_out(entry->path().filename().string()))
      watch(entry->path(), found);
    else if (found != nullptr && entry->is_regular_file(gone))
      note(entry->path(), *found);
  }
}

void FileWatch::note(const fs::path& path, std::set<std::string>& changes) const {
  if (is_editors(path.filename().string())) return;
  // No part of it is a link: links are not followed on the way, and the folder is where it really is.
  if (std::ranges::find(not_watched_, path) != not_watched_.end()) return;
  changes.insert(path.lexically_relative(folder_).string());
}

std::size_t FileWatch::contents_of(const std::string& name) const {
  // Of a larger file the first part and the length must do. What is no file may never end.
  constexpr std::size_t most_read_bytes = 1024 * 1024;
  const fs::path path = folder_ / name;
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return 0;
  const auto bytes = fs::file_size(path, error);
  std::string text(std::min<std::uintmax_t>(bytes, most_read_bytes), '\0');
  std::ifstream file(path, std::ios::binary);
  if (error || !file) return 0;
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  return std::hash<std::string>()(std::to_string(bytes) + ' ' + text);
}

std::set<std::string> FileWatch::take_changes() {
  std::set<std::string> changes;
  alignas(inotify_event) std::array<char, 16 * 1024> room;
  for (ssize_t count = 0; (count = ::read(inotify_.get(), room.data(), room.size())) > 0;)
    for (std::size_t at = 0; at < static_cast<std::size_t>(count);) {
      const auto* event = reinterpret_cast<const inotify_event*>(room.data() + at);
      at += sizeof(inotify_event) + event->len;
      // Too many at once: it does not matter which.
      if ((event->mask & IN_Q_OVERFLOW) != 0) changes.insert("many files");
      const auto folder = folders_.find(event->wd);
      if (folder == folders_.end()) continue;
      if (event->wd == root_ && (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF)) != 0)
        throw BadInput{"the folder " + folder_.string() + " is not there any more"};
      if ((event->mask & IN_IGNORED) != 0) {
        folders_.erase(folder);
        continue;
      }
      if (event->len == 0) continue;
      const std::string name = event->name;  // without the zeros that fill it up
      const fs::path path = folder->second / name;
      if ((event->mask & IN_ISDIR) == 0 && (event->mask & changes_of_files) != 0)
        note(path, changes);
      else if ((event->mask & IN_ISDIR) != 0 && (event->mask & (IN_CREATE | IN_MOVED_TO)) != 0 &&
               !is_left_out(name))
        watch(path, &changes);
    }
  return changes;
}

}  // namespace parley::conform
