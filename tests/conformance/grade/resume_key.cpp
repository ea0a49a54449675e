#include "tests/conformance/grade/resume_key.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "base/file_descriptor.hpp"
#include "base/private_file.hpp"

namespace parley::conform {
namespace {

namespace fs = std::filesystem;

using Secret = std::array<char, 32>;

/// Empty when there is no place.
fs::path secret_file() {
  fs::path state;
  if (const char* given = std::getenv("XDG_STATE_HOME"); given != nullptr && *given == '/') {
    state = given;
  } else {
    const char* home = std::getenv("HOME");
    const passwd* account = home == nullptr || *home != '/' ? ::getpwuid(::geteuid()) : nullptr;
    if (account != nullptr) home = account->pw_dir;
    if (home == nullptr || *home != '/') return {};
    state = fs::path(home) / ".local/state";
  }
  return state / "parley/grading-secret";
}

/// One that nobody else can read or has written. 0 or the error.
int read_secret(const fs::path& path, Secret& secret) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) return errno;
  const bool is_private =
      S_ISREG(status.st_mode) && status.st_uid == ::geteuid() && !is_open_to_others(status);
  if (!is_private) return EPERM;
  return ::read(file.get(), secret.data(), secret.size()) == static_cast<ssize_t>(secret.size()) ? 0 : EINVAL;
}

/// Two runs may do so at the same time: the first one's is kept. 0 or the error.
int write_secret(const fs::path& path, const Secret& secret) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) return error.value();
  std::string part = path.string() + ".XXXXXX";
  const FileDescriptor file(::mkostemp(part.data(), O_CLOEXEC));
  if (!file) return errno;
  const bool is_written =
      ::write(file.get(), secret.data(), secret.size()) == static_cast<ssize_t>(secret.size());
  const int problem = is_written && ::link(part.c_str(), path.c_str()) == 0 ? 0 : errno;
  ::unlink(part.c_str());
  return problem;
}

Secret known_secret(std::string& why_not_kept) {
  Secret secret{};
  const fs::path path = secret_file();
  int problem = path.empty() ? ENOENT : read_secret(path, secret);
  if (problem == 0) return secret;
  if (::getrandom(secret.data(), secret.size(), 0) != static_cast<ssize_t>(secret.size()))
    throw std::system_error(errno, std::generic_category(), "getrandom");
  if (problem == ENOENT && !path.empty()) problem = write_secret(path, secret);
  if (problem == EEXIST) problem = read_secret(path, secret);
  if (problem != 0)
    why_not_kept = (path.empty() ? std::string("this account has no home") : path.string()) + ": " +
                   std::generic_category().message(problem);
  return secret;
}

}  // namespace

Fingerprint with_secret(const Fingerprint& fingerprint, std::string& why_not_kept) {
  const Secret secret = known_secret(why_not_kept);
  FingerprintTaker taker;
  taker.add({secret.data(), secret.size()});
  taker.add(fingerprint.digits);
  return taker.fingerprint();
}

}  // namespace parley::conform
