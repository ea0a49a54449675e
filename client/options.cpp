#include "client/options.hpp"

#include <CLI/CLI.hpp>
#include <cstdint>
#include <iostream>

namespace parley::client {
namespace {

constexpr double max_seconds = 1e6;  // eleven days; keeps every time within the clock's range

constexpr const char* footer = R"(What to type:
  @name message             to one user          @ALL message              to everyone else
  /help  /quit              at a terminal only

In a pipe (or with --plain) the lines of standard output are:
  registered NAME           the server has confirmed the name
  message SENDER TEXT       somebody's message; it has been acknowledged
  sent RECIPIENT            the line sent last was delivered
  failed RECIPIENT CODE WHY it was not; CODE is the server's, 0 when it gave no answer
  late-sent, late-failed    the same for a line that had been given up
  invalid NUMBER HINT       that input line was no message; nothing was sent
  refused NAME CODE WHY     the server does not want the name; CODE 0: it cannot be one
  strange WHAT              the server sent something that is not of the protocol
  lost WHY                  the connection broke
Control bytes, bytes that are not UTF-8 and backslashes are escaped: \n \t \r \xNN \u{NNNN} \\

Exit codes: 0 all sent, 1 something was not delivered, 2 usage, 3 name refused, 4 connection lost)";

std::chrono::milliseconds to_milliseconds(double seconds) {
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
}

}  // namespace

std::variant<Options, ExitCode> read_options(int argc, char** argv) {
  Options options;
  std::uint16_t port = 5050;
  double answer_timeout_s = 15;
  double linger_s = 0;
  std::size_t exit_after = 0;

  CLI::App app("A chat client for the two-socket protocol.", "parley");
  app.footer(footer);
  app.set_version_flag("--version", "parley " PARLEY_VERSION);
  app.add_option("USERNAME", options.name, "Who you are; asked for at a terminal when left out")
      ->option_text(" ");
  app.add_option("HOST", options.connection.host, "The server's name or address")->option_text("[127.0.0.1]");
  const auto* const connection = "Connection";
  app.add_option("--port", port, "The server's port")
      ->check(CLI::Range(1, 65535))
      ->option_text("PORT [5050]")
      ->group(connection);
  app.add_option("--answer-timeout", answer_timeout_s, "Seconds to wait for each answer of the server")
      ->check(CLI::Range(0.001, max_seconds))
      ->option_text("SECONDS [15]")
      ->group(connection);
  const auto* const scripts = "Scripts";
  app.add_flag("--plain", options.plain, "Behave as in a pipe, at a terminal too")->group(scripts);
  app.add_option("--linger", linger_s, "Seconds to go on receiving after the end of input")
      ->check(CLI::Range(0.0, max_seconds))
      ->option_text("SECONDS [0]")
      ->group(scripts);
  auto* const exit_after_option =
      app.add_option("--exit-after", exit_after, "Leave after this many received messages")
          ->check(CLI::PositiveNumber)
          ->option_text("N")
          ->group(scripts);
  app.add_flag("--no-color", options.no_color, "No colours; NO_COLOR in the environment does the same")
      ->group("Display");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      app.exit(error);
      return ExitCode::all_sent;
    }
    std::cerr << "parley: " << error.what() << " (parley --help lists the options)\n";
    return ExitCode::usage;
  }
  options.connection.port = std::to_string(port);
  options.connection.answer_timeout = to_milliseconds(answer_timeout_s);
  options.linger = to_milliseconds(linger_s);
  if (exit_after_option->count() > 0) {
    options.exit_after = exit_after;
    options.connection.receive_at_most = exit_after;
  }
  return options;
}

}  // namespace parley::client
