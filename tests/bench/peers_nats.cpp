#include <fmt/format.h>

#include <charconv>

#include "tests/bench/peers_server.hpp"
#include "tests/bench/peers_system.hpp"

namespace parley::bench {
namespace {

/// The NATS client protocol. Every message names the sender's subject as the one to reply to; a receipt is a
/// message there.
class NatsCodec : public Codec {
 public:
  using Codec::Codec;

  std::vector<Greeting> greetings(const User& user) const override {
    return {{.bytes = fmt::format("CONNECT {{\"verbose\":false,\"pedantic\":false}}\r\nSUB {} 1\r\nPING\r\n",
                                  topic(user)),
             .ready_frames = 1}};
  }

  std::string request(const User& sender, std::string_view body) const override {
    return fmt::format("PUB {} {} {}\r\n{}\r\n", address(sender.group), sender.name(), body.size(), body);
  }

  /// "MSG subject sid [reply-to] bytes" and that many bytes on a line of their own; all else is one line.
  Frame parse(std::string_view received) const override {
    const auto end = received.find(line_end);
    if (end == std::string_view::npos) return {};
    const std::string_view line = received.substr(0, end);
    std::size_t bytes = end + line_end.size();
    if (!line.starts_with("MSG ")) return {kind_of(line), received.substr(0, bytes)};
    std::size_t body_bytes = 0;
    std::from_chars(line.data() + line.rfind(' ') + 1, line.data() + line.size(), body_bytes);
    bytes += body_bytes + line_end.size();
    if (received.size() < bytes) return {};
    return {Kind::message, received.substr(0, bytes)};
  }

  void append_receipt(std::string& out, std::string_view message) const override {
    const std::string_view line = message.substr(0, message.find(line_end));
    const auto reply_end = line.rfind(' ');
    const auto reply_begin = line.rfind(' ', reply_end - 1) + 1;
    fmt::format_to(std::back_inserter(out), "PUB {} {}\r\n{}\r\n",
                   line.substr(reply_begin, reply_end - reply_begin), receipt_body.size(), receipt_body);
  }

 private:
  static Kind kind_of(std::string_view line) {
    if (line == "PONG") return Kind::ready;
    if (line == "PING") return Kind::ping;
    if (line.starts_with("-ERR")) return Kind::refusal;
    return Kind::other;
  }
};

std::unique_ptr<Server> start_nats() {
  return start_program("nats-server", [](const auto&, std::uint16_t port) -> std::vector<std::string> {
    return {"--addr", "127.0.0.1", "--port", std::to_string(port)};
  });
}

}  // namespace

const PeerSystem nats_system{.name = "nats-server",
                             .package = "nats-server",
                             .start = start_nats,
                             .make_codec = make_codec<NatsCodec>};

}  // namespace parley::bench
