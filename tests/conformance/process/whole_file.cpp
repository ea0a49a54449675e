#include "tests/conformance/process/whole_file.hpp"

#include <fstream>

namespace parley::conform {

std::string why_not_written(const std::filesystem::path& path,
                            const std::function<void(std::ostream&)>& write) {
  const auto part = path.parent_path() / ('.' + path.filename().string() + ".part");
  std::ofstream file(part, std::ios::binary);
  write(file);
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(part, path, error);
  if (file && !error) return {};
  return "cannot write " + path.string() + (error ? ": " + error.message() : "");
}

}  // namespace parley::conform
