#include "server/account_command_line.hpp"

#include <unistd.h>

#include <optional>
#include <stdexcept>
#include <utility>

#include "base/command_line.hpp"
#include "base/output.hpp"
#include "base/secret_prompt.hpp"
#include "protocol/password.hpp"
#include "protocol/user_name.hpp"
#include "server/accounts/account_file.hpp"
#include "server/accounts/password_hash.hpp"

namespace parley {
namespace {

constexpr int exit_done = 0;
constexpr int exit_not_so = 1;
constexpr int exit_failed = 2;

std::string check_account_name(const std::string& name) {
  const NameFault fault = check_name(name);
  return fault == NameFault::none ? "" : std::string(name_sentence(fault));
}

void say(const std::string& sentence) {
  put_or_drop(STDOUT_FILENO, sentence + '\n');
}

/// From the terminal, or the first line of what standard input is.
Secret ask(std::string_view prompt) {
  const auto password = ::isatty(STDIN_FILENO) == 1 ? ask_secret(STDIN_FILENO, prompt, max_password_bytes)
                                                    : read_secret_line(STDIN_FILENO, max_password_bytes);
  if (!password) throw std::runtime_error("no password was given");
  return *password;
}

/// One that may be a password. At a terminal, where nobody sees a slip, it is asked for twice.
Secret ask_new() {
  Secret password = ask("New password: ");
  if (const PasswordFault fault = check_password(password.text()); fault != PasswordFault::none)
    throw std::runtime_error(std::string(password_sentence(fault)));
  if (::isatty(STDIN_FILENO) == 1 && ask("The same again: ").text() != password.text())
    throw std::runtime_error("the two passwords differ; nothing was changed");
  return password;
}

}  // namespace

AccountCommandLine::AccountCommandLine(CLI::App& app)
    : account_(app.add_subcommand("account", "Names that need a password: add, remove, list or check them")),
      add_(add_task("add", "Give a name a password, or a new one")),
      remove_(add_task("remove", "Let anybody have the name again")),
      list_(add_task("list", "Print the names")),
      check_(add_task("check", "Say whether a password is the name's: exit code 0, otherwise 1")) {
  account_->require_subcommand(1);
  account_->footer(
      "A password is asked for at a terminal, otherwise it is the first line of standard input.\n"
      "A server that runs takes the file anew at SIGHUP.");
}

CLI::App* AccountCommandLine::add_task(const std::string& word, const std::string& help) {
  CLI::App* const task = account_->add_subcommand(word, help);
  task->footer("");
  add_text(*task, "--accounts", file_, "File of the accounts")->type_name("FILE")->required();
  if (word != "list")
    task->add_option("NAME", name_, "Whose")
        ->required()
        ->option_text(" ")
        ->check(CLI::Validator(check_account_name, ""));
  return task;
}

bool AccountCommandLine::is_asked() const {
  return account_->parsed();
}

int AccountCommandLine::run() const {
  try {
    if (add_->parsed()) return add();
    if (remove_->parsed()) return remove();
    if (list_->parsed()) return list();
    return check();
  } catch (const std::bad_alloc&) {
    put_or_drop(STDERR_FILENO, "parleyd: out of memory: a password takes 64 MiB (ulimit -v)\n");
  } catch (const std::exception& error) {
    put_or_drop(STDERR_FILENO, std::string("parleyd: ") + error.what() + '\n');
  }
  return exit_failed;
}

int AccountCommandLine::add() const {
  std::string hash = accounts::to_hash(ask_new().text());
  accounts::AccountFileChange file(file_, accounts::AccountFileChange::IfMissing::create);
  const bool is_new = file.accounts().set(name_, std::move(hash));
  file.save();
  say(name_ + (is_new ? " has an account now" : " has a new password"));
  return exit_done;
}

int AccountCommandLine::remove() const {
  accounts::AccountFileChange file(file_, accounts::AccountFileChange::IfMissing::fail);
  if (!file.accounts().remove(name_)) {
    say(name_ + " has no account");
    return exit_not_so;
  }
  file.save();
  say(name_ + " has no account any more");
  return exit_done;
}

int AccountCommandLine::list() const {
  std::string names;
  for (const auto& [key, account] : accounts::read_account_file(file_)) names += account.name + '\n';
  put_or_drop(STDOUT_FILENO, names);
  return exit_done;
}

int AccountCommandLine::check() const {
  const accounts::AccountList list = accounts::read_account_file(file_);
  const auto* const account = list.find(name_);
  if (account == nullptr) {
    say(name_ + " has no account");
    return exit_not_so;
  }
  const auto compared = accounts::compare(ask("Password: ").text(), account->hash);
  if (compared == accounts::Comparison::impossible) throw std::bad_alloc();
  const bool is_right = compared == accounts::Comparison::equal;
  say(is_right ? "the password is right" : "the password is wrong");
  return is_right ? exit_done : exit_not_so;
}

}  // namespace parley
