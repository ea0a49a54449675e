#include "client/known_services.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include "base/file_descriptor.hpp"
#include "client/line_reader.hpp"

namespace parley::client {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_server_bytes = 300;

std::vector<std::string> read_lines(const fs::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  std::string bytes(KnownServices::max_file_bytes, '\0');
  const auto count = ::read(file.get(), bytes.data(), bytes.size());
  LineReader reader(max_server_bytes);
  reader.feed(std::string_view(bytes).substr(0, count > 0 ? static_cast<std::size_t>(count) : 0));
  std::vector<std::string> lines;
  while (const auto line = reader.next())
    if (!line->text.empty()) lines.push_back(line->text);
  return lines;
}

/// Whole or not at all: another parley may read it meanwhile.
void write_lines(const fs::path& path, const std::vector<std::string>& lines) {
  std::string bytes;
  for (const std::string& line : lines) bytes += line + "\n";
  std::string temporary = path.string() + ".XXXXXX";
  const FileDescriptor file(::mkostemp(temporary.data(), O_CLOEXEC));  // with mode 0600
  if (!file) return;
  const bool is_written =
      ::write(file.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
  if (!is_written || ::rename(temporary.c_str(), path.c_str()) != 0) (void)::unlink(temporary.c_str());
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

fs::path state_folder() {
  const char* const state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && *state == '/') return fs::path(state) / "parley";
  const char* const home = std::getenv("HOME");
  std::error_code error;
  if (home != nullptr && *home == '/' && fs::is_directory(home, error))
    return fs::path(home) / ".local/state/parley";
  return {};
}

bool KnownServices::has(std::string_view server) const {
  if (folder_.empty()) return false;
  return std::ranges::count(read_lines(file()), server) > 0;
}

void KnownServices::set(std::string_view server, bool works) const {
  if (folder_.empty() || server.size() > max_server_bytes || server.find('\n') != std::string_view::npos ||
      has(server) == works)
    return;
  make_folders(folder_);
  auto lines = read_lines(file());
  std::erase(lines, server);
  if (works) lines.emplace_back(server);
  if (lines.size() > max_servers) lines.erase(lines.begin());
  write_lines(file(), lines);
}

}  // namespace parley::client
