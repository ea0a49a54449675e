#include "tests/conformance/process/temporary_folder.hpp"

#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <iostream>

#include "tests/conformance/model/bad_input.hpp"
#include "tests/conformance/process/as_account.hpp"
#include "tests/conformance/process/remove_tree.hpp"
#include "tests/conformance/process/sandbox.hpp"
#include "tests/conformance/process/shortage.hpp"

namespace parley::conform {
namespace {

namespace fs = std::filesystem;

constexpr const char* advice = "; set TMPDIR to another folder, such as /tmp";

std::string folder_for_temporary_files() {
  std::error_code error;
  const fs::path folder = fs::temp_directory_path(error);
  if (!error) return folder;
  const char* const name = std::getenv("TMPDIR");
  throw BadInput{"there is no folder for temporary files" +
                 (name == nullptr ? std::string() : ": " + std::string(name)) + advice};
}

}  // namespace

std::string begin_of_temporary_folders() {
  return (fs::path(folder_for_temporary_files()) / "parley-conform.").string();
}

TemporaryFolder::TemporaryFolder() {
  const std::string place = folder_for_temporary_files();
  const std::string begin = begin_of_temporary_folders();
  patiently([&] {
    std::string name = begin + "XXXXXX";
    if (::mkdtemp(name.data()) != nullptr) return void(path_ = name);
    const std::error_code error(errno, std::generic_category());
    throw_if_short(error, "a folder for temporary files");
    throw BadInput{"nothing can be written to the folder for temporary files " + place + ": " +
                   error.message() + advice};
  });
}

TemporaryFolder::~TemporaryFolder() {
  if (is_in_memory_) ::umount2(path_.c_str(), MNT_DETACH);
  if (!remove_tree(path_)) std::cerr << "parley-conform: " + path_.string() + " cannot be removed\n";
}

void TemporaryFolder::hold_in_memory(std::size_t most_bytes, std::size_t most_files) {
  patiently([&] { mount_in_memory(path_, most_bytes, most_files); });
  is_in_memory_ = true;
}

bool TemporaryFolder::has_room() const {
  constexpr unsigned long enough_bytes = 1024 * 1024;
  struct statvfs room {};
  if (::statvfs(path_.c_str(), &room) != 0) return true;
  return room.f_bavail * room.f_frsize >= enough_bytes && (room.f_files == 0 || room.f_favail > 0);
}

void TemporaryFolder::check_way_for(const Account& account) const {
  const fs::path place = path_.parent_path();
  if (is_so_for(account, [&] { return ::access(place.c_str(), X_OK) != 0; }))
    throw BadInput{
        "user " + std::to_string(account.user) +
        ", as whom programs are run, cannot enter the folder for temporary files " + place.string() +
        "; let everybody enter it and the folders that it is in (chmod o+x), or set TMPDIR to another "
        "folder, such as /tmp"};
}

}  // namespace parley::conform
