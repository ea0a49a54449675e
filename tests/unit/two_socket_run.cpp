#include "tests/unit/two_socket_run.hpp"

#include <functional>
#include <variant>

#include "protocol/text.hpp"
#include "tests/support/pieces.hpp"

namespace parley::two_socket {
namespace {

/// Long texts by their beginning, length and hash: comparing is cheap and a failure can be read.
std::string quoted(std::string_view bytes) {
  if (bytes.size() > 400)
    return quoted(bytes.substr(0, 40)) + " of " + std::to_string(bytes.size()) + " bytes, hash " +
           std::to_string(std::hash<std::string_view>{}(bytes));
  return " \"" + visible(bytes, Backslash::double_) + '"';
}

std::string_view word(Channel channel) {
  return channel == Channel::to_send ? " TOSEND" : " TORECV";
}

struct Describe {
  std::string operator()(const NeedMore&) const { return {}; }
  std::string operator()(const Register& m) const {
    return std::string("REGISTER").append(word(m.channel)) + quoted(m.name);
  }
  std::string operator()(const Send& m) const { return "SEND" + quoted(m.recipient) + quoted(m.body); }
  std::string operator()(const Received& m) const { return "RECEIVED" + quoted(m.sender); }
  std::string operator()(const Registered& m) const {
    return std::string("REGISTERED").append(word(m.channel)) + quoted(m.name);
  }
  std::string operator()(const Forward& m) const {
    return "FORWARD" + quoted(m.sender) + quoted(m.body) +
           (m.audience.empty() ? "" : " to" + quoted(m.audience));
  }
  std::string operator()(const Delivered& m) const { return "delivered" + quoted(m.recipient); }
  std::string operator()(const Error& m) const {
    return "ERROR " + std::to_string(m.code) + quoted(m.phrase);
  }
  std::string operator()(const Unknown& m) const { return "unknown" + quoted(m.request_line); }
  std::string operator()(const Violation& m) const {
    return std::string("violation ").append(m.clause).append(m.recoverable ? "" : ", the last");
  }
};

/// True when no further event can come from the bytes given so far.
bool take_events(Parser& parser, Run& run) {
  for (;;) {
    const Event event = parser.next();
    if (std::holds_alternative<NeedMore>(event)) return false;
    run.events.push_back(describe(event));
    const auto* violation = std::get_if<Violation>(&event);
    if (violation != nullptr && !violation->recoverable) return true;
  }
}

}  // namespace

std::string describe(const Event& event) {
  return std::visit(Describe{}, event);
}

Run run(Side from, FrameLimits limits, std::string_view bytes, std::size_t first_cut,
        std::size_t piece_bytes) {
  Parser parser(from, limits);
  Run result;
  test::for_each_piece(bytes, first_cut, piece_bytes, [&](std::string_view piece, bool) {
    parser.feed(piece);
    return !take_events(parser, result);
  });
  result.in_frame = parser.in_frame();
  return result;
}

}  // namespace parley::two_socket
