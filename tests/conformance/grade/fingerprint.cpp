#include "tests/conformance/grade/fingerprint.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "base/file_descriptor.hpp"

namespace parley::conform {
namespace {

namespace fs = std::filesystem;

// A file that is longer is told by its size and time.
constexpr off_t most_bytes_read = off_t{64} * 1024 * 1024;
// Beside the submissions lie the settings of the class, which are short, and archives of what was handed in.
constexpr std::uintmax_t most_bytes_of_settings = std::uintmax_t{1024} * 1024;

constexpr std::array<std::string_view, 2> values_without_effect{"--jobs", "--output"};
constexpr std::array<std::string_view, 3> flags_without_effect{"--resume", "--verbose", "--no-color"};

bool is_one_of(std::string_view word, auto&& words) {
  return std::ranges::find(words, word) != words.end();
}

void add_if_file(FingerprintTaker& taker, const std::string& path) {
  std::error_code error;
  if (fs::is_regular_file(path, error)) taker.add_file(path);
}

void add_command_line(FingerprintTaker& taker, const Options& options) {
  for (std::size_t i = 0; i < options.words.size(); ++i) {
    const std::string& word = options.words[i];
    const std::string name = word.substr(0, word.find('='));
    if (is_one_of(name, values_without_effect)) {
      if (name == word) ++i;
      continue;
    }
    if (is_one_of(word, flags_without_effect) || word == options.folder) continue;
    taker.add(word);
    add_if_file(taker, word);
    if (name != word) add_if_file(taker, word.substr(name.size() + 1));
  }
}

void add_class_settings(FingerprintTaker& taker, const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error))
    if (std::error_code gone; entry.is_regular_file(gone) && entry.file_size(gone) <= most_bytes_of_settings)
      files.push_back(entry.path());
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    taker.add(file.filename().string());
    taker.add_file(file);
  }
}

}  // namespace

void FingerprintTaker::mix(std::string_view bytes) {
  constexpr std::uint64_t prime = 1099511628211U;
  for (const char byte : bytes) hash_ = (hash_ ^ static_cast<unsigned char>(byte)) * prime;
}

void FingerprintTaker::add(std::string_view part) {
  mix(std::to_string(part.size()) + ':');
  mix(part);
}

void FingerprintTaker::add_file(const fs::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return add("no file");
  add(std::to_string(status.st_size) + ((status.st_mode & S_IXUSR) != 0 ? " to be run" : ""));
  if (status.st_size > most_bytes_read)
    return add(std::to_string(status.st_mtim.tv_sec) + '.' + std::to_string(status.st_mtim.tv_nsec));
  std::vector<char> room(std::size_t{64} * 1024);
  off_t bytes = 0;
  for (ssize_t count = 0;
       bytes <= most_bytes_read && (count = ::read(file.get(), room.data(), room.size())) > 0; bytes += count)
    mix({room.data(), static_cast<std::size_t>(count)});
}

Fingerprint FingerprintTaker::fingerprint() const {
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash_));
  return {text.data()};
}

Fingerprint fingerprint_of_folder(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  const fs::recursive_directory_iterator end;
  for (fs::recursive_directory_iterator entry(folder, fs::directory_options::skip_permission_denied, error);
       entry != end; entry.increment(error))
    paths.push_back(entry->path());
  std::ranges::sort(paths);
  FingerprintTaker taker;
  if (error) taker.add("not all of it can be seen");
  for (const fs::path& path : paths) {
    taker.add(path.lexically_relative(folder).string());
    const auto kind = fs::symlink_status(path, error).type();
    taker.add(std::to_string(static_cast<int>(kind)));
    if (kind == fs::file_type::symlink) taker.add(fs::read_symlink(path, error).string());
    if (kind == fs::file_type::regular) taker.add_file(path);
  }
  return taker.fingerprint();
}

Fingerprint fingerprint_of_run(const Options& options) {
  FingerprintTaker taker;
  taker.add_file("/proc/self/exe");
  add_command_line(taker, options);
  add_class_settings(taker, options.folder);
  const Confinement& confinement = options.confinement;
  taker.add(confinement.is_sandboxed ? "in sandboxes" : "without sandboxes");
  taker.add(confinement.account ? std::to_string(confinement.account->user) : "as who runs the suite");
  return taker.fingerprint();
}

Fingerprint fingerprint_of_files(const fs::path& folder, const std::vector<std::string>& names) {
  FingerprintTaker taker;
  for (const std::string& name : names) {
    std::error_code error;
    taker.add(name);
    if (fs::is_symlink(folder / name, error))
      taker.add("a link");
    else
      taker.add_file(folder / name);
  }
  return taker.fingerprint();
}

}  // namespace parley::conform
