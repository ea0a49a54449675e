#include "tests/conformance/process/sandbox.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "base/file_descriptor.hpp"
#include "tests/conformance/process/launch.hpp"
#include "tests/conformance/process/shortage.hpp"

namespace parley::conform {
namespace {

constexpr std::size_t most_bytes_in_memory =
    std::size_t{512} * 1024 * 1024;  // of /tmp, /dev/shm and the home each
const std::vector<std::string> system_folders = {"/usr",   "/bin",    "/sbin", "/lib", "/lib32",
                                                 "/lib64", "/libx32", "/etc",  "/opt", "/nix"};

[[noreturn]] void fail_to_shut_in(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

std::string find_bubblewrap() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  std::string folder;
  while (std::getline(folders, folder, ':'))
    if (std::string program = folder + "/bwrap"; ::access(program.c_str(), X_OK) == 0) return program;
  return {};
}

void write_map(const char* file, const std::string& text) {
  const FileDescriptor descriptor(::open(file, O_WRONLY | O_CLOEXEC));
  if (!descriptor) fail_to_shut_in(file);
  if (::write(descriptor.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    fail_to_shut_in(file);
}

/// A user namespace in which this process may make networks; everybody keeps their numbers.
void enter_own_users() {
  const std::string user = std::to_string(::geteuid());
  const std::string group = std::to_string(::getegid());
  if (::unshare(CLONE_NEWUSER) != 0) fail_to_shut_in("a user namespace");
  write_map("/proc/self/setgroups", "deny");
  write_map("/proc/self/uid_map", user + ' ' + user + " 1");
  write_map("/proc/self/gid_map", group + ' ' + group + " 1");
}

/// The system's own file systems stay in sight; what is mounted here is seen by nobody else.
void enter_own_mounts() {
  if (::unshare(CLONE_NEWNS) != 0) fail_to_shut_in("a mount namespace");
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) fail_to_shut_in("mounts of its own");
}

bool is_root() {
  return ::geteuid() == 0;
}

/// In a child: all that a sandbox takes, and nothing in it. What it says is English.
[[noreturn]] void try_one(const Confinement& confinement, int output) {
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  try {
    if (!is_root()) enter_own_users();
    enter_own_mounts();
    if (!confinement.folder.empty()) {
      mount_in_memory(confinement.folder, 1 << 20, 16);
      if (::chmod(confinement.folder.c_str(), S_IRWXU | S_IRWXG | S_IRWXO) != 0) fail_to_shut_in("chmod");
    }
    enter_own_network();
    Launch("true", confinement, {"LC_ALL=C"}).become();
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
  }
  ::_exit(1);
}

/// In place of what one has printed that ended without a word, as who was killed does.
constexpr const char* no_word = "it cannot be started";

/// What a trial printed; nothing when it went well.
std::string output_of_trial(const Confinement& confinement) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail_to_shut_in("trying a sandbox: pipe");
  const FileDescriptor output(ends[0]);
  FileDescriptor input(ends[1]);
  const pid_t child = ::fork();
  if (child < 0) fail_to_shut_in("trying a sandbox: fork");
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
  return printed.empty() ? no_word : printed.substr(0, printed.find('\n'));
}

constexpr const char* unknown_option = "Unknown option";

/// What the system answers to those whom it does not let make namespaces or mounts; and what an old bwrap
/// does.
bool tells_that_it_cannot_be(const std::string& printed) {
  for (const char* kind : {"user", "mnt", "net", "pid", "ipc", "uts"}) {
    std::ifstream file("/proc/sys/user/max_" + std::string(kind) + "_namespaces");
    if (long most = 0; file >> most && most == 0) return true;
  }
  constexpr std::array<std::string_view, 7> answers = {
      unknown_option,      "not supported",  "Operation not permitted",
      "Permission denied", "No permissions", "Function not implemented",
      "Invalid argument"};
  return std::ranges::any_of(
      answers, [&](std::string_view answer) { return printed.find(answer) != std::string::npos; });
}

/// What a trial printed that it is forbidden; nothing when it went well. Throws when it is not known to be
/// forbidden: it may be possible the next time, and nobody has asked for less.
std::string why_forbidden(const Confinement& confinement) {
  std::string printed;
  try {
    patiently([&] {
      printed = output_of_trial(confinement);
      if ((printed == no_word || tells_of_shortage(printed)) && !tells_that_it_cannot_be(printed))
        throw std::system_error(EAGAIN, std::generic_category());
    });
  } catch (const std::system_error&) {
    if (printed.empty()) throw;
  }
  if (printed.empty() || tells_that_it_cannot_be(printed)) return printed;
  throw std::runtime_error("no sandbox can be made now: '" + printed + "'; --sandbox off does without");
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
  const std::string printed = why_forbidden(tried);
  if (printed.find(unknown_option) != std::string::npos)
    return "'" + printed + "'; bwrap is too old: 0.8 or a later one is needed";
  if (!printed.empty())
    return "'" + printed + "'; the system must let users make namespaces: see examples/grading/README.md";
  if (!is_root()) patiently(enter_own_users);
  patiently(enter_own_mounts);
  return {};
}

void mount_in_memory(const std::string& folder, std::size_t most_bytes, std::size_t most_files) {
  const std::string limits =
      "mode=0700,size=" + std::to_string(most_bytes) + ",nr_inodes=" + std::to_string(most_files);
  if (::mount("parley-conform", folder.c_str(), "tmpfs", MS_NOSUID | MS_NODEV, limits.c_str()) != 0)
    fail_to_shut_in("a file system in memory");
}

void enter_own_network() {
  if (::unshare(CLONE_NEWNET) != 0) fail_to_shut_in("a network namespace");
  const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket) fail_to_shut_in("the loopback of a network namespace");
  ifreq request{};
  request.ifr_name[0] = 'l';
  request.ifr_name[1] = 'o';
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0)
    fail_to_shut_in("the loopback of a network namespace");
}

std::vector<std::string> sandbox_words(const Confinement& confinement) {
  // The host's name is one that is known there: many servers listen at whatever address it has.
  std::vector<std::string> words = {
      find_bubblewrap(),  "--unshare-user",    "--unshare-pid",
      "--unshare-ipc",    "--unshare-uts",     "--unshare-cgroup-try",
      "--disable-userns", "--die-with-parent", "--hostname",
      "localhost",        "--json-status-fd",  std::to_string(status_descriptor)};
  const auto add = [&](std::initializer_list<std::string> more) { words.insert(words.end(), more); };
  if (confinement.has_no_network) add({"--unshare-net"});
  for (const auto& folder : system_folders) add({"--ro-bind-try", folder, folder});
  add({"--proc", "/proc", "--dev", "/dev"});
  for (const auto& folder : {std::string("/tmp"), sandbox_home, std::string("/dev/shm")})
    add({"--size", std::to_string(most_bytes_in_memory), "--tmpfs", folder});
  for (const auto& path : confinement.visible) add({"--ro-bind", path, path});
  for (const auto& path : confinement.hidden)
    if (is_in(path, system_folders) || is_in(path, confinement.visible)) add({"--tmpfs", path});
  if (!confinement.folder.empty())
    add({"--bind", confinement.folder, sandbox_folder, "--chdir", sandbox_folder});
  // What is still writable there would hold as much as half of the machine's memory.
  add({"--remount-ro", "/dev", "--remount-ro", "/", "--"});
  return words;
}

}  // namespace parley::conform
