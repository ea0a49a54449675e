#include <fmt/format.h>

#include <charconv>

#include "tests/bench/peers_server.hpp"
#include "tests/bench/peers_system.hpp"

namespace parley::bench {
namespace {

/// A command, as an array of strings.
template <typename... Words>
std::string command(const Words&... words) {
  std::string bytes = fmt::format("*{}\r\n", sizeof...(words));
  (fmt::format_to(std::back_inserter(bytes), "${}\r\n{}\r\n", std::string_view(words).size(),
                  std::string_view(words)),
   ...);
  return bytes;
}

/// Reads one "$5\r\nhello\r\n" or ":1\r\n" from the front of `bytes`. False when it has not all come.
bool take_element(std::string_view& bytes, std::string_view& text) {
  const auto end = bytes.find(line_end);
  if (end == std::string_view::npos) return false;
  const std::string_view line = bytes.substr(0, end);
  std::size_t taken = end + line_end.size();
  text = line;
  if (line.starts_with('$')) {
    std::size_t text_bytes = 0;
    std::from_chars(line.data() + 1, line.data() + line.size(), text_bytes);
    if (bytes.size() < taken + text_bytes + line_end.size()) return false;
    text = bytes.substr(taken, text_bytes);
    taken += text_bytes + line_end.size();
  }
  bytes.remove_prefix(taken);
  return true;
}

/// Publish and subscribe in RESP 2, where a connection that has subscribed cannot publish: a user has one for
/// each. The one to publish on has its answers off, so that one message costs a client one write and one
/// read, as everywhere else.
class RedisCodec : public Codec {
 public:
  using Codec::Codec;

  std::vector<Greeting> greetings(const User& user) const override {
    return {{.bytes = command("CLIENT", "REPLY", "OFF"), .receives = false},
            {.bytes = command("SUBSCRIBE", topic(user)), .ready_frames = 1, .sends = false}};
  }

  std::string request(const User& sender, std::string_view body) const override {
    return command("PUBLISH", address(sender.group), body);
  }

  /// An array of three: "message" or "subscribe", the channel, and the text or a number.
  Frame parse(std::string_view received) const override {
    if (received.starts_with('-')) return {Kind::refusal, received};
    std::string_view rest = received;
    std::string_view array, kind, channel, text;
    if (!take_element(rest, array) || !take_element(rest, kind) || !take_element(rest, channel) ||
        !take_element(rest, text))
      return {};
    return {kind == "message" ? Kind::message : Kind::ready,
            received.substr(0, received.size() - rest.size())};
  }

  void append_receipt(std::string& out, std::string_view message) const override {
    std::string_view text;
    for (int element = 0; element < 4; ++element) take_element(message, text);
    out += command("PUBLISH", text.substr(0, text.find(' ')), receipt_body);
  }
};

std::unique_ptr<Server> start_redis() {
  return start_program(
      "redis-server",
      [](const std::filesystem::path& directory, std::uint16_t port) -> std::vector<std::string> {
        return {"--bind",     "127.0.0.1", "--port", std::to_string(port), "--save", "", "--appendonly", "no",
                "--loglevel", "warning",   "--dir",  directory.string()};
      });
}

}  // namespace

const PeerSystem redis_system{
    .name = "redis", .package = "redis-server", .start = start_redis, .make_codec = make_codec<RedisCodec>};

}  // namespace parley::bench
