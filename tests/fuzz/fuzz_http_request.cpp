// Invariant: what is asked for is known at one byte, and stays so whatever follows; it is a path of printable
// bytes from a slash on, or an error's status; a head of the longest length is decided.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/metrics/http_request.hpp"
#include "tests/fuzz/require.hpp"

using namespace parley::metrics;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): how libFuzzer hands them over
  const std::string_view bytes(reinterpret_cast<const char*>(data), std::min(size, max_request_bytes));
  const auto whole = read_request(bytes);
  require(whole || bytes.size() < max_request_bytes, "an end of waiting");
  bool was_known = false;
  for (std::size_t length = 0; length <= bytes.size(); ++length) {
    const auto part = read_request(bytes.substr(0, length));
    require(part || !was_known, "what is known stays known");
    was_known = part.has_value();
    if (part)
      require(part->fault == whole->fault && part->path == whole->path && part->is_head == whole->is_head,
              "what follows changes nothing");
  }
  if (!whole) return 0;
  if (whole->fault != 0) {
    require(whole->fault >= 400 && whole->fault < 600 && whole->path.empty(), "a status, and no path");
    return 0;
  }
  require(whole->path.starts_with('/'), "a path");
  for (const char byte : whole->path) require(byte > ' ' && byte < '\x7f' && byte != '?', "a printable path");
  return 0;
}
