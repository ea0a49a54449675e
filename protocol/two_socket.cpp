#include "protocol/two_socket.hpp"

#include "protocol/text.hpp"
#include "protocol/user_name.hpp"
#include "protocol/words.hpp"

namespace parley::two_socket {
namespace {

/// Of REGISTER, and of how people write it.
constexpr std::string_view register_begin = "REG";

std::string_view to_word(Channel channel) {
  return channel == Channel::to_send ? "TOSEND" : "TORECV";
}

/// Behind a request line without its end, or behind other header lines.
void append_body(std::string& out, std::string_view body) {
  out.append("\nContent-length: ").append(Digits(body.size())).append("\n\n").append(body);
}

/// Without its end.
void append_line(std::string& out, std::string_view word, std::string_view rest) {
  out += word;
  if (!rest.empty()) (out += ' ').append(rest);
}

void append_line_frame(std::string& out, std::string_view word, std::string_view rest) {
  append_line(out, word, rest);
  out += "\n\n";
}

void append_line_frame(std::string& out, std::string_view word, std::string_view rest, BlockEnd end) {
  append_line(out, word, rest);
  out.append(end.line).append(end.empty_line);
}

/// describe(), one overload for each event.
struct Describer {
  std::size_t body_bytes;

  std::string with_body(std::string_view word, std::string_view name, std::string_view body) const {
    std::string text =
        std::string(word) + ' ' + visible(name) + ", " + std::to_string(body.size()) + " bytes: ";
    return text + visible_beginning(body, body_bytes);
  }

  std::string operator()(const NeedMore&) const { return "(incomplete)"; }
  std::string operator()(const Register& m) const {
    return "REGISTER " + std::string(to_word(m.channel)) + ' ' + to_shown_name(m.name, m.name.size());
  }
  std::string operator()(const Send& m) const { return with_body("SEND", m.recipient, m.body); }
  std::string operator()(const Received& m) const { return "RECEIVED " + visible(m.sender); }
  std::string operator()(const Registered& m) const {
    return "REGISTERED " + std::string(to_word(m.channel)) + ' ' + visible(m.name);
  }
  std::string operator()(const Forward& m) const { return with_body("FORWARD", m.sender, m.body); }
  std::string operator()(const Delivered& m) const { return "SENT " + visible(m.recipient); }
  std::string operator()(const Error& m) const {
    return "ERROR " + std::to_string(m.code) + ' ' + visible(m.phrase);
  }
  std::string operator()(const Unknown& m) const {
    return "unknown request: " + to_shown_request(m.request_line, m.request_line.size());
  }
  std::string operator()(const Violation& m) const {
    return "violation of " + std::string(m.clause) + ": " + std::string(m.what);
  }
};

}  // namespace

std::string_view phrase(ErrorCode code) {
  switch (code) {
    case ErrorCode::malformed_username:
      return "Malformed username";
    case ErrorCode::no_user_registered:
      return "No user registered";
    case ErrorCode::unable_to_send:
      return "Unable to send";
    case ErrorCode::header_incomplete:
      return "Header incomplete";
  }
  return "";
}

std::string_view asked_name(std::string_view name) {
  const auto [first, rest] = split_word(name, is_blank);
  const std::string_view second = trim(rest, is_blank);
  return !second.empty() && std::ranges::all_of(second, is_digit) ? first : name;
}

std::string to_shown_request(std::string_view request_line, std::size_t most_bytes) {
  const auto [word, rest] = split_word(request_line, is_blank);
  const std::string_view behind = trim(rest, is_blank);
  if (behind.empty() || !equal_ignoring_case(word.substr(0, register_begin.size()), register_begin))
    return visible_beginning(request_line, most_bytes);
  return visible_beginning(word, most_bytes) + " ...";
}

std::string to_shown_name(std::string_view name, std::size_t most_bytes) {
  const auto [word, rest] = split_word(name, is_blank);
  return visible_beginning(word, most_bytes) + (trim(rest, is_blank).empty() ? "" : " ...");
}

void append(std::string& out, const Register& message, BlockEnd end) {
  out.append("REGISTER ");
  append_line_frame(out, to_word(message.channel), message.name, end);
}

void append(std::string& out, const Send& message) {
  out.append("SEND ").append(message.recipient);
  append_body(out, message.body);
}

void append(std::string& out, const Received& message) {
  append_line_frame(out, "RECEIVED", message.sender);
}

void append(std::string& out, const Registered& message, BlockEnd end) {
  out.append("REGISTERED ");
  append_line_frame(out, to_word(message.channel), message.name, end);
}

void append(std::string& out, const Forward& message) {
  out.append("FORWARD ").append(message.sender);
  append_body(out, message.body);
}

void append(std::string& out, const Forward& message, std::string_view audience) {
  out.append("FORWARD ").append(message.sender).append("\nAudience: ").append(audience);
  append_body(out, message.body);
}

void append(std::string& out, const Delivered& message, DeliveredWord word) {
  append_line_frame(out, to_word(word), message.recipient);
}

void append(std::string& out, const Error& message, BlockEnd end) {
  out.append("ERROR ").append(Digits(message.code));
  append_line_frame(out, "", message.phrase, end);
}

void append(std::string& out, ErrorCode code) {
  append(out, Error{static_cast<int>(code), phrase(code)});
}

std::string describe(const Event& event, std::size_t body_bytes) {
  return std::visit(Describer{body_bytes}, event);
}

}  // namespace parley::two_socket
