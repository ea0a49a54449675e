#include "server/password_check.hpp"

#include <memory>

#include "protocol/password.hpp"
#include "server/accounts/password_hash.hpp"

namespace parley {
namespace {

using accounts::Comparison;
using accounts::ComparisonQueue;
using accounts::guesser_of;
using Clock = Connection::Clock;

/// Between a password that is not right and the answer: a person does not mind, a program has few tries.
constexpr std::chrono::seconds refusal_delay{1};

constexpr auto no_other_end = [] { return false; };

PasswordVerdict to_verdict(Comparison compared) {
  switch (compared) {
    case Comparison::equal:
      return PasswordVerdict::right;
    case Comparison::different:
      return PasswordVerdict::wrong;
    default:
      return PasswordVerdict::unchecked;
  }
}

/// The comparison, when it is this connection's turn.
PasswordVerdict compare(accounts::Accounts& accounts, Connection& connection,
                        const accounts::AccountList::Account& account, std::string_view password,
                        Await await) {
  const auto guesser = guesser_of(connection.origin());
  auto& guesses = accounts.guesses();
  if (guesses.is_paused(guesser, account.name, Clock::now())) return PasswordVerdict::paused;
  const auto at = guesses.next_comparison(guesser, Clock::now());
  if (!at) return PasswordVerdict::unchecked;
  if (!await(no_other_end, *at)) return PasswordVerdict::gone;
  const ComparisonQueue::Place place(accounts.comparisons(),
                                     [woken = connection.shared_from_this()] { woken->wake(); });
  if (!await([&place] { return place.is_due(); }, Clock::time_point::max())) return PasswordVerdict::gone;
  // Others may have guessed while this one waited.
  if (guesses.is_paused(guesser, account.name, Clock::now())) return PasswordVerdict::paused;
  const PasswordVerdict verdict = to_verdict(accounts::compare(password, account.hash));
  if (verdict == PasswordVerdict::right) guesses.note_right(guesser, account.name);
  if (verdict == PasswordVerdict::wrong && guesses.note_wrong(guesser, account.name, Clock::now()))
    connection.log(spdlog::level::warn, "too many wrong passwords for {} from {}: a minute's pause",
                   account.name, guesser.to_string());
  return verdict;
}

}  // namespace

std::string_view sentence(PasswordVerdict verdict) {
  switch (verdict) {
    case PasswordVerdict::needed:
      return password_needed;
    case PasswordVerdict::malformed:
      return password_malformed;
    case PasswordVerdict::wrong:
      return password_wrong;
    case PasswordVerdict::paused:
      return passwords_paused;
    case PasswordVerdict::in_clear:
      return password_in_clear;
    case PasswordVerdict::no_account:
      return account_needed;
    case PasswordVerdict::unchecked:
      return passwords_unchecked;
    default:
      return "";
  }
}

PasswordVerdict look_at_name(const accounts::Accounts& accounts, const Connection& connection,
                             std::string_view name) {
  if (accounts.are_in_doubt(name)) return PasswordVerdict::unchecked;
  if (!accounts.are_open()) return PasswordVerdict::right;
  if (!accounts.has(name))
    return accounts.options().are_required ? PasswordVerdict::no_account : PasswordVerdict::right;
  const bool is_taken = connection.is_confidential() || accounts.options().are_taken_in_clear;
  return is_taken ? PasswordVerdict::needed : PasswordVerdict::in_clear;
}

PasswordVerdict check_password(accounts::Accounts& accounts, Connection& connection, std::string_view name,
                               const Secret* password, Await await) {
  const PasswordVerdict verdict = look_at_name(accounts, connection, name);
  if (verdict != PasswordVerdict::needed || password == nullptr) return verdict;
  const auto list = accounts.list();
  const auto* const account = list->find(name);
  if (account == nullptr) return PasswordVerdict::unchecked;  // taken away just now
  if (check_password(password->text()) != PasswordFault::none) return PasswordVerdict::malformed;
  const PasswordVerdict compared = compare(accounts, connection, *account, password->text(), await);
  if (compared == PasswordVerdict::right || compared == PasswordVerdict::gone) return compared;
  connection.log(spdlog::level::info, "{} may not be {}: {}", connection.label(), account->name,
                 sentence(compared));
  return await(no_other_end, Clock::now() + refusal_delay) ? compared : PasswordVerdict::gone;
}

}  // namespace parley
