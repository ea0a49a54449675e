#include "tests/conformance/process/private_copy.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "tests/conformance/model/bad_input.hpp"

namespace parley::conform {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t most_copied_bytes = std::uintmax_t{1} << 30;

void give(const fs::path& path, const std::optional<Account>& account) {
  if (account && ::lchown(path.c_str(), account->user, account->group) != 0)
    throw fs::filesystem_error("chown", path, std::error_code(errno, std::generic_category()));
}

void copy_entry(const fs::directory_entry& entry, const fs::path& target) {
  if (entry.is_symlink()) {
    fs::copy_symlink(entry.path(), target);
  } else if (entry.is_directory()) {
    fs::create_directory(target);
  } else {
    fs::copy_file(entry.path(), target);
    fs::permissions(target, fs::perms::owner_read | fs::perms::owner_write, fs::perm_options::add);
  }
}

void copy_tree(const fs::path& original, const fs::path& copy, const std::optional<Account>& account) {
  std::uintmax_t bytes = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(original)) {
    const bool is_file = !entry.is_symlink() && entry.is_regular_file();
    if (!is_file && !entry.is_symlink() && !entry.is_directory()) continue;
    if (is_file && (bytes += entry.file_size()) > most_copied_bytes)
      throw BadInput{"the folder " + original.string() + " has more than 1 GiB, too much to be copied"};
    const fs::path target = copy / entry.path().lexically_relative(original);
    copy_entry(entry, target);
    give(target, account);
  }
}

/// Only that account may signal all of its processes with one call, and so none is made meanwhile.
void end_all_of(const Account& account) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setresgid(account.group, account.group, account.group) == 0 &&
        ::setresuid(account.user, account.user, account.user) == 0)
      ::kill(-1, SIGKILL);
    ::_exit(0);
  }
  while (child > 0 && ::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

/// Whoever lived there may have closed folders against their owner.
void open_folders(const fs::path& place) {
  std::error_code error;
  const fs::recursive_directory_iterator end;
  for (fs::recursive_directory_iterator entry(place, error); entry != end; entry.increment(error))
    if (!entry->is_symlink() && entry->is_directory())
      fs::permissions(entry->path(), fs::perms::owner_all, fs::perm_options::add, error);
}

}  // namespace

std::string begin_of_copies() {
  return (fs::temp_directory_path() / "parley-conform.").string();
}

PrivateCopy::PrivateCopy(const fs::path& original, Confinement& confinement) : confinement_(confinement) {
  std::string name = begin_of_copies() + "XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
  place_ = name;
  try {
    const fs::path folder = place_ / "submission";
    fs::create_directory(folder);
    copy_tree(original, folder, confinement.account);
    give(folder, confinement.account);
    ::chmod(folder.c_str(), S_IRWXU);
    if (confinement.account) ::chmod(place_.c_str(), S_IRWXU | S_IXGRP | S_IXOTH);  // to be walked through
    confinement.folder = folder;
  } catch (const fs::filesystem_error& error) {
    fs::remove_all(place_);
    throw BadInput{"the folder " + original.string() + " cannot be copied: " + error.what()};
  } catch (...) {
    fs::remove_all(place_);
    throw;
  }
}

PrivateCopy::~PrivateCopy() {
  if (confinement_.account && !confinement_.is_sandboxed) end_all_of(*confinement_.account);
  std::error_code error;
  open_folders(place_);
  fs::remove_all(place_, error);
}

}  // namespace parley::conform
