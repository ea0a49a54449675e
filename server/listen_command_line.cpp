#include "server/listen_command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "base/command_line.hpp"

namespace parley {
namespace {

constexpr const char* usual_host = "127.0.0.1";

/// The system's resolver takes a star for every address; who is asked to listen there is to say so.
std::string check_host(const std::string& host) {
  return host == "*" ? "'*' is no address; 0.0.0.0 and :: stand for all of this machine" : "";
}

void check_named_once(const std::string& option, const std::vector<std::string>& hosts) {
  for (auto host = hosts.begin(); host != hosts.end(); ++host)
    if (std::find(hosts.begin(), host, *host) != host)
      throw std::invalid_argument(option + " has " + *host + " twice");
}

void check_own_port(const std::vector<ListenPort>& others, const ListenPort& wanted) {
  for (const ListenPort& other : others)
    if (wanted.port != 0 && other.port == wanted.port)
      throw std::invalid_argument(fmt::format("{} and {} are the same port, {}; 0 picks a free one",
                                              port_option(*other.dialect, other.is_tls),
                                              port_option(*wanted.dialect, wanted.is_tls), wanted.port));
}

}  // namespace

ListenCommandLine::ListenCommandLine(CLI::App& app) {
  for (const Dialect& dialect : dialects()) add(app, dialect);
  app.add_flag("--all-dialects", all_, "Listen for every dialect at its usual port")->group("Other dialects");
  add_tls(app);
}

void ListenCommandLine::add_tls(CLI::App& app) {
  const char* const group = "TLS";
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const Dialect& dialect = dialects()[i];
    Place& place = places_[i];
    const std::string help =
        fmt::format("Listen for {} over TLS; usual port {}", dialect.description, dialect.usual_port + 1);
    place.tls_option = add_number(app, port_option(dialect, true), place.tls_port, 0, 65535, help);
    place.tls_option->group(group)->type_name("PORT");
  }
  tls_host_option_ = add_list(
      app, "--tls-host", [this](const auto& hosts) { tls_hosts_ = hosts; },
      "Where to listen for TLS, if not where the dialect is spoken in clear", check_host);
  tls_host_option_->group(group)->type_name("HOST[,...]");
}

void ListenCommandLine::add(CLI::App& app, const Dialect& dialect) {
  const bool is_first = places_.empty();
  const char* const group = is_first ? "Listening" : "Other dialects";
  Place& place = places_.emplace_back(Place{nullptr, nullptr, nullptr, dialect.usual_port, 0, {}});
  if (is_first) place.hosts = {usual_host};
  const auto add_hosts = [&] {
    place.host_option = add_list(
        app, host_option(dialect), [&place](const auto& hosts) { place.hosts = hosts; },
        is_first
            ? "Addresses or names to listen on; 0.0.0.0 or :: lets other machines in, ::1 is this one by "
              "IPv6"
            : "Where to listen for them, if not at --host",
        check_host);
    place.host_option->group(group)->type_name("HOST[,...]");
  };
  if (is_first) add_hosts();
  const std::string help =
      is_first ? "Port to listen on; 0 picks a free one"
               : fmt::format("Listen for {}; usual port {}", dialect.description, dialect.usual_port);
  place.port_option = add_number(app, port_option(dialect), place.port, 0, 65535, help);
  place.port_option->group(group)->type_name("PORT");
  if (!is_first) return add_hosts();
  place.host_option->default_str(usual_host);
  place.port_option->default_str(std::to_string(place.port));
}

std::vector<ListenPort> ListenCommandLine::to_listen() const {
  std::vector<ListenPort> asked;
  check_named_once("--tls-host", tls_hosts_);
  for (std::size_t i = 0; i < places_.size(); ++i) listen(asked, dialects()[i], places_[i]);
  const bool has_tls = std::ranges::any_of(asked, &ListenPort::is_tls);
  if (tls_host_option_->count() > 0 && !has_tls)
    throw std::invalid_argument("--tls-host means nothing without a port for TLS, such as --tls-port");
  return asked;
}

void ListenCommandLine::listen(std::vector<ListenPort>& asked, const Dialect& dialect,
                               const Place& place) const {
  check_named_once(host_option(dialect), place.hosts);
  const auto& hosts = place.hosts.empty() ? places_.front().hosts : place.hosts;
  const bool is_plain = &place == &places_.front() || all_ || place.port_option->count() > 0;
  const bool is_tls = place.tls_option->count() > 0;
  if (!is_plain && !is_tls && place.host_option->count() > 0)
    throw std::invalid_argument(host_option(dialect) + " means nothing without " + port_option(dialect) +
                                ", the port, or --all-dialects");
  const auto add_port = [&](ListenPort wanted) {
    check_own_port(asked, wanted);
    asked.push_back(std::move(wanted));
  };
  if (is_plain) add_port({&dialect, hosts, place.port});
  if (is_tls) add_port({&dialect, tls_hosts_.empty() ? hosts : tls_hosts_, place.tls_port, true});
}

}  // namespace parley
