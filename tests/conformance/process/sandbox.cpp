#include "tests/conformance/process/sandbox.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <system_error>

#include "base/file_descriptor.hpp"
#include "tests/conformance/process/launch.hpp"

namespace parley::conform {
namespace {

const std::string own_folder = "/submission";
const std::string most_bytes_in_memory = "536870912";  // of /tmp, and of the home
const std::vector<std::string> system_folders = {"/usr",   "/bin",    "/sbin", "/lib", "/lib32",
                                                 "/lib64", "/libx32", "/etc",  "/opt", "/nix"};

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::string find_bubblewrap() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  std::string folder;
  while (std::getline(folders, folder, ':'))
    if (const std::string program = folder + "/bwrap"; ::access(program.c_str(), X_OK) == 0) return program;
  return {};
}

void write_map(const char* file, const std::string& text) {
  const FileDescriptor descriptor(::open(file, O_WRONLY | O_CLOEXEC));
  if (::write(descriptor.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size())) fail(file);
}

/// A user namespace in which this process may make networks; everybody keeps their numbers.
void enter_own_users() {
  const std::string user = std::to_string(::geteuid());
  const std::string group = std::to_string(::getegid());
  if (::unshare(CLONE_NEWUSER) != 0) fail("a user namespace");
  write_map("/proc/self/setgroups", "deny");
  write_map("/proc/self/uid_map", user + ' ' + user + " 1");
  write_map("/proc/self/gid_map", group + ' ' + group + " 1");
}

bool is_root() {
  return ::geteuid() == 0;
}

/// In a child: all that a sandbox takes, and nothing in it.
[[noreturn]] void try_one(const Confinement& confinement, int output) {
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  try {
    if (!is_root()) enter_own_users();
    enter_own_network();
    Launch("true", confinement, {}).become();
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
  }
  ::_exit(1);
}

/// What a trial printed; nothing when it went well.
std::string output_of_trial(const Confinement& confinement) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail("pipe");
  const FileDescriptor output(ends[0]);
  FileDescriptor input(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) fail("fork");
  if (child == 0) try_one(confinement, input.get());
  input.reset();
  std::string printed;
  std::array<char, 4096> room;
  for (ssize_t count = 0; (count = ::read(output.get(), room.data(), room.size())) > 0;)
    printed.append(room.data(), static_cast<std::size_t>(count));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (status == 0) return {};
  return printed.empty() ? "it cannot be started" : printed.substr(0, printed.find('\n'));
}

bool is_in(const std::string& path, const std::vector<std::string>& folders) {
  return std::ranges::any_of(
      folders, [&](const std::string& folder) { return (path + '/').starts_with(folder + '/'); });
}

}  // namespace

std::string prepare_sandboxes(const Confinement& confinement) {
  if (find_bubblewrap().empty()) return "bwrap is not installed; apt-get install bubblewrap";
  Confinement tried = confinement;
  tried.is_sandboxed = true;
  const std::string printed = output_of_trial(tried);
  if (!printed.empty())
    return "'" + printed + "'; the system must let users make namespaces: see examples/grading/README.md";
  if (!is_root()) enter_own_users();
  return {};
}

void enter_own_network() {
  if (::unshare(CLONE_NEWNET) != 0) fail("a network namespace");
  const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  request.ifr_name[0] = 'l';
  request.ifr_name[1] = 'o';
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) fail("the loopback of a network namespace");
}

std::vector<std::string> sandbox_words(const Confinement& confinement) {
  // The host's name is one that is known there: many servers listen at whatever address it has.
  std::vector<std::string> words = {find_bubblewrap(),   "--unshare-user", "--unshare-pid",
                                    "--unshare-ipc",     "--unshare-uts",  "--unshare-cgroup-try",
                                    "--die-with-parent", "--hostname",     "localhost"};
  const auto add = [&](std::initializer_list<std::string> more) { words.insert(words.end(), more); };
  if (confinement.has_no_network) add({"--unshare-net"});
  for (const auto& folder : system_folders) add({"--ro-bind-try", folder, folder});
  add({"--proc", "/proc", "--dev", "/dev"});
  for (const auto& folder : {std::string("/tmp"), sandbox_home})
    add({"--size", most_bytes_in_memory, "--tmpfs", folder});
  for (const auto& path : confinement.visible) add({"--ro-bind", path, path});
  for (const auto& path : confinement.hidden)
    if (is_in(path, system_folders) || is_in(path, confinement.visible)) add({"--tmpfs", path});
  if (!confinement.folder.empty()) add({"--bind", confinement.folder, own_folder, "--chdir", own_folder});
  add({"--"});
  return words;
}

}  // namespace parley::conform
