#include "server/metrics/metrics.hpp"

#include <asio/error.hpp>
#include <chrono>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "server/metrics/exposition.hpp"
#include "server/metrics/status_files.hpp"
#include "server/metrics/status_json.hpp"

namespace parley::metrics {
namespace {

// To look at thousands of users and their sockets takes milliseconds, however many ask.
constexpr std::chrono::milliseconds figures_time{200};

/// The page runs its own script and nothing else, and asks nobody but this port.
constexpr std::string_view guards =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

/// What is at a path: the page itself has a name of its own there.
const EmbeddedFile* find_status_file(std::string_view path) {
  constexpr std::string_view page = "status.html";
  const std::string_view name = path == "/status" ? page : path.substr(path.empty() ? 0 : 1);
  return path != "/status" && name == page ? nullptr : find_file(status_files(), name);
}

std::string advice(const std::error_code& error) {
  if (error == asio::error::address_in_use)
    return "; another program has it: give another --metrics, or 0 for any free one";
  if (error == asio::error::access_denied)
    return "; ports below 1024 are for root: give another --metrics, or 0 for any free one";
  return "; --metrics-host takes an address of this machine";
}

}  // namespace

Metrics::Metrics(const std::string& host, std::uint16_t port, std::function<Figures()> figures) try
    : function_(std::move(figures)),
      port_(host, port, [this](const HttpPort::Asked& asked) { return page(asked); }) {
} catch (const std::system_error& error) {
  throw std::runtime_error(error.what() + advice(error.code()));
}

const Figures& Metrics::figures() {
  if (const auto now = HttpPort::Clock::now(); now >= figures_until_) {
    figures_ = function_();
    figures_until_ = now + figures_time;
  }
  return figures_;
}

std::optional<HttpPort::Page> Metrics::page(const HttpPort::Asked& asked) {
  if (asked.path == "/metrics")
    return HttpPort::Page{exposition_type, to_exposition(figures(), look_at_process())};
  if (asked.path == "/status.json") {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto now_s = std::chrono::duration_cast<std::chrono::seconds>(now).count();
    const Asker asker = asked.is_local ? Asker::this_machine : Asker::anybody;
    return HttpPort::Page{"application/json", to_status_json(figures(), look_at_process(), now_s, asker),
                          guards};
  }
  if (const EmbeddedFile* const file = find_status_file(asked.path))
    return HttpPort::Page{std::string(file->type), std::string(file->bytes), guards};
  return std::nullopt;
}

}  // namespace parley::metrics
