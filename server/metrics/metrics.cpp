#include "server/metrics/metrics.hpp"

#include <asio/error.hpp>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "server/metrics/exposition.hpp"

namespace parley::metrics {
namespace {

// To look at thousands of users and their sockets takes milliseconds, however many ask.
constexpr std::chrono::milliseconds text_time{200};

std::string advice(const std::error_code& error) {
  if (error == asio::error::address_in_use)
    return "; another program has it: give another --metrics, or 0 for any free one";
  if (error == asio::error::access_denied)
    return "; ports below 1024 are for root: give another --metrics, or 0 for any free one";
  return "; --metrics-host takes an address of this machine";
}

}  // namespace

Metrics::Metrics(const std::string& host, std::uint16_t port, std::function<Figures()> figures) try
    : figures_(std::move(figures)), port_(host, port, [this](std::string_view path) { return page(path); }) {
} catch (const std::system_error& error) {
  throw std::runtime_error(error.what() + advice(error.code()));
}

std::optional<HttpPort::Page> Metrics::page(std::string_view path) {
  if (path != "/metrics") return std::nullopt;
  if (const auto now = HttpPort::Clock::now(); now >= text_until_) {
    text_ = to_exposition(figures_(), look_at_process());
    text_until_ = now + text_time;
  }
  return HttpPort::Page{exposition_type, text_};
}

}  // namespace parley::metrics
