#include "protocol/websocket.hpp"

#include <string.h>
#include <wslay/wslay.h>

#include <algorithm>
#include <new>
#include <utility>

#include "base/secret.hpp"
#include "protocol/text.hpp"

namespace parley::websocket {

/// What wslay has read of a frame by one call.
struct Parser::Part {
  std::uint8_t opcode = 0;
  std::uint8_t reserved_bits = 0;
  bool is_last = false;  // of its message
  bool is_masked = false;
  std::uint64_t frame_bytes = 0;  // of the whole payload
  std::string_view payload;

  bool is_control() const { return (opcode & 8U) != 0; }
};

namespace {

constexpr std::size_t most_reason_bytes = Parser::most_control_bytes - 2;
constexpr std::size_t least_extended_bytes = 126;
constexpr std::size_t least_long_bytes = 1U << 16U;

constexpr Fault unmasked{CloseCode::protocol_error, "A client's frames are masked."};
constexpr Fault reserved{CloseCode::protocol_error, "There is no extension, so reserved bits are 0."};
constexpr Fault bad_opcode{CloseCode::protocol_error, "There is no such kind of frame."};
constexpr Fault bad_frame{CloseCode::protocol_error, "That is no frame of a WebSocket."};
constexpr Fault no_message{CloseCode::protocol_error, "There is no message to go on with."};
constexpr Fault in_message{CloseCode::protocol_error, "A message begins before the last one's end."};
constexpr Fault bad_close{CloseCode::protocol_error, "A close has a code that may be written, or nothing."};
constexpr Fault binary{CloseCode::unsupported, "Messages are texts here."};
constexpr Fault too_big{CloseCode::too_big, "That message is too long."};
constexpr Fault not_utf8{CloseCode::not_utf8, "That is not UTF-8."};

/// RFC 6455, 7.4, and what IANA has added.
bool may_be_written(std::uint16_t code) {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/// What stands before the payload of a client's frame.
std::uint64_t head_bytes(std::uint64_t payload_bytes) {
  const std::uint64_t length_bytes = payload_bytes < least_extended_bytes ? 0
                                     : payload_bytes < least_long_bytes   ? 2
                                                                          : 8;
  return 2 + length_bytes + 4;
}

std::string frame(wslay_opcode opcode, std::string_view payload) {
  std::string bytes;
  bytes.reserve(payload.size() + 10);
  const auto put = [&](std::size_t byte) { bytes.push_back(static_cast<char>(byte)); };
  const auto put_number = [&](std::size_t number, unsigned count) {
    while (count-- > 0) put(number >> 8 * count & 0xFFU);
  };
  put(std::size_t{0x80} + static_cast<std::size_t>(opcode));
  if (payload.size() < least_extended_bytes) {
    put(payload.size());
  } else if (payload.size() < least_long_bytes) {
    put(126);
    put_number(payload.size(), 2);
  } else {
    put(127);
    put_number(payload.size(), 8);
  }
  return bytes.append(payload);
}

}  // namespace

void Parser::Free::operator()(wslay_frame_context* context) const {
  wslay_frame_context_free(context);
}

Parser::Parser(std::size_t most_bytes)
    : most_bytes_(most_bytes), frames_([this] {
        const wslay_frame_callbacks callbacks{nullptr, give_input, nullptr};
        wslay_frame_context_ptr context = nullptr;
        if (wslay_frame_context_init(&context, &callbacks, this) != 0) throw std::bad_alloc();
        return context;
      }()) {}

Parser::~Parser() {
  wipe(message_);
}

void Parser::wipe_consumed() {
  buffer_.wipe_consumed();
  if (!is_in_message_) wipe(message_);
}

/// What wslay asks for: more of what has come.
std::ptrdiff_t Parser::give_input(std::uint8_t* room, std::size_t size, int /*flags*/, void* parser) {
  auto& self = *static_cast<Parser*>(parser);
  const std::string_view bytes = self.pending().substr(0, size);
  if (bytes.empty()) return -1;
  std::ranges::copy(bytes, room);
  self.buffer_.consume(bytes.size());
  self.given_bytes_ += bytes.size();
  return static_cast<std::ptrdiff_t>(bytes.size());
}

Event Parser::stop(Event last) {
  is_over_ = true;
  buffer_.consume(pending().size());
  return last;
}

Event Parser::next() {
  if (!is_in_message_ && message_.capacity() > small_bytes) std::string().swap(message_);
  if (is_over_) return stop(NeedMore{});
  for (;;) {
    wslay_frame_iocb read{};
    const auto count = wslay_frame_recv(frames_.get(), &read);
    if (count == WSLAY_ERR_WANT_READ && pending().empty()) return NeedMore{};
    if (count == WSLAY_ERR_WANT_READ) continue;
    if (count < 0) return stop(bad_frame);
    const std::string_view payload(reinterpret_cast<const char*>(read.data), read.data_length);
    auto event = take({read.opcode, read.rsv, read.fin != 0, read.mask != 0, read.payload_length, payload});
    // It may have been a password; wslay has read it and does not look again.
    ::explicit_bzero(const_cast<std::uint8_t*>(read.data), read.data_length);
    if (!event) continue;
    const bool is_last = std::holds_alternative<Close>(*event) || std::holds_alternative<Fault>(*event);
    return is_last ? stop(*event) : *event;
  }
}

/// What is wrong with a frame as soon as some of it has come.
std::optional<Fault> Parser::fault_of_beginning(const Part& part) const {
  if (part.reserved_bits != 0) return reserved;
  if (!part.is_masked) return unmasked;
  switch (part.opcode) {
    case WSLAY_CONNECTION_CLOSE:
    case WSLAY_PING:
    case WSLAY_PONG:
      return std::nullopt;
    case WSLAY_CONTINUATION_FRAME:
      if (!is_in_message_) return no_message;
      break;
    case WSLAY_TEXT_FRAME:
    case WSLAY_BINARY_FRAME:
      if (is_in_message_) return in_message;
      if (part.opcode == WSLAY_BINARY_FRAME) return binary;
      break;
    default:
      return bad_opcode;
  }
  const std::size_t before_bytes = is_in_message_ ? message_.size() : 0;
  if (part.frame_bytes > most_bytes_ - before_bytes) return too_big;
  return std::nullopt;
}

/// The event that is complete with it, if any.
std::optional<Event> Parser::take(const Part& part) {
  if (!std::exchange(is_in_payload_, true)) {
    if (const auto fault = fault_of_beginning(part)) return *fault;
    frame_bytes_ = 0;
    if (part.is_control())
      control_.clear();
    else if (!std::exchange(is_in_message_, true))
      message_.clear();
  }
  (part.is_control() ? control_ : message_).append(part.payload);
  frame_bytes_ += part.payload.size();
  if (frame_bytes_ < part.frame_bytes) return std::nullopt;
  is_in_payload_ = false;
  framed_bytes_ += head_bytes(part.frame_bytes) + part.frame_bytes;
  if (part.is_control()) return complete_control(part.opcode);
  if (!part.is_last) return std::nullopt;
  return complete_message();
}

Event Parser::complete_message() {
  is_in_message_ = false;
  if (!is_utf8(message_)) return not_utf8;
  return Text{message_};
}

Event Parser::complete_control(std::uint8_t opcode) {
  switch (opcode) {
    case WSLAY_PING:
      return Ping{control_};
    case WSLAY_PONG:
      return Pong{};
    default:
      return complete_close();
  }
}

Event Parser::complete_close() {
  if (control_.empty()) return Close{};
  if (control_.size() < 2) return bad_close;
  const auto code = static_cast<std::uint16_t>(static_cast<unsigned char>(control_[0]) << 8 |
                                               static_cast<unsigned char>(control_[1]));
  if (!may_be_written(code)) return bad_close;
  if (!is_utf8(std::string_view(control_).substr(2))) return not_utf8;
  return Close{static_cast<CloseCode>(code)};
}

std::string text_frame(std::string_view text) {
  return frame(WSLAY_TEXT_FRAME, text);
}

std::string ping_frame(std::string_view payload) {
  return frame(WSLAY_PING, payload.substr(0, Parser::most_control_bytes));
}

std::string pong_frame(std::string_view payload) {
  return frame(WSLAY_PONG, payload.substr(0, Parser::most_control_bytes));
}

std::string close_frame(CloseCode code, std::string_view reason) {
  if (code == CloseCode::none) return frame(WSLAY_CONNECTION_CLOSE, {});
  const auto number = static_cast<std::uint16_t>(code);
  std::string payload{static_cast<char>(number >> 8), static_cast<char>(number & 0xFF)};
  if (!reason.empty()) payload.append(reason.substr(0, piece_length(reason, most_reason_bytes)));
  return frame(WSLAY_CONNECTION_CLOSE, payload);
}

}  // namespace parley::websocket
