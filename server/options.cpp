#include "server/options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/command_line.hpp"
#include "base/output.hpp"
#include "base/seconds.hpp"
#include "protocol/user_name.hpp"
#include "server/account_command_line.hpp"
#include "server/check_files.hpp"
#include "server/cluster_command_line.hpp"
#include "server/config_file.hpp"
#include "server/listen_command_line.hpp"
#include "server/tls_command_line.hpp"
#include "server/web/host_check.hpp"

namespace parley {
namespace {

using std::chrono::milliseconds;

constexpr const char* listening = "Listening";
constexpr const char* other_dialects = "Other dialects";

constexpr milliseconds least_time{1};
constexpr milliseconds most_time = std::chrono::hours{7 * 24};
constexpr std::size_t least_header_bytes = 128;  // the longest request line and Content-length of ours
constexpr std::size_t most_header_bytes = 64 * 1024;
constexpr std::size_t most_body_bytes = 1024 * 1024;  // a send buffer must hold two of them
constexpr std::size_t most_mailbox_bytes = std::size_t{1} << 30U;
constexpr std::size_t least_queue_bytes = 256 * 1024;  // the longest answer of any dialect fits
constexpr std::size_t least_queue_frames = 2;          // of the longest: who reads one must not lose the next
constexpr std::size_t most_waiting_bytes = std::size_t{1} << 40U;
constexpr std::size_t most_rate = 1'000'000'000;

std::string check_room(const std::string& name) {
  return check_room_name(name) == NameFault::none
             ? ""
             : "a room has a name of 1 to 64 bytes, printable, no blank at either end";
}

std::string check_origin(const std::string& name) {
  return web::is_host_name(name) ? "" : "'" + name + "' is no name of a host; a port does not belong to it";
}

std::string check_network(const std::string& text) {
  if (text == "none" || AddressRange::parse(text)) return {};
  if (const auto complaint = AddressRange::about_zeros(text)) return *complaint;
  return "'" + text + "' is no network such as 10.0.0.0/8, ::1 or none";
}

/// An option that takes seconds and shows its default.
CLI::Option* add_seconds(CLI::App& app, const std::string& name, milliseconds& value,
                         const std::string& help) {
  return parley::add_seconds(app, name, value, least_time, most_time, help)
      ->type_name("SECONDS")
      ->default_str(to_seconds_text(value));
}

CLI::Option* add_count(CLI::App& app, const std::string& name, std::size_t& value, std::size_t least,
                       std::size_t most, const std::string& help) {
  return add_number(app, name, value, least, most, help)
      ->type_name(name.ends_with("-bytes") ? "BYTES" : "COUNT")
      ->default_str(std::to_string(value));
}

/// Makes queues that were not asked for long enough for the longest frames. Throws std::invalid_argument when
/// one that was asked for is not: it would cut off whoever does not take such a frame at once.
void fit_queues(const CLI::App& app, Limits& limits) {
  const std::size_t least = least_queue_frames * (limits.max_header_bytes + limits.max_body_bytes);
  for (const auto& [name, bytes] : {std::pair{"--max-queue-bytes", &limits.max_queue_bytes},
                                    std::pair{"--max-waiting-bytes", &limits.max_waiting_bytes}}) {
    if (app.get_option(name)->empty()) *bytes = std::max(*bytes, least);
    if (*bytes < least)
      throw std::invalid_argument(
          fmt::format("{} {} is too little for --max-body-bytes {}: at least {}, for {} headers and bodies",
                      name, *bytes, limits.max_body_bytes, least, least_queue_frames));
  }
}

void add_limits(CLI::App& app, Limits& limits) {
  constexpr std::size_t any = 1'000'000;
  const std::string sizes = "Limits: sizes";
  add_count(app, "--max-header-bytes", limits.max_header_bytes, least_header_bytes, most_header_bytes,
            "Longest header block that is read")
      ->group(sizes);
  add_count(app, "--max-body-bytes", limits.max_body_bytes, 1, most_body_bytes, "Longest message body")
      ->group(sizes);
  add_count(app, "--max-mailbox-bytes", limits.max_mailbox_bytes, 1024, most_mailbox_bytes,
            "What may wait for one two-socket recipient to acknowledge; more is not delivered")
      ->group(sizes);
  add_count(app, "--max-queue-bytes", limits.max_queue_bytes, least_queue_bytes, most_mailbox_bytes,
            "What may wait for one socket, at least two of the longest frames; who lets more wait is cut off")
      ->group(sizes);
  add_count(
      app, "--max-waiting-bytes", limits.max_waiting_bytes, least_queue_bytes, most_waiting_bytes,
      "Memory for all that waits and for unfinished large requests; then whoever takes most is disconnected")
      ->group(sizes);

  const std::string times = "Limits: times";
  add_seconds(app, "--registration-timeout", limits.registration_timeout,
              "From connect to both sockets registered")
      ->group(times);
  add_seconds(app, "--sign-on-timeout", limits.sign_on_timeout, "From connect to signed on, other dialects")
      ->group(times);
  add_seconds(app, "--frame-timeout", limits.frame_timeout, "From a frame's first byte to its last")
      ->group(times);
  add_seconds(app, "--receipt-timeout", limits.receipt_timeout,
              "From SEND to its answer, and from FORWARD to RECEIVED")
      ->group(times);
  add_seconds(app, "--progress-timeout", limits.progress_timeout,
              "For a socket to take some of what waits for it")
      ->group(times);
  add_seconds(
      app, "--paced-wait", limits.paced_wait,
      "A rooms client gets an object every 30 ms; what would wait longer than this for it is left out")
      ->group(times);
  add_seconds(app, "--request-timeout", limits.request_timeout,
              "From connect, or from an answer, to a web client's request")
      ->group(times);
  add_seconds(app, "--ping-interval", limits.ping_interval,
              "Between two pings of a web client; one that answers neither is disconnected at the third")
      ->group(times);
  add_seconds(app, "--raw-idle-timeout", limits.raw_idle_timeout,
              "From the last text of a rooms client that sends no JSON")
      ->group(times);
  add_seconds(app, "--linger-timeout", limits.linger_timeout,
              "From the server's end of a stream to the peer's")
      ->group(times);
  add_seconds(app, "--stop-timeout", limits.stop_timeout, "From SIGTERM to the end")->group(times);

  const std::string counts = "Limits: counts";
  add_count(app, "--max-unanswered", limits.max_unanswered, 1, any,
            "SENDs, or messages with an id, of one sender without an answer")
      ->group(counts);
  add_count(app, "--max-refusals-in-a-row", limits.max_refusals_in_a_row, 1, any,
            "Refused requests of a two-socket client until its socket is closed")
      ->group(counts);
  add_count(app, "--max-connections", limits.max_connections, 0, any,
            "Sockets at once; 0: what the file limit allows")
      ->group(counts);
  add_count(app, "--max-connections-per-address", limits.max_connections_per_address, 0, any,
            "Sockets at once from one address; 0: a quarter of them all, this host's programs exempt")
      ->group(counts);
  add_count(
      app, "--max-refusals", limits.max_refusals, 1, any,
      "Sockets over these caps that are given time to read why; further ones are told and closed at once")
      ->group(counts);
}

void add_accounts(CLI::App& app, accounts::AccountOptions& options) {
  const std::string group = "Accounts";
  add_text(app, "--accounts", options.file,
           "File of the names that need a password, as parleyd account makes it; SIGHUP takes it anew")
      ->group(group)
      ->type_name("FILE");
  app.add_flag("--accounts-only", options.are_required, "Let nobody sign on under a name that has no account")
      ->group(group);
  app.add_flag("--allow-plain-passwords", options.are_taken_in_clear,
               "Take passwords from other machines without TLS, where others may read them on the way")
      ->group(group);
}

/// Throws std::invalid_argument.
void check_accounts(const accounts::AccountOptions& options) {
  if (!options.file.empty()) return;
  if (options.are_required)
    throw std::invalid_argument("--accounts-only means nothing without --accounts, their file");
  if (options.are_taken_in_clear)
    throw std::invalid_argument("--allow-plain-passwords means nothing without --accounts, their file");
}

void add_floods(CLI::App& app, FloodPolicy& floods) {
  const std::string group = "Limits: floods";
  const auto add_rate = [&](const std::string& name, Rate& rate, double bursts, const std::string& help) {
    return add_number(
               app, name, 0, most_rate,
               [&rate, bursts](std::uint64_t number) {
                 const auto per_second = static_cast<double>(number);
                 rate = {per_second, bursts * per_second};
               },
               help)
        ->group(group);
  };
  add_rate("--flood-rate", floods.requests, 5,
           "Requests of one peer in a second, five times as many at once; 0: no limit")
      ->type_name("COUNT")
      ->default_str("100");
  add_rate("--flood-bytes", floods.bytes, 2,
           "Bytes of one peer in a second, and 256 for each request, twice as many at once; not two-socket; "
           "0: no limit")
      ->type_name("BYTES")
      ->default_str("262144");
  add_list(
      app, "--flood-exempt",
      [&floods](const std::vector<std::string>& networks) {
        if (networks.size() > 1 && std::ranges::find(networks, "none") != networks.end())
          throw CLI::ValidationError("--flood-exempt", "'none' stands alone: give it, or networks");
        floods.exempt.clear();
        for (const auto& network : networks)
          if (const auto range = AddressRange::parse(network)) floods.exempt.push_back(*range);
      },
      "Networks whose requests are not counted, such as 10.0.0.0/8, or none", check_network)
      ->type_name("NETWORK[,...]")
      ->default_str("127.0.0.0/8,::1")
      ->group(group);
}

}  // namespace

std::optional<Options> parse_options(int argc, char** argv, int& exit_code) {
  Options options;
  CLI::App app{"parleyd, the chat server of the two-socket protocol and five more", "parleyd"};
  app.set_version_flag("--version", std::string("parleyd ") + PARLEY_VERSION);
  app.get_formatter()->column_width(38);
  app.footer("SIGTERM and Ctrl-C end it in good order. Exit codes: 0 stopped, 2 could not start.");

  std::string config_file;
  add_text(app, "--config", config_file,
           "TOML file of options by their names, such as port = 5050; the command line wins")
      ->type_name("FILE")
      ->configurable(false);
  bool is_check = false;
  app.add_flag("--check-config", is_check, "Say whether options and files are right, and start nothing")
      ->configurable(false);
  const ListenCommandLine listen(app);
  const TlsCommandLine tls(app, options.tls);
  app.add_flag("--listen-fds", options.takes_passed_sockets,
               "Take the listening sockets of a systemd .socket unit, in place of their dialects' ports")
      ->group(listening);
  add_text(app, "--port-file", options.port_file,
           "File to write the port to, once it can be connected to; a FIFO has it once somebody reads")
      ->group(listening)
      ->type_name("PATH");

  const std::string behaviour = "Behaviour";
  add_word(app, "--delivered-word", options.dialect_settings.reports_with_send,
           {{"SENT", false}, {"SEND", true}}, "Word that reports a delivery")
      ->group(behaviour)
      ->type_name("SENT|SEND")
      ->default_str("SENT");
  bool has_no_service = false;
  app.add_flag("--no-service", has_no_service,
               "Without SERVER, the name to which two-socket users send questions such as who is here")
      ->group(behaviour);
  add_text(app, "--log-file", options.log_file,
           "File to add the log to, instead of stderr; SIGHUP opens it anew")
      ->group(behaviour)
      ->type_name("PATH");
  add_word(app, "--log-format", options.log_format,
           {{"text", LogFormat::text}, {"logfmt", LogFormat::logfmt}, {"json", LogFormat::json}},
           "How its lines are written: for people, or for programs, with the time in UTC")
      ->group(behaviour)
      ->type_name("text|logfmt|json")
      ->default_str("text");
  add_word(app, "--log-level", options.log_level,
           {{"debug", spdlog::level::debug},
            {"info", spdlog::level::info},
            {"warning", spdlog::level::warn},
            {"error", spdlog::level::err},
            {"off", spdlog::level::off}},
           "What the log tells; debug shows every frame")
      ->group(behaviour)
      ->type_name("debug|info|warning|error|off")
      ->default_str("info");
  add_text(app, "--control", options.control,
           "Unix socket, for your account alone, by which parleyctl tells the server what to do")
      ->group(behaviour)
      ->type_name("PATH");
  add_text(app, "--bans", options.bans, "File in which the bans of parleyctl outlast the server")
      ->group(behaviour)
      ->type_name("FILE");
  app.add_option("--lobby", options.lobby, "Room in which everybody arrives")
      ->group(other_dialects)
      ->type_name("NAME")
      ->check(CLI::Validator(check_room, ""))
      ->capture_default_str();
  CLI::Option* const origins = add_list(
      app, "--web-origin", [&options](const auto& names) { options.dialect_settings.web_origins = names; },
      "Names by which browsers know the server, besides localhost, this machine's and its addresses",
      check_origin);
  origins->group(other_dialects)->type_name("HOST[,...]");
  milliseconds idle_exit{0};
  CLI::Option* idle =
      add_seconds(app, "--idle-exit", idle_exit, "Leave this long after the last client has gone")
          ->group(behaviour)
          ->default_str("");
  const MetricsCommandLine metrics(app, options.metrics);
  add_accounts(app, options.accounts);
  const ClusterCommandLine cluster(app, options.cluster);
  const AccountCommandLine account(app);
  add_limits(app, options.limits);
  add_floods(app, options.floods);

  exit_code = exit_usage;
  switch (read_command_line(app, argc, argv)) {
    case CommandLine::wrong:
      return std::nullopt;
    case CommandLine::answered:
      exit_code = 0;
      return std::nullopt;
    case CommandLine::understood:
      break;
  }
  if (account.is_asked()) {
    exit_code = account.run();
    return std::nullopt;
  }
  try {
    if (!config_file.empty()) read_config_file(app, config_file);
    options.ports = listen.to_listen();
    tls.check(std::ranges::any_of(options.ports, &ListenPort::is_tls), options.takes_passed_sockets);
    fit_queues(app, options.limits);
    if (origins->count() > 0 && !options.takes_passed_sockets &&
        std::ranges::none_of(options.ports,
                             [](const ListenPort& port) { return port.dialect->name == "web"; }))
      throw std::invalid_argument("--web-origin means nothing without --web or --web-tls, the port");
    metrics.check();
    cluster.check();
    check_accounts(options.accounts);
    if (!options.log_file.empty() && options.log_file == options.port_file)
      throw std::invalid_argument("--log-file and --port-file are the same file; name two");
  } catch (const std::invalid_argument& error) {
    complain(app, error.what());
    return std::nullopt;
  }
  if (is_check) {
    check_files(options);
    put_or_drop(STDOUT_FILENO, "parleyd: the configuration is right\n");
    exit_code = 0;
    return std::nullopt;
  }
  options.dialect_settings.has_service = !has_no_service;
  if (idle->count() > 0) options.idle_exit = idle_exit;
  return options;
}

}  // namespace parley
