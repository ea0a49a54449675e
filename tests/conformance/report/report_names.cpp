#include "tests/conformance/report/report_names.hpp"

#include <algorithm>
#include <set>

#include "protocol/user_name.hpp"
#include "tests/conformance/report/report.hpp"

namespace parley::conform {
namespace {

constexpr std::size_t longest_name_bytes = 200;  // of the 255 of a file name; the rest says what it is

bool is_fit(const std::string& folder) {
  return folder.size() <= longest_name_bytes && printable(folder) == folder;
}

std::string made_fit(std::string folder) {
  folder.resize(std::min(folder.size(), longest_name_bytes / 2));
  for (char& c : folder)
    if (c < ' ' || c > '~') c = '_';
  return folder;
}

}  // namespace

std::vector<std::string> report_names(const std::vector<std::string>& folders) {
  std::vector<std::string> names(folders.size());
  std::set<std::string> taken;
  const auto give = [&](std::size_t index, const std::string& wanted) {
    names[index] = wanted;
    for (int number = 2; !taken.insert(fold_case(names[index])).second; ++number)
      names[index] = wanted + '~' + std::to_string(number);
  };
  // Whoever can keep the name does, whatever another one's is made into.
  for (std::size_t i = 0; i < folders.size(); ++i)
    if (is_fit(folders[i])) give(i, folders[i]);
  for (std::size_t i = 0; i < folders.size(); ++i)
    if (!is_fit(folders[i])) give(i, made_fit(folders[i]));
  return names;
}

}  // namespace parley::conform
