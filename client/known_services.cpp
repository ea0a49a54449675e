#include "client/known_services.hpp"

#include <algorithm>
#include <cstdlib>
#include <system_error>

#include "base/environment.hpp"
#include "client/state_file.hpp"

namespace parley::client {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t max_server_bytes = 300;

}  // namespace

fs::path state_folder() {
  const std::string state = environment_variable("XDG_STATE_HOME");
  if (state.starts_with('/')) return fs::path(state) / "parley";
  const std::string home = environment_variable("HOME");
  std::error_code error;
  if (home.starts_with('/') && fs::is_directory(home, error)) return fs::path(home) / ".local/state/parley";
  return {};
}

bool KnownServices::has(std::string_view server) const {
  if (folder_.empty()) return false;
  return std::ranges::count(read_state_lines(file(), max_file_bytes, max_server_bytes).lines, server) > 0;
}

void KnownServices::set(std::string_view server, bool works) const {
  if (folder_.empty() || server.size() > max_server_bytes || server.find('\n') != std::string_view::npos ||
      has(server) == works)
    return;
  auto lines = read_state_lines(file(), max_file_bytes, max_server_bytes).lines;
  std::erase(lines, server);
  if (works) lines.emplace_back(server);
  if (lines.size() > max_servers) lines.erase(lines.begin());
  (void)write_state_lines(file(), lines);
}

}  // namespace parley::client
