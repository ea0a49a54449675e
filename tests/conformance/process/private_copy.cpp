#include "tests/conformance/process/private_copy.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <iostream>
#include <string>
#include <system_error>

#include "tests/conformance/model/bad_input.hpp"
#include "tests/conformance/process/as_account.hpp"
#include "tests/conformance/process/shortage.hpp"

namespace parley::conform {
namespace {

namespace fs = std::filesystem;

// Of folders that were handed in: each takes a descriptor while they are copied.
constexpr int most_depth = 100;

BadInput too_large(const fs::path& original) {
  return {"the folder " + original.string() + " has more than " + std::to_string(most_bytes_of_copy >> 30) +
          " GiB, " + std::to_string(most_files_of_copy) + " files or " + std::to_string(most_depth) +
          " folders in each other, too much to be copied"};
}

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
  std::size_t files = 0;
  for (auto place = fs::recursive_directory_iterator(original); place != fs::recursive_directory_iterator();
       ++place) {
    const fs::directory_entry& entry = *place;
    if (++files > most_files_of_copy || place.depth() > most_depth) throw too_large(original);
    const bool is_file = !entry.is_symlink() && entry.is_regular_file();
    if (!is_file && !entry.is_symlink() && !entry.is_directory()) continue;
    if (is_file && (bytes += entry.file_size()) > most_bytes_of_copy) throw too_large(original);
    const fs::path target = copy / entry.path().lexically_relative(original);
    copy_entry(entry, target);
    give(target, account);
  }
}

/// Only that account may signal all of its processes with one call, and so none is made meanwhile.
void end_all_of(const Account& account) {
  is_so_for(account, [] { return ::kill(-1, SIGKILL) == 0; });
}

}  // namespace

PrivateCopy::PrivateCopy(const fs::path& original, Confinement& confinement) : confinement_(confinement) {
  if (confinement.is_sandboxed) place_.hold_in_memory(most_bytes_of_copy, most_files_of_copy);
  try {
    const fs::path folder = place_.path() / "submission";
    fs::create_directory(folder);
    copy_tree(original, folder, confinement.account);
    give(folder, confinement.account);
    ::chmod(folder.c_str(), S_IRWXU);
    if (confinement.account)
      ::chmod(place_.path().c_str(), S_IRWXU | S_IXGRP | S_IXOTH);  // to be walked through
    confinement.folder = folder;
  } catch (const fs::filesystem_error& error) {
    if (place_.is_in_memory() && !place_.has_room()) throw too_large(original);
    throw_if_no_room();
    throw_if_short(error.code(), "copying a submission");
    throw BadInput{"the folder " + original.string() + " cannot be copied: " + error.what()};
  }
}

PrivateCopy::~PrivateCopy() {
  if (!confinement_.account || confinement_.is_sandboxed) return;
  try {
    end_all_of(*confinement_.account);
  } catch (const std::system_error& error) {
    std::cerr << "parley-conform: what runs as user " + std::to_string(confinement_.account->user) +
                     " cannot be ended: " + error.what() + '\n';
  }
}

void PrivateCopy::throw_if_no_room() const {
  if (!place_.is_in_memory() && !place_.has_room())
    throw std::system_error(ENOSPC, std::generic_category(), place_.path().parent_path().string());
}

}  // namespace parley::conform
