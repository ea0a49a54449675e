// Invariant: a file of accounts is a list that comes back the same when it is written and read, or a fault
// that names a line of it and shows nothing of what stands there but printable ASCII of ours.
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "server/accounts/account_list.hpp"
#include "tests/fuzz/require.hpp"

using namespace parley;
using accounts::AccountList;

namespace {

void check_list(const AccountList& list) {
  const std::string text = list.to_text();
  const AccountList again = AccountList::parse(text);
  require(again.size() == list.size() && again.to_text() == text, "the same list again");
  for (const auto& [key, account] : list) {
    const auto* const found = list.find(account.name);
    require(found != nullptr && found->name == account.name, "each account is found by its name");
  }
}

void check_fault(std::string_view fault, std::string_view text) {
  constexpr std::string_view begin = "line ";
  require(fault.starts_with(begin), "a fault begins with its line");
  std::size_t line = 0;
  const auto read = std::from_chars(fault.data() + begin.size(), fault.data() + fault.size(), line);
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  require(read.ec == std::errc() && *read.ptr == ':' && line >= 1 && line <= lines, "a line of the file");
  require(std::ranges::all_of(fault, [](char c) { return c >= ' ' && c <= '~'; }), "a fault is printable");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    check_list(AccountList::parse(text));
  } catch (const std::runtime_error& error) {
    check_fault(error.what(), text);
  }
  return 0;
}
