#include "tests/conformance/process/atomic_write.hpp"

#include <sstream>
#include <system_error>
#include <utility>

#include "base/whole_file.hpp"

namespace parley::conform {

std::string why_not_written(const std::filesystem::path& path,
                            const std::function<void(std::ostream&)>& write) try {
  std::ostringstream text;
  write(text);
  (void)put_whole_file(path.string(), std::move(text).str());
  return {};
} catch (const std::system_error& error) {
  return error.what();
}

}  // namespace parley::conform
