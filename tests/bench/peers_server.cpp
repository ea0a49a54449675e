#include "tests/bench/peers_server.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "tests/bench/socket.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/parleyd.hpp"
#include "tests/support/process.hpp"

namespace parley::bench {
namespace {

/// Servers are often where only the superuser's PATH leads.
std::string find_program(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream directories((path == nullptr ? "" : std::string(path) + ':') +
                                 "/usr/local/sbin:/usr/sbin:/sbin");
  for (std::string directory; std::getline(directories, directory, ':');) {
    std::string candidate = directory + '/' + program;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  throw std::runtime_error(program + " is not installed");
}

class ProgramServer : public Server {
 public:
  ProgramServer(const std::string& program, const MakeArguments& make_arguments)
      : port_(test::free_port()), process_(find_program(program), make_arguments(directory_.path(), port_)) {
    const test::Deadline deadline;
    while (!can_be_connected_to()) {
      const bool has_ended = process_.try_wait(test::Deadline(std::chrono::milliseconds(5))).has_value();
      if (has_ended || deadline.has_passed())
        throw std::runtime_error(program + " did not come up: " + process_.output().text() +
                                 process_.error().text());
    }
  }

  pid_t pid() const override { return process_.pid(); }
  std::uint16_t port() const override { return port_; }

 private:
  bool can_be_connected_to() const {
    try {
      connect_to(port_);
      return true;
    } catch (const std::runtime_error&) {
      return false;
    }
  }

  test::TemporaryDirectory directory_;
  std::uint16_t port_;
  test::Process process_;
};

}  // namespace

std::unique_ptr<Server> start_program(const std::string& program, const MakeArguments& make_arguments) {
  constexpr int attempts = 3;
  for (int attempt = 1;; ++attempt) {
    try {
      return std::make_unique<ProgramServer>(program, make_arguments);
    } catch (const std::runtime_error&) {
      if (attempt == attempts) throw;
    }
  }
}

std::string write_configuration(const std::filesystem::path& directory, const std::string& text) {
  const std::filesystem::path path = directory / "configuration";
  std::ofstream file(path);
  file << text;
  file.close();
  if (!file) throw std::runtime_error("cannot write " + path.string());
  return path;
}

}  // namespace parley::bench
