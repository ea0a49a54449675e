#include "server/accounts/account_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "protocol/text.hpp"
#include "protocol/user_name.hpp"
#include "protocol/words.hpp"
#include "server/accounts/password_hash.hpp"

namespace parley::accounts {

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::string_view zero("\0", 1);

/// What is wrong with the text of a line before it is looked at; empty: nothing.
std::string_view fault_of_text(std::string_view line) {
  if (line.starts_with(byte_order_mark))
    return "a byte order mark stands before the name; save the file without one";
  if (line.find(zero) != std::string_view::npos)
    return "the byte 0 stands there; the file is no text, or one of UTF-16: save it as UTF-8";
  if (to_utf8(line) != line) return "it is no UTF-8 text";
  return {};
}

}  // namespace

AccountList AccountList::parse(std::string_view text) {
  AccountList list;
  std::map<std::string, std::size_t> line_of;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end), is_blank);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    const auto fail = [number](std::string_view why) {
      throw std::runtime_error(fmt::format("line {}: {}", number, why));
    };
    if (const auto fault = fault_of_text(line); !fault.empty()) fail(fault);
    const auto [name, rest] = split_word(line, is_blank);
    if (const NameFault fault = check_name(name); fault != NameFault::none)
      fail(std::string("no name stands there. ").append(name_sentence(fault)));
    const std::string hash(trim(rest, is_blank));
    if (hash.empty()) fail("behind the name stands no hash");
    if (!is_hash(hash)) fail("behind the name stands no hash of parleyd's; parleyd account add makes one");
    const auto [first, is_new] = line_of.try_emplace(fold_case(name), number);
    if (!is_new) fail(fmt::format("the name of line {} again", first->second));
    list.set(name, hash);
  }
  return list;
}

std::string AccountList::to_text() const {
  std::string text;
  for (const auto& [key, account] : accounts_)
    text.append(account.name).append(" ").append(account.hash).append("\n");
  return text;
}

const AccountList::Account* AccountList::find(std::string_view name) const {
  const auto found = accounts_.find(fold_case(name));
  return found != accounts_.end() ? &found->second : nullptr;
}

bool AccountList::set(std::string_view name, std::string hash) {
  return accounts_.insert_or_assign(fold_case(name), Account{std::string(name), std::move(hash)}).second;
}

bool AccountList::remove(std::string_view name) {
  return accounts_.erase(fold_case(name)) > 0;
}

}  // namespace parley::accounts
