#include "server/metrics/http_port.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <span>
#include <variant>
#include <vector>

#include "protocol/http_answer.hpp"
#include "protocol/http_host.hpp"
#include "server/net/thread.hpp"

namespace parley::metrics {

using asio::ip::tcp;
using std::chrono::milliseconds;

namespace {

// Out of descriptors or memory: accept would spin.
constexpr milliseconds pause{100};

bool is_to_wait(const std::error_code& error) {
  return error == asio::error::would_block || error == asio::error::try_again ||
         error == asio::error::interrupted;
}

bool is_loopback_v4(const asio::ip::address_v6& mapped) {
  return asio::ip::make_address_v4(asio::ip::v4_mapped, mapped).is_loopback();
}

bool is_local(const tcp::socket& socket) {
  std::error_code error;
  const auto peer = socket.remote_endpoint(error).address();
  if (error) return false;
  return peer.is_v6() && peer.to_v6().is_v4_mapped() ? is_loopback_v4(peer.to_v6()) : peer.is_loopback();
}

}  // namespace

HttpPort::HttpPort(const std::string& host, std::uint16_t port, Pages pages)
    : listener_(io_context_, host, port), pages_(std::move(pages)) {}

HttpPort::~HttpPort() {
  stop();
}

void HttpPort::start() {
  thread_ = start_thread([this] { run(); });
}

void HttpPort::stop() {
  is_stopping_ = true;
  stopped_.set();
  if (thread_.joinable()) thread_.join();
}

void HttpPort::run() noexcept {
  while (!is_stopping_) {
    try {
      serve();
    } catch (const std::exception&) {  // out of memory: who comes next may find some
      conversations_.clear();
      stopped_.wait(-1, pause);
    }
  }
  conversations_.clear();
  listener_.close();
}

/// One look at all who are here: waits until somebody can go on, or somebody's time is up.
void HttpPort::serve() {
  const auto before = Clock::now();
  const bool accepts = before >= accept_at_;
  Clock::time_point until = accepts ? Clock::time_point::max() : accept_at_;
  std::vector<pollfd> waiting{{stopped_.descriptor(), POLLIN, 0},
                              {accepts ? listener_.descriptor() : -1, POLLIN, 0}};
  for (Conversation& one : conversations_) {
    const bool has_answer = one.sent_bytes < one.answer.size();
    waiting.push_back({one.socket.native_handle(), static_cast<short>(has_answer ? POLLOUT : POLLIN), 0});
    until = std::min(until, one.until);
  }
  int timeout_ms = -1;
  if (until != Clock::time_point::max())
    timeout_ms =
        static_cast<int>(std::max<std::int64_t>(std::chrono::ceil<milliseconds>(until - before).count(), 0));
  ::poll(waiting.data(), waiting.size(), timeout_ms);

  auto ready = waiting.begin() + 2;
  for (auto one = conversations_.begin(); one != conversations_.end(); ++ready)
    one = ready->revents == 0 || go_on(*one) ? std::next(one) : conversations_.erase(one);
  end_late(Clock::now());
  if (waiting[1].revents != 0) accept();
}

void HttpPort::end_late(Clock::time_point now) {
  std::erase_if(conversations_, [now](const Conversation& one) { return one.until <= now; });
}

void HttpPort::accept() {
  std::error_code error;
  tcp::socket socket = listener_.accept(error);
  if (error) {
    if (!is_to_wait(error) && error != asio::error::connection_aborted) accept_at_ = Clock::now() + pause;
    return;
  }
  socket.non_blocking(true, error);
  if (error) return;
  if (conversations_.size() >= most_connections) conversations_.pop_front();
  conversations_.push_back({std::move(socket), Clock::now() + answer_time});
}

/// False when it is to be closed.
bool HttpPort::go_on(Conversation& conversation) {
  if (conversation.is_over) return discard(conversation);
  return conversation.answer.empty() ? read(conversation) : write(conversation);
}

bool HttpPort::read(Conversation& conversation) {
  const std::span<char> room = conversation.request.prepare();
  std::error_code error;
  const std::size_t count = conversation.socket.read_some(asio::buffer(room.data(), room.size()), error);
  if (error) return is_to_wait(error);
  conversation.request.commit(count);
  const http::Event event = conversation.request.next();
  if (std::holds_alternative<http::NeedMore>(event)) return true;
  conversation.answer = to_answer(event, conversation);
  return write(conversation);
}

std::string HttpPort::to_answer(const http::Event& event, const Conversation& conversation) const {
  constexpr auto then = http::Then::end;
  const auto* const request = std::get_if<http::Request>(&event);
  if (request == nullptr) {
    const auto& fault = std::get<http::Fault>(event);
    return http::status_answer(fault.status, fault.sentence, then);
  }
  if (request->method == http::Method::other) return http::method_answer(then);
  const bool is_head = request->method == http::Method::head;
  const bool is_here = is_local(conversation.socket) && http::is_plain_host(request->host);
  if (const auto page = pages_({request->path, is_here}))
    return http::text_answer(200, page->type, page->text, then, is_head, page->fields);
  return http::status_answer(
      404, "Nothing is here; the metrics are at /metrics, and a page of them at /status.", then, is_head);
}

bool HttpPort::write(Conversation& conversation) {
  const auto rest = std::string_view(conversation.answer).substr(conversation.sent_bytes);
  std::error_code error;
  conversation.sent_bytes += conversation.socket.write_some(asio::buffer(rest.data(), rest.size()), error);
  if (error) return is_to_wait(error);
  if (conversation.sent_bytes < conversation.answer.size()) return true;
  // Closing with something unread would reset the stream, and the peer might lose the answer.
  conversation.socket.shutdown(tcp::socket::shutdown_send, error);
  conversation.is_over = true;
  conversation.until = Clock::now() + linger_time;
  return !error;
}

bool HttpPort::discard(Conversation& conversation) {
  std::array<char, 2048> piece;
  std::error_code error;
  conversation.thrown_away_bytes += conversation.socket.read_some(asio::buffer(piece), error);
  if (conversation.thrown_away_bytes > most_thrown_away_bytes) return false;
  return !error || is_to_wait(error);
}

}  // namespace parley::metrics
