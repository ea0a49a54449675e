#include "server/port_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "base/whole_file.hpp"

namespace parley {
namespace {

constexpr std::chrono::milliseconds at_once{0};

}  // namespace

PortFile::PortFile(std::string path) : path_(std::move(path)) {
  if (const auto descriptor = to_descriptor(follow_links(path_))) descriptor_ = Output::to(*descriptor);
}

bool PortFile::publish(std::string_view text) {
  if (path_.empty()) return true;
  if (descriptor_) return put(*descriptor_, text);
  const std::string target = follow_links(path_);
  struct stat status {};
  if (::stat(target.c_str(), &status) != 0 || S_ISREG(status.st_mode)) {
    replace(target, text);
    return true;
  }
  if (!S_ISFIFO(status.st_mode) && !S_ISCHR(status.st_mode))
    throw std::runtime_error("cannot write the port to " + path_ + ": it is no file, FIFO or terminal");
  FileDescriptor file(::open(target.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file && errno == ENXIO && S_ISFIFO(status.st_mode)) return false;
  if (!file) fail(errno);
  return put(Output(std::move(file)), text);
}

void PortFile::withdraw() noexcept {
  struct stat there {};
  struct stat own {};
  if (own_ && ::fstat(own_.get(), &own) == 0 && ::lstat(target_.c_str(), &there) == 0 &&
      own.st_dev == there.st_dev && own.st_ino == there.st_ino)
    ::unlink(target_.c_str());
  own_.reset();
}

void PortFile::replace(const std::string& target, std::string_view text) {
  try {
    own_ = put_whole_file(target, text);
  } catch (const std::system_error& error) {
    fail(error.code().value());
  }
  target_ = target;
}

bool PortFile::put(const Output& output, std::string_view text) const {
  if (output.put(text, at_once)) return true;
  if (errno != EAGAIN) fail(errno);
  return false;
}

void PortFile::fail(int error) const {
  throw std::system_error(error, std::generic_category(), "cannot write the port to " + path_);
}

}  // namespace parley
