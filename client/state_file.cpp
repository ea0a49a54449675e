#include "client/state_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>
#include <system_error>

#include "base/file_descriptor.hpp"
#include "base/whole_file.hpp"
#include "client/line_reader.hpp"

namespace parley::client {
namespace {

namespace fs = std::filesystem;

std::string last_error_text() {
  return std::generic_category().message(errno);
}

/// As XDG has it, folders are for the user alone.
void make_folders(const fs::path& folder) {
  fs::path made;
  for (const fs::path& part : folder) {
    made /= part;
    (void)::mkdir(made.c_str(), S_IRWXU);
  }
}

}  // namespace

StateLines read_state_lines(const fs::path& path, std::size_t max_bytes, std::size_t max_line_bytes) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  if (!file && errno == ENOENT) return {};
  std::string bytes(max_bytes, '\0');
  const auto count = file ? ::read(file.get(), bytes.data(), bytes.size()) : -1;
  if (count < 0) return {{}, last_error_text()};
  LineReader reader(max_line_bytes);
  reader.feed(std::string_view(bytes).substr(0, static_cast<std::size_t>(count)));
  StateLines read;
  while (const auto line = reader.next())
    if (!line->text.empty()) read.lines.push_back(line->text);
  return read;
}

std::string write_state_lines(const fs::path& path, const std::vector<std::string>& lines) {
  make_folders(path.parent_path());
  std::string bytes;
  for (const std::string& line : lines) bytes += line + "\n";
  try {
    write_whole_file(path.string(), bytes);
    return {};
  } catch (const std::system_error& error) {
    return error.code().message();
  }
}

}  // namespace parley::client
