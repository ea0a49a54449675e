#include "server/accounts/account_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "base/output.hpp"
#include "base/private_file.hpp"
#include "base/whole_file.hpp"

namespace parley::accounts {
namespace {

/// Forty thousand accounts: a university, not a mistake of somebody who names a film.
constexpr std::size_t most_file_bytes = std::size_t{8} * 1024 * 1024;
constexpr std::size_t read_bytes = std::size_t{16} * 1024;

[[noreturn]] void fail(const std::string& path, std::string_view why) {
  throw std::runtime_error(fmt::format("cannot take the accounts of {}: {}", path, why));
}

[[noreturn]] void fail_with_error(const std::string& path) {
  const int error = errno;
  if (error == ENOENT)
    fail(path, fmt::format("there is no such file; parleyd account add NAME --accounts {} makes it", path));
  fail(path, std::generic_category().message(error));
}

std::string read_all(const FileDescriptor& file, const std::string& path) {
  std::string text;
  std::array<char, read_bytes> room;
  for (;;) {
    const ssize_t count = ::read(file.get(), room.data(), room.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_with_error(path);
    if (count == 0) return text;
    text.append(room.data(), static_cast<std::size_t>(count));
    if (text.size() > most_file_bytes) fail(path, "it is over 8 MiB");
  }
}

/// Of a file that is open, so that it cannot be another one than what is read.
AccountList read_accounts(const FileDescriptor& file, const std::string& path) {
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) fail_with_error(path);
  if (!S_ISREG(status.st_mode)) fail(path, "it is no file");
  if (is_open_to_others(status))
    fail(path, fmt::format("others than its owner can open it; chmod 600 {}", path));
  const std::string text = read_all(file, path);
  try {
    return AccountList::parse(text);
  } catch (const std::runtime_error& error) {
    fail(path, error.what());
  }
}

/// Whether the file that is open still has the name: somebody may have put another one there meanwhile.
bool is_still(const FileDescriptor& file, const std::string& path) {
  struct stat own {};
  struct stat named {};
  return ::fstat(file.get(), &own) == 0 && ::stat(path.c_str(), &named) == 0 && own.st_dev == named.st_dev &&
         own.st_ino == named.st_ino;
}

FileDescriptor lock(const std::string& path, bool creates) {
  const int flags = O_RDWR | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (creates ? O_CREAT : 0);
  for (;;) {
    FileDescriptor file(::open(path.c_str(), flags, S_IRUSR | S_IWUSR));
    if (!file) fail_with_error(path);
    while (::flock(file.get(), LOCK_EX) != 0)
      if (errno != EINTR) fail_with_error(path);
    if (is_still(file, path)) return file;
  }
}

}  // namespace

AccountList read_account_file(const std::string& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  return read_accounts(file, path);
}

AccountFileChange::AccountFileChange(const std::string& path, IfMissing if_missing)
    : path_(follow_links(path)),
      locked_(lock(path_, if_missing == IfMissing::create)),
      accounts_(read_accounts(locked_, path_)) {}

void AccountFileChange::save() {
  write_whole_file(path_, accounts_.to_text());
}

}  // namespace parley::accounts
