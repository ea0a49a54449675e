#include "client/history.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

#include "base/file_descriptor.hpp"
#include "base/whole_file.hpp"
#include "client/key_decoder.hpp"
#include "protocol/text.hpp"
#include "protocol/words.hpp"

namespace parley::client {
namespace {

namespace fs = std::filesystem;

constexpr ::mode_t own_file = S_IRUSR | S_IWUSR;

/// One line of the file, without its LF.
std::string to_file_line(std::string_view line) {
  std::string out;
  for (const char c : line) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\\') {
      out += "\\\\";
    } else {
      out += c;
    }
  }
  return out;
}

std::string from_file_line(std::string_view line) {
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\' || i + 1 == line.size()) {
      out += line[i];
    } else {
      out += line[++i] == 'n' ? '\n' : line[i];
    }
  }
  // Whoever wrote the file: nothing that could drive the terminal, or has no place in a line.
  return clean_paste(out);
}

FileDescriptor open_own(const fs::path& file, int flags) {
  FileDescriptor descriptor(::open(file.c_str(), flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, own_file));
  struct stat status {};
  if (descriptor && ::fstat(descriptor.get(), &status) == 0 && !S_ISREG(status.st_mode)) {
    errno = EINVAL;
    return {};
  }
  if (descriptor) (void)::fchmod(descriptor.get(), own_file);
  return descriptor;
}

/// The end of the file, at most so many bytes and from the beginning of a line on.
std::string read_end(int descriptor, std::size_t max_bytes) {
  const auto size = ::lseek(descriptor, 0, SEEK_END);
  const auto skipped = std::max<off_t>(0, size - static_cast<off_t>(max_bytes));
  (void)::lseek(descriptor, skipped, SEEK_SET);
  std::string text;
  std::array<char, 16 * 1024> room;
  for (;;) {
    const auto count = ::read(descriptor, room.data(), room.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0 || text.size() >= max_bytes) break;
    text.append(room.data(), static_cast<std::size_t>(count));
  }
  if (skipped > 0) text.erase(0, text.find('\n') + 1);
  return text;
}

void remove_oldest(const fs::path& folder) {
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  std::error_code error;
  for (fs::directory_iterator file(folder, error), end; !error && file != end; file.increment(error))
    if (std::error_code ignored; file->is_regular_file(ignored))
      files.emplace_back(file->last_write_time(ignored), file->path());
  if (files.size() <= History::max_files) return;
  std::ranges::sort(files);
  files.resize(files.size() - History::max_files);
  for (const auto& file : files) fs::remove(file.second, error);
}

}  // namespace

std::optional<std::string> History::open(const fs::path& file) {
  const fs::path folder = file.parent_path();
  // The folder is for the user alone, as XDG wants it.
  std::vector<fs::path> missing;
  std::error_code error;
  for (fs::path path = folder; !path.empty() && !fs::exists(path, error); path = path.parent_path())
    missing.push_back(path);
  for (; !missing.empty(); missing.pop_back())
    if (::mkdir(missing.back().c_str(), S_IRWXU) != 0 && errno != EEXIST)
      return missing.back().string() + ": " + std::strerror(errno);
  return read(file);
}

std::optional<std::string> History::read(const fs::path& file) {
  const FileDescriptor descriptor = open_own(file, O_RDWR | O_CREAT);
  if (!descriptor)
    return file.string() + ": " + (errno == EINVAL ? "it is no ordinary file" : std::strerror(errno));
  const std::string text = read_end(descriptor.get(), max_file_bytes);
  const bool is_long = ::lseek(descriptor.get(), 0, SEEK_END) > static_cast<off_t>(max_file_bytes);
  std::size_t count = 0;
  for (std::string_view rest = text; !rest.empty(); ++count) {
    const auto end = std::min(rest.find('\n'), rest.size());
    if (end > 0) remember(from_file_line(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  file_ = file;
  if (is_long || count > 2 * max_lines) write_anew();
  remove_oldest(file.parent_path());
  return std::nullopt;
}

void History::add(const std::string& line) {
  if (line.empty() || (!lines_.empty() && lines_.back() == line)) return;
  remember(line);
  if (file_.empty()) return;
  // One write for a line: several clients of one server share the file.
  const std::string text = to_file_line(line) + "\n";
  const FileDescriptor descriptor = open_own(file_, O_WRONLY | O_CREAT | O_APPEND);
  if (!descriptor) return;
  [[maybe_unused]] const ssize_t ignored = ::write(descriptor.get(), text.data(), text.size());
}

void History::remember(const std::string& line) {
  lines_.push_back(line);
  if (lines_.size() > max_lines) lines_.pop_front();
}

void History::write_anew() const {
  std::string text;
  for (const auto& line : lines_) text += to_file_line(line) + "\n";
  try {
    write_whole_file(file_.string(), text);
  } catch (const std::system_error&) {  // it stays long
  }
}

std::optional<std::size_t> History::find(std::string_view text, std::size_t before) const {
  const std::string wanted = lowered(text);
  for (std::size_t index = std::min(before, lines_.size()); index-- > 0;)
    if (lowered(lines_[index]).find(wanted) != std::string::npos) return index;
  return std::nullopt;
}

fs::path history_file(const fs::path& folder, std::string_view host, std::string_view port) {
  std::string name;
  for (const char c : lowered(std::string(host) + ":" + std::string(port))) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                          std::string_view("-_.:").find(c) != std::string_view::npos;
    if (is_plain) {
      name += c;
    } else {
      name += '%';
      append_hex(name, static_cast<unsigned char>(c));
    }
  }
  return folder / "history" / name;
}

}  // namespace parley::client
