#include "tests/support/parleyd.hpp"

#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

namespace parley::test {
namespace {

std::vector<std::string> with_port_file(const std::filesystem::path& directory,
                                        std::vector<std::string> options) {
  std::vector<std::string> all = {"--port-file", directory / "port"};
  if (std::ranges::find(options, "--port") == options.end()) all.insert(all.end(), {"--port", "0"});
  all.insert(all.end(), std::make_move_iterator(options.begin()), std::make_move_iterator(options.end()));
  return all;
}

/// Reads "parleyd: listening on 127.0.0.1:5050" or "... on [::1]:5050".
Endpoint wait_for_endpoint(Process& process, Where where) {
  constexpr std::string_view announcement = "parleyd: listening on ";
  const auto line = process.output().try_line();
  const auto colon = line ? line->rfind(':') : std::string::npos;
  if (!line || !line->starts_with(announcement) || colon < announcement.size())
    fail(where, "expected \"parleyd: listening on HOST:PORT\", got " + escaped(line.value_or("no line")));
  std::string host = line->substr(announcement.size(), colon - announcement.size());
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  return {host, static_cast<std::uint16_t>(std::stoul(line->substr(colon + 1)))};
}

std::size_t count_entries(const std::string& directory) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory)) ++count;
  return count;
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = std::filesystem::temp_directory_path() / "parley-test-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) fail_errno(Where::here(), "mkdtemp " + pattern);
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string parleyd_path() {
  const char* path = std::getenv("PARLEYD");
  return path == nullptr ? PARLEYD_PATH : path;
}

Parleyd::Parleyd(std::vector<std::string> options, const ProcessOptions& process_options, Where where)
    : process_(parleyd_path(), with_port_file(directory_.path(), std::move(options)), process_options, where),
      endpoint_(wait_for_endpoint(process_, where)) {
  // With other dialects each line begins with its dialect.
  std::string word;
  std::ifstream file(directory_.path() / "port");
  if (file >> word && word == "two-socket") file >> word;
  if (!file || word != std::to_string(endpoint_.port))
    fail(where, "the port file does not hold " + std::to_string(endpoint_.port));
}

std::uint16_t Parleyd::port_of(std::string_view dialect, Where where) const {
  std::ifstream file(directory_.path() / "port");
  std::string spoken;
  for (std::uint16_t port = 0; file >> spoken >> port;)
    if (spoken == dialect) return port;
  fail(where, "the port file does not name " + std::string(dialect));
}

Parleyd::~Parleyd() {
  process_.end();
  if (!process_.has_error()) return;
  const std::string log = process_.error().text();
  for (const std::string_view report : {"Sanitizer", "runtime error:"}) {
    if (log.find(report) == std::string::npos) continue;
    std::cerr << "parleyd says:\n" << log << std::endl;
    std::abort();
  }
}

std::string Parleyd::stop(Where where) {
  process_.signal(SIGTERM);
  const auto exit = process_.wait(Deadline(), where);
  const std::string output = process_.output().read_all(where);
  if (exit != Exit{0, 0}) {
    std::ostringstream text;
    text << "parleyd ended with " << exit << ", its log is " << process_.error().read_all(where);
    fail(where, text.str());
  }
  const auto last_line_end = output.find_last_not_of('\n') + 1;
  const auto last_line_begin = output.rfind('\n', last_line_end - 1) + 1;
  return output.substr(last_line_begin, last_line_end - last_line_begin);
}

std::size_t Parleyd::threads() const {
  return count_entries("/proc/" + std::to_string(process_.pid()) + "/task");
}

std::size_t Parleyd::descriptors() const {
  return count_entries("/proc/" + std::to_string(process_.pid()) + "/fd");
}

}  // namespace parley::test
