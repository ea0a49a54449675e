#include "client/options.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <iostream>
#include <system_error>

#include "base/command_line.hpp"
#include "base/file_descriptor.hpp"
#include "base/private_file.hpp"
#include "base/secret_prompt.hpp"
#include "client/address.hpp"
#include "client/known_services.hpp"
#include "protocol/password.hpp"

namespace parley::client {
namespace {

using std::chrono::milliseconds;

constexpr std::uint16_t usual_tls_port = 5051;
constexpr std::uint64_t most_messages = 1'000'000'000;
constexpr milliseconds most_time = std::chrono::seconds{1'000'000};  // eleven days

constexpr const char* footer = R"(What to type:
  @name message             to one user          @ALL message              to everyone else
At a terminal, where the prompt shows to whom a plain line goes:
  text                      to whom the prompt shows
  /to NAME, /to             makes the prompt show this name, or none
  /r text, /msg NAME text   to who wrote last; to one user, once
  /who, /names              who is here
  /clear, /help, /quit
Tab completes, Up and Ctrl-R bring back earlier lines, Alt-Enter begins another line of the message, Ctrl-D leaves.

In a pipe (or with --plain) the lines of standard output are:
  registered NAME           the server has confirmed the name, this one
  message SENDER TEXT       somebody's message; it has been acknowledged
  sent RECIPIENT            the line sent last was delivered
  failed RECIPIENT CODE WHY it was not; CODE is the server's, 0 when it gave no answer
  late-sent, late-failed    the same for a line that had been given up
  invalid NUMBER HINT       that input line was no message; nothing was sent
  refused NAME CODE WHY     the server does not want the name; CODE 0: it cannot be one
  strange WHAT              the server sent something that is not of the protocol
  lost WHY                  the connection broke
Control bytes, bytes that are not UTF-8 and backslashes are escaped: \n \t \r \xNN \u{NNNN} \\

A BOM before the first line of input, and a CR at the end of each, are dropped.

Exit codes: 0 all sent; 1 something was not delivered, was no message, or could not be printed;
2 usage; 3 name refused, or removed by the operator; 4 connection lost, or none)";

/// Returns what is wrong; empty when nothing is. A pipe is as good as a file, from a keeper of passwords.
std::string read_password(const std::string& path, Secret& password) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NOCTTY | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0)
    return "cannot read " + path + ": " + std::generic_category().message(errno);
  if (S_ISREG(status.st_mode) && is_open_to_others(status))
    return "others can open " + path + "; chmod 600 " + path;
  auto line = read_secret_line(file.get(), max_password_bytes);
  if (!line) return "there is no line in " + path;
  password = *std::move(line);
  return std::string(password_sentence(check_password(password.text())));
}

}  // namespace

std::variant<Options, ExitCode> read_options(int argc, char** argv) {
  Options options;
  std::string user_name;
  std::string host;
  std::string log_file;
  std::uint16_t port = 5050;
  std::size_t exit_after = 0;

  CLI::App app("A chat client for the two-socket protocol.", "parley");
  app.footer(footer);
  app.set_version_flag("--version", "parley " PARLEY_VERSION);
  add_text(app, "USERNAME", user_name, "Who you are, or NAME@HOST; asked for at a terminal when left out")
      ->option_text(" ");
  add_text(app, "HOST", host, "The server's name or address: HOST, HOST:PORT, [::1]:PORT")
      ->option_text("[127.0.0.1]");
  const auto* const connection = "Connection";
  auto* const port_option = add_number(app, "--port", port, 1, 65535, "The server's port");
  port_option->option_text("PORT [5050]")->group(connection);
  bool is_tls = false;
  std::string ca_file;
  app.add_flag("--tls", is_tls,
               "Speak TLS; usual port 5051. The server's certificate must stay what it was at first")
      ->group(connection);
  auto* const ca_option =
      add_text(app, "--tls-ca", ca_file,
               "Speak TLS, and trust who these certificates (PEM) have signed for the host")
          ->option_text("FILE")
          ->group(connection);
  add_seconds(app, "--answer-timeout", options.connection.answer_timeout, milliseconds{1}, most_time,
              "Seconds to wait for each answer of the server")
      ->option_text("SECONDS [15]")
      ->group(connection);
  add_word(app, "--register-end", options.connection.register_end,
           {{"lf", {}}, {"crlf", {"\r\n", "\r\n"}}, {"blank", {"\n", " \n"}}},
           "How REGISTER ends, for a server that wants it so: two LF, two CR LF, or a blank between two LF")
      ->option_text("lf|crlf|blank [lf]")
      ->group(connection);
  app.add_flag("--no-reconnect", options.no_reconnect,
               "Leave when the server is gone; otherwise parley tries again, at a terminal")
      ->group(connection);
  app.add_flag("--classic", options.classic,
               "Never ask the server who is here, nor anything else that is not a message")
      ->group(connection);
  std::string password_file;
  add_text(
      app, "--password-file", password_file,
      "File whose first line is your password, sent only to a server that asks for one; at a terminal parley "
      "asks you")
      ->option_text("FILE")
      ->group(connection);
  const auto* const scripts = "Scripts";
  app.add_flag("--plain", options.plain, "Behave as in a pipe, at a terminal too")->group(scripts);
  add_seconds(app, "--linger", options.linger, milliseconds{0}, most_time,
              "Seconds to go on receiving after the end of input")
      ->option_text("SECONDS [0]")
      ->group(scripts);
  auto* const exit_after_option =
      add_number(app, "--exit-after", exit_after, 1, most_messages, "Leave after this many received messages")
          ->option_text("N")
          ->group(scripts);
  app.add_flag("--no-color", options.no_color, "No colours; NO_COLOR in the environment does the same")
      ->group("Display");
  app.add_flag("--no-history", options.no_history,
               "Neither bring back the lines that were typed in earlier runs, nor keep those of this one")
      ->group("Display");
  app.add_flag("--no-bell", options.no_bell,
               "No bell for private messages that come while the terminal has not the focus")
      ->group("Display");
  auto* const log_option = add_text(app, "--log", log_file,
                                    "Add every line shown to this file, with date and time (at a terminal)")
                               ->option_text("FILE")
                               ->group("Display");
  switch (read_command_line(app, argc, argv)) {
    case CommandLine::wrong:
      return ExitCode::usage;
    case CommandLine::answered:
      if (std::cout.flush()) return ExitCode::all_sent;
      complain(app, "standard output cannot be written");
      return ExitCode::usage;
    case CommandLine::understood:
      break;
  }
  std::string problem;
  const auto address = parse_address(user_name, host, problem);
  if (address && !address->port.empty() && port_option->count() > 0)
    problem = "the port is given twice, behind the host and by --port; give it once";
  if (ca_option->count() > 0 && problem.empty()) problem = ca_problem(ca_file);
  if (!problem.empty()) {
    complain(app, problem);
    return ExitCode::usage;
  }
  if (!password_file.empty()) {
    const std::string password_problem = read_password(password_file, options.password);
    if (!password_problem.empty()) {
      complain(app, "--password-file: " + password_problem);
      return ExitCode::usage;
    }
  }
  options.name = address->name;
  if (!address->host.empty()) options.connection.host = address->host;
  if (is_tls || ca_option->count() > 0) {
    options.connection.tls = TlsOptions{ca_file, state_folder()};
    if (port_option->count() == 0) port = usual_tls_port;
  }
  options.connection.port = address->port.empty() ? std::to_string(port) : address->port;
  if (log_option->count() > 0) options.log_file = log_file;
  if (exit_after_option->count() > 0) {
    options.exit_after = exit_after;
    options.connection.receive_at_most = exit_after;
  }
  return options;
}

}  // namespace parley::client
