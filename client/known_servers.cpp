#include "client/known_servers.hpp"

#include <utility>

#include "client/state_file.hpp"

namespace parley::client {
namespace {

// A host's name, its port and a fingerprint.
constexpr std::size_t max_line_bytes = 512;

}  // namespace

KnownServers::Seen KnownServers::find(std::string_view server) const {
  if (folder_.empty()) return {};
  auto [lines, problem] = read_state_lines(file(), max_file_bytes, max_line_bytes);
  if (!problem.empty()) return {{}, std::move(problem)};
  for (const std::string& line : lines) {
    const std::string_view text = line;
    const auto blank = text.find(' ');
    if (blank != std::string_view::npos && text.substr(0, blank) == server)
      return {std::string(text.substr(blank + 1)), {}};
  }
  return {};
}

std::string KnownServers::add(std::string_view server, std::string_view fingerprint) const {
  if (folder_.empty()) return "there is no folder for it";
  const std::string line = std::string(server) + ' ' + std::string(fingerprint);
  if (line.size() > max_line_bytes || server.find_first_of(" \n") != std::string_view::npos)
    return "the host's name is none";
  auto [lines, problem] = read_state_lines(file(), max_file_bytes, max_line_bytes);
  if (!problem.empty()) return problem;
  lines.push_back(line);
  if (lines.size() > max_servers) lines.erase(lines.begin());
  return write_state_lines(file(), lines);
}

}  // namespace parley::client
