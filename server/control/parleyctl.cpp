#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/command_line.hpp"
#include "base/environment.hpp"
#include "base/output.hpp"
#include "server/bans/ban.hpp"
#include "server/control/parleyctl_link.hpp"
#include "server/control/parleyctl_show.hpp"
#include "server/control/request.hpp"

namespace {

using namespace parley;
using namespace parley::control;

constexpr int exit_refused = 1;
constexpr int exit_usage = 2;
constexpr std::ptrdiff_t dots_of_ipv4 = 3;

constexpr const char* path_of_package = "/run/parley/control";

struct Options {
  std::string path;
  std::string missing_path;  // in whose place the package's is; empty: the path was given, or is the first
  bool as_json = false;
  bool is_name = false;  // whom to ban
  Request request{Action::who};
};

/// Where parleyd is by the examples of the manual, or else that of the Debian package.
void use_usual_path(Options& options) {
  const std::string folder = environment_variable("XDG_RUNTIME_DIR");
  options.path = (folder.empty() ? "/run" : folder) + "/parleyd.sock";
  if (::access(options.path.c_str(), F_OK) == 0 || ::access(path_of_package, F_OK) != 0) return;
  options.missing_path = std::exchange(options.path, path_of_package);
}

bool changes_something(Action action) {
  return action != Action::who && action != Action::bans && action != Action::stats;
}

CLI::App* add_task(CLI::App& app, Action action, const std::string& help, Request& request) {
  CLI::App* const task =
      app.add_subcommand(std::string(action_words[static_cast<std::size_t>(action)]), help);
  task->callback([action, &request] { request.action = action; });
  return task;
}

void add_whom(CLI::App& task, Options& options) {
  add_text(task, "WHOM", options.request.name,
           "A name, or an address: 192.0.2.7, 192.0.2.0/24, 2001:db8::/64")
      ->required();
  task.add_flag("--name", options.is_name, "It is a name, whatever it looks like");
}

/// Or was meant to be one: 192.0.2.256 and 10.0.0.* are slips, and hardly names.
bool looks_like_address(const std::string& text) {
  if (AddressRange::parse(text.substr(0, text.find('/')))) return true;
  if (std::ranges::count(text, '.') >= dots_of_ipv4 &&
      text.find_first_not_of("0123456789.*-") == std::string::npos)
    return true;
  return text.find('/') != std::string::npos &&
         text.find_first_not_of("0123456789abcdefABCDEF.:/ -") == std::string::npos;
}

/// What can be an address is one, unless the user says otherwise: there are names such as 10.0.0.1.
void tell_addresses_from_names(Options& options) {
  Request& request = options.request;
  const bool is_about_either = request.action == Action::ban || request.action == Action::unban;
  if (is_about_either && !options.is_name && looks_like_address(request.name))
    request.address = std::exchange(request.name, {});
}

void add_ban(CLI::App& app, Options& options) {
  Request& request = options.request;
  CLI::App* const ban =
      add_task(app, Action::ban, "Keeps somebody out; whoever is here and meant is removed", request);
  add_whom(*ban, options);
  ban->add_option_function<std::string>(
         "--for",
         [&request](const std::string& text) {
           const auto seconds = parse_duration(text);
           if (!seconds)
             throw CLI::ValidationError("--for", "is to be such as 30m, 2h, 7d, ten years at most");
           request.for_s = *seconds;
         },
         "For how long: a number and s, m, h, d or w; for ever without it")
      ->type_name("TIME");
  ban->add_flag("--force", request.is_forced, "Also an address of the server's own machine");
}

void add_tasks(CLI::App& app, Options& options) {
  Request& request = options.request;
  add_task(app, Action::who, "Who is here, with what went through their sockets, in bytes", request);
  CLI::App* const kick = add_task(app, Action::kick, "Removes a user, who is told the reason", request);
  add_text(*kick, "NAME", request.name, "Whom")->required();
  kick->add_option("REASON", request.text, "Why, in one sentence");
  add_ban(app, options);
  CLI::App* const unban = add_task(app, Action::unban, "Lets somebody in again", request);
  add_whom(*unban, options);
  add_task(app, Action::bans, "Who is banned, and until when", request);
  CLI::App* const say =
      add_task(app, Action::say, "Tells everybody something, in the server's name", request);
  add_text(*say, "TEXT", request.text, "What, in one line")->required();
  add_task(app, Action::stats, "What the server has done, and what it has to do", request);
  add_task(app, Action::reload,
           "As SIGHUP: opens the log file anew, and takes the certificate and the accounts anew", request);
  add_task(app, Action::drain, "Lets nobody new in; the server ends when the last one has gone", request);
  add_task(app, Action::stop, "As SIGTERM: ends the server in good order", request);
}

std::optional<Options> read_options(int argc, char** argv, int& exit_code) {
  Options options;
  use_usual_path(options);
  CLI::App app{"parleyctl tells a parleyd that runs what to do", "parleyctl"};
  app.set_version_flag("--version", std::string("parleyctl ") + PARLEY_VERSION);
  app.footer(
      "Without --control it is $XDG_RUNTIME_DIR/parleyd.sock, or /run/parleyd.sock; where nothing is there "
      "the server\n"
      "of the Debian package, at /run/parley/control, and a command that changes something says so.\n"
      "In a cluster who, kick, ban, unban and say reach the users of all nodes; the others are about one.\n"
      "Exit codes: 0 done, 1 the server said no, 2 wrong usage, no server, or nowhere to print.");
  const CLI::Option* const control =
      add_text(app, "--control", options.path, "The socket that parleyd was given by the same option")
          ->type_name("PATH")
          ->capture_default_str();
  app.add_flag("--json", options.as_json, "Prints the answer as it came: JSON, an object in each line");
  app.require_subcommand(1);
  app.fallthrough();
  add_tasks(app, options);
  exit_code = exit_usage;
  const CommandLine read = read_command_line(app, argc, argv);
  tell_addresses_from_names(options);
  if (control->count() > 0) options.missing_path.clear();
  if (read == CommandLine::answered) exit_code = 0;
  if (read != CommandLine::understood) return std::nullopt;
  if (const auto complaint = AddressRange::about_zeros(options.request.address)) {
    complain(app, *complaint);
    return std::nullopt;
  }
  return options;
}

bool print(const std::string& text) {
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
}

int run(int argc, char** argv) {
  int exit_code = 0;
  const auto options = read_options(argc, argv, exit_code);
  if (!options) return exit_code;
  ServerLink link(options->path);
  // Whoever means a server of its own, which does not run, is not to stop another one without a word.
  if (!options->missing_path.empty() && changes_something(options->request.action))
    put_or_drop(STDERR_FILENO, "parleyctl: nothing is at " + options->missing_path +
                                   ", so this is for the server at " + options->path + '\n');
  Answer answer(options->request.action);
  std::string lines;
  link.ask(to_line(options->request), [&](std::string_view line) {
    lines.append(line) += '\n';
    return answer.take(line);
  });
  if (!answer.is_done() && !options->as_json)
    put_or_drop(STDERR_FILENO, "parleyctl: " + answer.complaint() + '\n');
  else if (!print(options->as_json ? lines : answer.to_text()))
    throw std::runtime_error("cannot write to standard output");
  return answer.is_done() ? 0 : exit_refused;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    // The link would take the place of a closed one, and the server hear what is printed.
    open_standard_streams(O_RDONLY);
    return run(argc, argv);
  } catch (const std::exception& error) {
    put_or_drop(STDERR_FILENO, std::string("parleyctl: ") + error.what() + '\n');
  }
  return exit_usage;
}
