#include "tests/conformance/command/handed_in.hpp"

#include <system_error>

#include "tests/conformance/process/confinement.hpp"

namespace parley::conform {
namespace {

namespace fs = std::filesystem;

/// The folder of the class in which that is, as it is called there; empty when it is in none.
std::string class_folder_of(const fs::path& target, const fs::path& class_folder) {
  const fs::path inside = target.lexically_relative(class_folder);
  if (inside.empty() || *inside.begin() == ".." || *inside.begin() == ".") return {};
  std::error_code error;
  return fs::is_directory(class_folder / *inside.begin(), error) ? inside.begin()->string() : std::string();
}

}  // namespace

std::string why_not_handed_in(const fs::path& submission) {
  std::error_code error;
  if (!fs::is_symlink(submission, error)) return {};
  const fs::path target = fs::canonical(submission, error);
  if (error) return "It is a link that leads nowhere.";
  const std::string other = class_folder_of(target, fs::canonical(submission.parent_path(), error));
  return "It is a link to " + (other.empty() ? "a folder elsewhere" : "the submission '" + other + '\'') +
         ", which may be somebody else's work. To have it judged, put the folder itself there.";
}

std::string why_not_its_own(const fs::path& submission) {
  std::error_code error;
  const fs::path own = fs::canonical(submission, error);
  const fs::path class_folder = own.parent_path();
  std::size_t entries = 0;
  const fs::recursive_directory_iterator end;
  for (fs::recursive_directory_iterator entry(own, fs::directory_options::skip_permission_denied, error);
       entry != end; entry.increment(error)) {
    if (++entries > most_files_of_copy)
      return "It has more than " + std::to_string(most_files_of_copy) + " files.";
    std::error_code none;
    if (!entry->is_symlink(none)) continue;
    const fs::path target = fs::weakly_canonical(entry->path(), none);
    const std::string other = none ? std::string() : class_folder_of(target, class_folder);
    if (!other.empty() && other != own.filename())
      return "Its " + entry->path().lexically_relative(own).string() + " is a link to what is in '" + other +
             "', another folder of the class.";
  }
  return {};
}

}  // namespace parley::conform
