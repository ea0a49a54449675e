#include <fmt/format.h>

#include "tests/bench/peers_system.hpp"
#include "tests/support/parleyd.hpp"

/// parleyd's dialects with one socket, whose users talk in a room and acknowledge nothing.
namespace parley::bench {
namespace {

class DialectServer : public Server {
 public:
  explicit DialectServer(const std::string& dialect)
      : server_({"--log-level", "off", "--paced-wait", paced_wait_s, "--" + dialect, "0"}),
        pid_(server_.process().pid()),
        port_(server_.port_of(dialect)) {}

  pid_t pid() const override { return pid_; }
  std::uint16_t port() const override { return port_; }

 private:
  // A rooms client is behind with the arrivals of a thousand no longer than this.
  static constexpr const char* paced_wait_s = "1";

  test::Parleyd server_;
  pid_t pid_;
  std::uint16_t port_;
};

class RoomCodec : public Codec {
 public:
  using Codec::Codec;
  void append_receipt(std::string&, std::string_view) const final {}
  bool keeps_receipts() const final { return true; }
};

/// With its end; empty: it has not come yet.
std::string_view first_line(std::string_view received) {
  return received.substr(0, received.find('\n') + 1);
}

class TelnetCodec : public RoomCodec {
 public:
  static constexpr const char* dialect = "telnet";
  using RoomCodec::RoomCodec;

  std::vector<Greeting> greetings(const User& user) const override {
    return {{.bytes = user.name() + "\r\n", .ready_frames = 1}};
  }

  std::string request(const User&, std::string_view body) const override {
    return std::string(body) + "\r\n";
  }

  /// Lines: "s0> ...", "+++ r1 arrived +++", and behind the question for a name who is there.
  Frame parse(std::string_view received) const override {
    const std::string_view line = first_line(received);
    if (line.empty()) return {};
    if (line.substr(0, line.find(' ')).ends_with('>')) return {Kind::message, line};
    if (line.starts_with("+++ ") || line.starts_with("--- ")) return {Kind::other, line};
    return {line.find(" user(s) online: ") != std::string_view::npos ? Kind::ready : Kind::refusal, line};
  }

  std::size_t answers() const override { return 0; }
};

/// "MESG,11\ns0: hello you\n", and notices: "MESG,12\nr1 connected\n", "r1 disconnected". The sender hears
/// itself.
class LivecodeCodec : public RoomCodec {
 public:
  static constexpr const char* dialect = "livecode";
  using RoomCodec::RoomCodec;

  std::vector<Greeting> greetings(const User& user) const override {
    return {{.bytes = frame("AUTH", user.name()), .ready_frames = 1}};
  }

  std::string request(const User&, std::string_view body) const override { return frame("MESG", body); }

  Frame parse(std::string_view received) const override {
    constexpr std::string_view verified = "VERI,0\n";
    if (received.starts_with(verified)) return {Kind::ready, verified};
    const auto header_end = received.find('\n');
    if (header_end == std::string_view::npos) return {};
    const auto end = received.find('\n', header_end + 1);
    if (end == std::string_view::npos) return {};
    const std::string_view whole = received.substr(0, end + 1);
    if (!whole.starts_with("MESG,")) return {Kind::refusal, whole};
    return {whole.ends_with("connected\n") ? Kind::other : Kind::message, whole};
  }

  std::size_t answers() const override { return 1; }

 private:
  static std::string frame(std::string_view command, std::string_view body) {
    return fmt::format("{},{}\n{}\n", command, body.size(), body);
  }
};

constexpr std::string_view room = "General";

std::string connect_request(const User& user) {
  return fmt::format(R"({{"type": "connect", "payload": {{"name": "{}", "room": "{}"}}}})", user.name(),
                     room);
}

std::string message_request(const User& sender, std::string_view body) {
  return fmt::format(R"({{"type": "message", "payload": {{"sender": "{}", "room": "{}", "text": "{}"}}}})",
                     sender.name(), room, body);
}

Kind kind_of_object(std::string_view object) {
  if (object.starts_with(R"({"type": "message")")) return Kind::message;
  if (object.starts_with(R"({"type": "connect_ack")")) return Kind::ready;
  for (const std::string_view notice : {" has joined ", " has left ", " left out "})
    if (object.find(notice) != std::string_view::npos) return Kind::other;
  return Kind::refusal;
}

/// An object a line. The sender hears itself.
class RoomsCodec : public RoomCodec {
 public:
  static constexpr const char* dialect = "rooms";
  using RoomCodec::RoomCodec;

  std::vector<Greeting> greetings(const User& user) const override {
    return {{.bytes = connect_request(user), .ready_frames = 1}};
  }

  std::string request(const User& sender, std::string_view body) const override {
    return message_request(sender, body);
  }

  Frame parse(std::string_view received) const override {
    const std::string_view line = first_line(received);
    if (line.empty()) return {};
    return {kind_of_object(line), line};
  }

  std::size_t answers() const override { return 1; }
};

/// An object a WebSocket's frame.
class WebCodec : public RoomCodec {
 public:
  static constexpr const char* dialect = "web";
  using RoomCodec::RoomCodec;

  std::vector<Greeting> greetings(const User& user) const override {
    const std::string upgrade =
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    return {{.bytes = upgrade + frame(connect_request(user)), .ready_frames = 2}};
  }

  std::string request(const User& sender, std::string_view body) const override {
    return frame(message_request(sender, body));
  }

  Frame parse(std::string_view received) const override {
    if (received.starts_with("HTTP/")) {
      const auto end = received.find("\r\n\r\n");
      if (end == std::string_view::npos) return {};
      return {received.starts_with("HTTP/1.1 101 ") ? Kind::ready : Kind::refusal,
              received.substr(0, end + 4)};
    }
    if (received.size() < 4) return {};
    const bool is_long = byte_at(received, 1) == long_length;
    const std::size_t head_bytes = is_long ? 4 : 2;
    const std::size_t text_bytes =
        is_long ? byte_at(received, 2) * 256 + byte_at(received, 3) : byte_at(received, 1);
    if (received.size() < head_bytes + text_bytes) return {};
    const std::string_view whole = received.substr(0, head_bytes + text_bytes);
    if (byte_at(received, 0) == ping) return {Kind::other, whole};  // the talk is over before the next one
    return {kind_of_object(whole.substr(head_bytes)), whole};
  }

  std::size_t answers() const override { return 1; }

 private:
  static constexpr std::size_t text = 0x81;  // the only frame of its message
  static constexpr std::size_t ping = 0x89;
  static constexpr std::size_t is_masked = 0x80;
  static constexpr std::size_t long_length = 126;

  static std::size_t byte_at(std::string_view bytes, std::size_t index) {
    return static_cast<unsigned char>(bytes[index]);
  }

  /// Masked with zeros, which leave the text as it is.
  static std::string frame(std::string_view content) {
    std::string bytes;
    const auto add = [&bytes](std::size_t byte) { bytes += static_cast<char>(byte); };
    add(text);
    if (content.size() < long_length) {
      add(is_masked | content.size());
    } else {
      add(is_masked | long_length);
      add(content.size() / 256);
      add(content.size() % 256);
    }
    return bytes.append(4, '\0').append(content);
  }
};

/// A system has its dialect's name.
template <typename Spoken>
constexpr PeerSystem system_of = {
    .name = Spoken::dialect,
    .package = "",
    .takes_part = [](const Load& load) { return load.is_room; },
    .start = []() -> std::unique_ptr<Server> { return std::make_unique<DialectServer>(Spoken::dialect); },
    .make_codec = make_codec<Spoken>};

}  // namespace

const PeerSystem telnet_system = system_of<TelnetCodec>;
const PeerSystem livecode_system = system_of<LivecodeCodec>;
const PeerSystem rooms_system = system_of<RoomsCodec>;
const PeerSystem web_system = system_of<WebCodec>;

}  // namespace parley::bench
