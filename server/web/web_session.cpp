#include "server/web/web_session.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "base/overloaded.hpp"
#include "base/sha1.hpp"
#include "protocol/http_answer.hpp"
#include "protocol/http_request.hpp"
#include "protocol/unwelcome.hpp"
#include "protocol/websocket.hpp"
#include "server/chat/rooms_chat_session.hpp"
#include "server/web/answer.hpp"
#include "server/web/host_check.hpp"

namespace parley {
namespace {

using http::Then;
using websocket::CloseCode;

constexpr std::string_view socket_path = "/ws";
constexpr std::string_view health_path = "/healthz";

// RFC 6455, 1.3.
constexpr std::string_view key_suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

// Pings in a row without a pong: whoever answers none of two is gone.
constexpr int most_unanswered_pings = 2;

constexpr std::string_view not_own_host =
    "This server is not known by the Host of that request; --web-origin names it.";
constexpr std::string_view late_request = "A request was begun and not completed in time.";

// NOLINTNEXTLINE(performance-unnecessary-value-param): RoomsWire has it so
std::string to_frame(std::string object) {
  return websocket::text_frame(object);
}

/// Objects of any size: a WebSocket's message has an end of its own.
constexpr RoomsWire web_wire{"web", SIZE_MAX, true, std::chrono::milliseconds{0}, to_frame};

/// What all browsers of one port share. Constant.
struct Site {
  web::HostCheck hosts;
  web::PageBodies bodies{};
};

class WebSession : public RoomsChatSession {
 public:
  WebSession(const std::shared_ptr<Connection>& connection, Context& context,
             std::shared_ptr<const Site> site)
      : RoomsChatSession(connection, context, web_wire), site_(std::move(site)) {}

 private:
  using RoomsChatSession::on;

  // Either of HTTP, whose requests have a time of their own (Deadline::more), or, once that has been left, of
  // the WebSocket.
  NextRead prepare() override {
    if (!messages_) return {requests_.prepare(), false, memory_of(requests_.input())};
    return {messages_->prepare(), messages_->in_frame(),
            messages_->message_bytes() + memory_of(messages_->input())};
  }
  void commit(std::size_t count) override { messages_ ? messages_->commit(count) : requests_.commit(count); }
  void feed(std::string_view bytes) override { messages_ ? messages_->feed(bytes) : requests_.feed(bytes); }
  /// Of HTTP one answer at a time: a page may be a thousand times as long as the request for it.
  std::size_t most_waiting_bytes() const override { return messages_ ? Session::most_waiting_bytes() : 0; }
  bool handle_event() override { return messages_ ? handle_message() : handle_request(); }

  void greet() override;
  void finish(std::string_view last_words) override;
  bool has_leave(std::string_view bytes) override;
  void nothing_more_came() override;
  std::string last_words(std::string object) const override;
  std::string farewell(Ending ending, std::string_view reason, std::string_view sentence) const override;

  // HTTP.
  bool handle_request();
  void on(const http::Request& request);
  void on(const http::Fault& fault);
  void open_socket(const http::Request& request);
  web::Answer to_answer(const http::Request& request, Then then) const;
  void await_request() { connection().set_deadline(Deadline::more, context().limits.request_timeout); }
  void end_http(std::string_view why, std::string_view answer);

  // The WebSocket.
  bool handle_message();
  void on(const websocket::Text& message) { on(rooms::read_request(message.text, features())); }
  void on(const websocket::Close& close);
  void on(const websocket::Fault& fault);
  void ping();

  const std::shared_ptr<const Site> site_;
  http::Parser requests_;
  std::unique_ptr<websocket::Parser> messages_;  // null: it is HTTP still
  int unanswered_pings_ = 0;
};

/// Nobody has to sign on who only reads the page.
void WebSession::greet() {
  connection().clear_deadline(Deadline::sign_on);
  await_request();
}

void WebSession::nothing_more_came() {
  if (messages_) return ping();
  if (connection().waiting_frames() > 0) return await_request();  // its time begins when it has its answer
  if (requests_.in_frame() || is_holding_input())
    return end_http("did not complete a request in time", http::status_answer(408, late_request, Then::end));
  connection().finish({});
}

std::string WebSession::last_words(std::string object) const {
  return messages_ ? to_frame(std::move(object)) + websocket::close_frame(CloseCode::normal, {})
                   : std::string();
}

std::string WebSession::farewell(Ending ending, std::string_view reason, std::string_view sentence) const {
  if (!messages_) {
    const int status = ending == Ending::asked ? 503 : ending == Ending::late ? 408 : 400;
    return ending == Ending::asked && sentence.empty() ? std::string()
                                                       : http::status_answer(status, sentence, Then::end);
  }
  const auto code = ending != Ending::asked  ? CloseCode::policy
                    : is_dismissal(sentence) ? CloseCode::dismissed
                                             : CloseCode::going_away;
  return websocket::close_frame(code, sentence.empty() ? reason : sentence);
}

/// The server's end of the stream comes behind the client's close (RFC 6455, 7.1.1): many a client that sees
/// it before takes the conversation for cut off.
void WebSession::finish(std::string_view last_words) {
  const bool is_open = messages_ && !messages_->is_over();
  connection().finish(last_words, is_open ? Connection::End::held : Connection::End::free);
}

bool WebSession::has_leave(std::string_view bytes) {
  if (!messages_ || messages_->is_over()) return false;
  messages_->feed(bytes);
  while (!std::holds_alternative<NeedMore>(messages_->next())) {
  }
  return messages_->is_over();
}

bool WebSession::handle_request() {
  const http::Event event = requests_.next();
  if (std::holds_alternative<NeedMore>(event)) return false;
  std::visit(Overloaded{[](const NeedMore&) {}, [this](const auto& one) { on(one); }}, event);
  return true;
}

void WebSession::on(const http::Fault& fault) {
  end_http(fault.sentence, http::status_answer(fault.status, fault.sentence, Then::end));
}

/// Ends the stream behind an answer that refuses something.
void WebSession::end_http(std::string_view why, std::string_view answer) {
  connection().log(spdlog::level::info, "{} refused: {}", connection().label(), why);
  connection().finish(answer);
}

void WebSession::on(const http::Request& request) {
  if (request.path == socket_path && request.method == http::Method::get) return open_socket(request);
  const Then then = request.keeps_alive ? Then::next : Then::end;
  web::Answer answer = to_answer(request, then);
  send(std::move(answer.text));
  if (answer.body) outbox()->send(answer.body);
  if (then == Then::end) return connection().finish({});
  await_request();
}

web::Answer WebSession::to_answer(const http::Request& request, Then then) const {
  const bool is_head = request.method == http::Method::head;
  if (request.method == http::Method::other) return {http::method_answer(then)};
  if (request.has_body) return {http::status_answer(413, "A request has no body here.", then, is_head)};
  // Whoever watches over the server may know it by any name.
  if (request.path == health_path) return {http::status_answer(200, "ok", then, is_head)};
  if (!site_->hosts.is_own(request.host)) return {http::status_answer(403, not_own_host, then, is_head)};
  if (const EmbeddedFile* const file = web::find_page_file(request.path))
    return web::page_answer(*file, site_->bodies, request, then);
  return {http::status_answer(404, "Nothing is here; the page is at /.", then, is_head)};
}

/// What is behind a request that is refused may be of a WebSocket, so the stream ends with the refusal.
void WebSession::open_socket(const http::Request& request) {
  const auto refuse_it = [this](int status, std::string_view sentence, std::string_view fields = {}) {
    end_http(sentence, http::status_answer(status, sentence, Then::end, false, fields));
  };
  if (request.has_body) return refuse_it(413, "A request has no body here.");
  if (!site_->hosts.is_own(request.host)) return refuse_it(403, not_own_host);
  if (!request.wants_websocket || !request.has_websocket_version)
    return refuse_it(426, "A WebSocket of version 13 is here.",
                     "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
  if (!request.websocket_key) return refuse_it(400, "A WebSocket begins with a Sec-WebSocket-Key.");
  if (request.origin && !site_->hosts.may_come_from(*request.origin, request.host))
    return refuse_it(403, "A page of another origin may not talk here; --web-origin allows it.");
  const std::string accept = sha1_in_base64(std::string(*request.websocket_key).append(key_suffix));

  messages_ = std::make_unique<websocket::Parser>(context().limits.max_body_bytes);
  messages_->feed(requests_.pending());
  requests_ = {};
  send(web::switching_answer(accept));
  await_sign_on();
  connection().set_deadline(Deadline::more, context().limits.ping_interval);
}

/// Acts on what has come up to the next message. Pings and pongs complete no request; of several pings the
/// last is answered, as RFC 6455, 5.5.3 allows: so a flood of them makes none.
bool WebSession::handle_message() {
  std::optional<std::string> pong;
  bool has_message = false;
  while (!has_message) {
    const bool may_be_password = may_hear_password();
    const websocket::Event event = messages_->next();
    if (std::holds_alternative<NeedMore>(event)) break;
    std::visit(Overloaded{[](const NeedMore&) {}, [&](const websocket::Ping& ping) { pong = ping.payload; },
                          [this](const websocket::Pong&) { unanswered_pings_ = 0; },
                          [&](const auto& one) {
                            has_message = true;
                            if (pong) send(websocket::pong_frame(*std::exchange(pong, std::nullopt)));
                            on(one);
                          }},
               event);
    if (!has_message) charge_request();
    if (may_be_password) messages_->wipe_consumed();
  }
  if (pong) send(websocket::pong_frame(*pong));
  return has_message;
}

void WebSession::on(const websocket::Close& close) {
  end_with("has closed its WebSocket", websocket::close_frame(close.code, {}));
}

void WebSession::on(const websocket::Fault& fault) {
  end_with(fault.sentence, websocket::close_frame(fault.code, fault.sentence));
}

void WebSession::ping() {
  if (unanswered_pings_ >= most_unanswered_pings)
    return end_with("has answered no ping", farewell(Ending::late, {}, "No pong has come for too long."));
  ++unanswered_pings_;
  send(websocket::ping_frame({}));
  connection().set_deadline(Deadline::more, context().limits.ping_interval);
}

}  // namespace

SessionFactory web_sessions(Context& context, const std::vector<std::string>& own_names) {
  return [&context, site = std::make_shared<const Site>(Site{web::HostCheck(own_names)})](
             const std::shared_ptr<Connection>& connection) {
    return std::make_shared<WebSession>(connection, context, site);
  };
}

}  // namespace parley
