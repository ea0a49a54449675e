#include "server/control/control_socket.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace parley::control {
namespace {

constexpr mode_t owner_alone = 0600;
constexpr int backlog = 16;

[[noreturn]] void fail(const std::string& path, const std::string& why) {
  throw std::runtime_error("cannot be controlled at " + path + ": " + why);
}

[[noreturn]] void fail(const std::string& path, int error) {
  fail(path, std::generic_category().message(error));
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    fail(path, "the path of a socket has at most " + std::to_string(sizeof address.sun_path - 1) + " bytes");
  path.copy(address.sun_path, path.size());
  return address;
}

FileDescriptor new_socket() {
  return FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

template <typename Call>
int with(const sockaddr_un& address, int descriptor, Call call) {
  return call(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

/// The folder, locked: of two programs that find the same stale socket one replaces it, and the other finds
/// that one alive.
FileDescriptor lock_folder(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  FileDescriptor descriptor(
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!descriptor) fail(path, "its folder: " + std::generic_category().message(errno));
  ::flock(descriptor.get(), LOCK_EX);  // best effort: not every file system has locks
  return descriptor;
}

void remove_stale(const std::string& path, const sockaddr_un& address) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return;
    fail(path, errno);
  }
  if (!S_ISSOCK(status.st_mode)) fail(path, "something that is no socket is there");
  const FileDescriptor probe = new_socket();
  if (with(address, probe.get(), ::connect) == 0 || errno == EAGAIN)
    fail(path, "another server is controlled there; give each a path of its own");
  if (errno != ECONNREFUSED) fail(path, errno);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail(path, errno);
}

}  // namespace

ControlSocket::ControlSocket(std::string path) : path_(std::move(path)) {
  const sockaddr_un address = address_of(path_);
  const FileDescriptor folder = lock_folder(path_);
  remove_stale(path_, address);
  socket_ = new_socket();
  // Of the socket before it has a name: the name has this mode from its beginning.
  if (!socket_ || ::fchmod(socket_.get(), owner_alone) != 0 || with(address, socket_.get(), ::bind) != 0)
    fail(path_, errno);
  struct stat status {};
  if (::listen(socket_.get(), backlog) != 0 || ::lstat(path_.c_str(), &status) != 0) fail(path_, errno);
  device_ = status.st_dev;
  inode_ = status.st_ino;
}

ControlSocket::~ControlSocket() {
  struct stat status {};
  if (::lstat(path_.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_)
    ::unlink(path_.c_str());
}

}  // namespace parley::control
