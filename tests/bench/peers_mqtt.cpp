#include <fmt/format.h>

#include "tests/bench/peers_server.hpp"
#include "tests/bench/peers_system.hpp"

namespace parley::bench {
namespace {

// The first byte of a packet: its type, and flags.
constexpr unsigned char connect_packet = 0x10;
constexpr unsigned char connack_packet = 0x20;
constexpr unsigned char publish_packet = 0x30;
constexpr unsigned char puback_packet = 0x40;
constexpr unsigned char subscribe_packet = 0x82;
constexpr unsigned char suback_packet = 0x90;
constexpr unsigned char type_bits = 0xf0;
constexpr unsigned char qos_1_flag = 0x02;

constexpr std::size_t packet_id_bytes = 2;

std::size_t byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

std::string two_bytes(std::size_t number) {
  return {static_cast<char>(number >> 8U), static_cast<char>(number & 0xffU)};
}

std::string text_field(std::string_view text) {
  return two_bytes(text.size()).append(text);
}

/// A packet with its length: seven bits in each byte, the last of them first.
std::string packet(unsigned char first, std::string_view content) {
  std::string bytes(1, static_cast<char>(first));
  std::size_t length = content.size();
  do {
    bytes += static_cast<char>((length & 0x7fU) | (length > 0x7f ? 0x80U : 0U));
    length >>= 7U;
  } while (length > 0);
  return bytes.append(content);
}

/// The bytes of a packet's type and length together; 0 when they have not all come.
std::size_t read_header(std::string_view received, std::size_t& content_bytes) {
  content_bytes = 0;
  for (std::size_t i = 1; i < received.size() && i <= 4; ++i) {
    content_bytes |= (byte_at(received, i) & 0x7fU) << (7 * (i - 1));
    if ((byte_at(received, i) & 0x80U) == 0) return i + 1;
  }
  return 0;
}

/// MQTT 3.1.1. From one to one with QoS 0, where a receipt is a message to the topic of the sender. A
/// broadcast with QoS 1: every receiver acknowledges it to the broker with PUBACK, and so does the broker to
/// the sender, but that says nothing about the receivers. A room is a topic with QoS 0.
class MqttCodec : public Codec {
 public:
  explicit MqttCodec(const Load& load) : Codec(load), qos_1_(load.receivers > 1 && !load.is_room) {}

  std::vector<Greeting> greetings(const User& user) const override {
    const std::string level_clean_session_no_keepalive("\x04\x02\x00\x00", 4);
    const std::string connect = packet(
        connect_packet, text_field("MQTT") + level_clean_session_no_keepalive + text_field(user.name()));
    const std::string qos(1, qos_1_ ? '\1' : '\0');
    const std::string subscribe = packet(subscribe_packet, two_bytes(1) + text_field(topic(user)) + qos);
    return {{.bytes = connect + subscribe, .ready_frames = 2}};
  }

  std::string request(const User& sender, std::string_view body) const override {
    const std::string to = text_field(address(sender.group));
    // One message is out at a time: the packet id is free again for the next.
    if (qos_1_) return packet(publish_packet | qos_1_flag, to + two_bytes(1) + std::string(body));
    return packet(publish_packet, to + std::string(body));
  }

  Frame parse(std::string_view received) const override {
    std::size_t content_bytes = 0;
    const std::size_t header_bytes = read_header(received, content_bytes);
    if (header_bytes == 0 || received.size() < header_bytes + content_bytes) return {};
    const std::string_view content = received.substr(header_bytes, content_bytes);
    return {kind_of(static_cast<unsigned char>(received[0]), content),
            received.substr(0, header_bytes + content_bytes)};
  }

  void append_receipt(std::string& out, std::string_view message) const override {
    if (load().is_room) return;
    std::size_t content_bytes = 0;
    std::string_view content = message.substr(read_header(message, content_bytes));
    content.remove_prefix(2 + byte_at(content, 0) * 256 + byte_at(content, 1));  // the topic
    out += qos_1_ ? packet(puback_packet, content.substr(0, packet_id_bytes))
                  : packet(publish_packet,
                           text_field(content.substr(0, content.find(' '))).append(receipt_body));
  }

  std::size_t answers() const override { return load().is_room ? 0 : 1; }
  bool keeps_receipts() const override { return qos_1_ || load().is_room; }

 private:
  /// Both answers of signing on end with a code that is large for a refusal.
  static Kind kind_of(unsigned char first, std::string_view content) {
    switch (first & type_bits) {
      case connack_packet:
        return content.ends_with('\0') ? Kind::ready : Kind::refusal;
      case suback_packet:
        return byte_at(content, content.size() - 1) < 0x80 ? Kind::ready : Kind::refusal;
      case publish_packet:
      case puback_packet:
        return Kind::message;
      default:
        return Kind::other;
    }
  }

  bool qos_1_;
};

/// Without a delay in TCP, which is its default and would cost it 40 ms here and there.
constexpr std::string_view mosquitto_configuration = R"(listener {} 127.0.0.1
allow_anonymous true
persistence false
set_tcp_nodelay true
sys_interval 0
log_dest stderr
log_type error
)";

std::unique_ptr<Server> start_mosquitto() {
  return start_program(
      "mosquitto",
      [](const std::filesystem::path& directory, std::uint16_t port) -> std::vector<std::string> {
        return {"-c", write_configuration(directory, fmt::format(mosquitto_configuration, port))};
      });
}

}  // namespace

const PeerSystem mosquitto_system{.name = "mosquitto",
                                  .package = "mosquitto",
                                  .takes_part = [](const Load&) { return true; },
                                  .start = start_mosquitto,
                                  .make_codec = make_codec<MqttCodec>};

}  // namespace parley::bench
