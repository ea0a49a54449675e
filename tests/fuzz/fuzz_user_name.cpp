// Invariant: a name that may be had is one word of whole UTF-8 that shows as it is, and may be a room's; its
// spelling is its own spelling, whatever the case of its ASCII letters; any other bytes have a fault and a
// spelling.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "protocol/text.hpp"
#include "protocol/user_name.hpp"
#include "tests/fuzz/require.hpp"

using namespace parley;

namespace {

void check_spelling(const std::string& name) {
  const std::string folded = fold_case(name);
  require(is_same_name(name, folded), "a name is the same as its spelling");
  require(fold_case(folded) == folded, "a spelling is its own");
  std::string upper = name;
  std::ranges::transform(upper, upper.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  require(is_same_name(name, upper), "the case of ASCII letters does not count");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string name(data, data + size);
  const NameFault fault = check_name(name);
  (void)fold_case(name);
  require(name_sentence(fault).empty() == (fault == NameFault::none), "a sentence for each fault");
  if (check_room_name(name) == NameFault::none) {
    require(!name.empty() && name.size() <= max_room_name_bytes && is_printable(name),
            "a room's name shows as it is");
    check_spelling(name);
  }
  if (fault != NameFault::none) return 0;
  require(name.size() <= max_name_bytes && name.find(' ') == std::string::npos, "one word");
  require(check_room_name(name) == NameFault::none, "a room may have it, too");
  return 0;
}
