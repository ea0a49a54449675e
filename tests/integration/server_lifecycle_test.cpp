// How the server is started, what it says to whoever starts it, and when it leaves by itself.

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/parleyd.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

struct Outcome {
  Exit exit;
  std::string output;
  std::string error;
};

Outcome run_parleyd(const std::vector<std::string>& arguments) {
  Process process(parleyd_path(), arguments);
  const Exit exit = process.wait();
  return {exit, process.output().read_all(), process.error().read_all()};
}

/// One plain line on standard error, nothing on standard output, exit code 2. Returns the line.
std::string expect_usage_error(const std::vector<std::string>& arguments) {
  const auto outcome = run_parleyd(arguments);
  CHECK(outcome.exit == Exit{2, 0});
  CHECK(outcome.output == "");
  CHECK(std::ranges::count(outcome.error, '\n') == 1);
  CHECK(outcome.error.ends_with('\n'));
  CHECK(outcome.error.starts_with("parleyd: "));
  return outcome.error;
}

TEST_CASE("Options: --version and --help exit with 0") {
  const auto version = run_parleyd({"--version"});
  CHECK(version.exit == Exit{0, 0});
  CHECK(version.output.starts_with("parleyd "));
  const auto help = run_parleyd({"--help"});
  CHECK(help.exit == Exit{0, 0});
  for (const std::string option :
       {"--host", "--port", "--port-file", "--delivered-word", "--log-level", "--idle-exit", "--version",
        "--max-header-bytes", "--max-body-bytes", "--registration-timeout", "--frame-timeout",
        "--receipt-timeout", "--linger-timeout", "--stop-timeout", "--max-unanswered", "--max-mailbox-bytes",
        "--max-connections", "--max-connections-per-address"}) {
    INFO(option);
    CHECK(help.output.find(option) != std::string::npos);
  }
}

TEST_CASE("Options: a bad one gets one plain line that names it, and exit code 2") {
  using Arguments = std::vector<std::string>;
  for (const auto& arguments : {Arguments{"--bogus"},
                                Arguments{"extra"},
                                Arguments{"--port", "65536"},
                                Arguments{"--port", "-1"},
                                Arguments{"--port", "http"},
                                Arguments{"--port"},
                                Arguments{"--delivered-word", "DONE"},
                                Arguments{"--delivered-word", "7"},
                                Arguments{"--log-level", "loud"},
                                Arguments{"--log-level", "77"},
                                Arguments{"--receipt-timeout", "-1"},
                                Arguments{"--receipt-timeout", "0"},
                                Arguments{"--receipt-timeout", "soon"},
                                Arguments{"--receipt-timeout", "nan"},
                                Arguments{"--idle-exit", "never"},
                                Arguments{"--max-body-bytes", "many"},
                                Arguments{"--max-body-bytes", "-1"},
                                Arguments{"--max-body-bytes", "99999999999999999999999"},
                                Arguments{"--max-unanswered", "0"},
                                Arguments{"--max-connections", "1.5"}}) {
    INFO("arguments: ", arguments.front(), " ", arguments.back());
    CHECK(expect_usage_error(arguments).find(arguments.front()) != std::string::npos);
  }
}

TEST_CASE("Options: a queue holds two of the longest frames") {
  for (const std::string option : {"--max-queue-bytes", "--max-waiting-bytes"}) {
    const auto line = expect_usage_error({"--port", "0", "--max-body-bytes", "1048576", option, "1048576"});
    CHECK(line.find(option + " 1048576") != std::string::npos);
    CHECK(line.find("--max-body-bytes 1048576") != std::string::npos);
    CHECK(line.find("at least 2105344") != std::string::npos);
  }
  Parleyd server({"--max-body-bytes", "1048576", "--max-queue-bytes", "2105344"});
}

TEST_CASE("Options: an address or file that cannot be had gets one plain line that names it, exit code 2") {
  CHECK(expect_usage_error({"--port", "0", "--host", "192.0.2.1"}).find("192.0.2.1") != std::string::npos);
  CHECK(expect_usage_error({"--port", "0", "--host", "no.such.host.invalid"}).find("no.such.host.invalid") !=
        std::string::npos);
  for (const std::string path : {"/nonexistent/port", "/proc/port"})  // no such directory; no permission
    CHECK(expect_usage_error({"--port", "0", "--port-file", path}).find(path) != std::string::npos);
}

TEST_CASE("Options: a port in use gets one plain line that names it, exit code 2; its owner is undisturbed") {
  Parleyd server;
  const std::string port = std::to_string(server.endpoint().port);
  CHECK(expect_usage_error({"--port", port}).find(port) != std::string::npos);
  User alice(server.endpoint(), "alice");
}

TEST_CASE("Options: a port can be taken again at once after a server that had clients") {
  std::string port;
  {
    Parleyd server({"--linger-timeout", seconds_option(milliseconds(100))});
    port = std::to_string(server.endpoint().port);
    User alice(server.endpoint(), "alice");
    server.stop();  // the server closes first: its side of the connection is in TIME_WAIT
    alice.sending().expect_end();
  }
  Parleyd server({"--port", port});
  User alice(server.endpoint(), "alice");
}

TEST_CASE("Options: --idle-exit leaves when the last client has gone, and not before") {
  Parleyd server({"--idle-exit", seconds_option(milliseconds(300))});
  CHECK_FALSE(server.process().try_wait(Deadline(milliseconds(600))));  // nobody has come yet
  {
    User alice(server.endpoint(), "alice");
    {
      User bob(server.endpoint(), "bob");
      exchange(alice, bob);
    }
    CHECK_FALSE(server.process().try_wait(Deadline(milliseconds(600))));  // alice is still there
    exchange(alice, alice);
  }
  CHECK(server.process().wait() == Exit{0, 0});
}

TEST_CASE("Options: --host :: takes IPv4 and IPv6") {
  Parleyd server({"--host", "::"});
  User alice({"::1", server.endpoint().port}, "alice");
  User bob({"127.0.0.1", server.endpoint().port}, "bob");
  exchange(alice, bob);
  exchange(bob, alice);
}

}  // namespace
}  // namespace parley::test
