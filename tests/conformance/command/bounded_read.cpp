#include "tests/conformance/command/bounded_read.hpp"

#include <utility>

#include "tests/conformance/model/bad_input.hpp"

namespace parley::conform {

std::string text_of_file(const std::filesystem::path& path, std::size_t most_bytes) {
  TextFile file = read_text_file(path, most_bytes);
  if (!file.problem.empty()) throw BadInput{"cannot read " + path.string() + ": " + file.problem};
  return std::move(file.text);
}

}  // namespace parley::conform
