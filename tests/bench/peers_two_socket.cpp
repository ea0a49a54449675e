#include <charconv>

#include "protocol/two_socket.hpp"
#include "tests/bench/peers_system.hpp"
#include "tests/bench/systems.hpp"

namespace parley::bench {
namespace {

using namespace two_socket;

/// Both systems of the benchmark without peers.
template <std::unique_ptr<System> (*start_system)()>
class SystemServer : public Server {
 public:
  pid_t pid() const override { return system_->pid(); }
  std::uint16_t port() const override { return system_->port(); }

 private:
  std::unique_ptr<System> system_ = start_system();
};

template <std::unique_ptr<System> (*start_system)()>
std::unique_ptr<Server> start() {
  return std::make_unique<SystemServer<start_system>>();
}

std::string_view line_of(std::string_view bytes) {
  return bytes.substr(0, bytes.find('\n'));
}

Kind kind_of(std::string_view request_line) {
  if (request_line.starts_with("REGISTERED ")) return Kind::ready;
  if (request_line.starts_with("ERROR ")) return Kind::refusal;
  return Kind::message;
}

/// parleyd's clients; the relay's have the same messages.
class TwoSocketCodec : public Codec {
 public:
  using Codec::Codec;

  std::vector<Greeting> greetings(const User& user) const override {
    const std::string name = user.name();
    return {{.bytes = to_frame(Register{Channel::to_send, name}),
             .ready_frames = 1,
             .sends = user.sends,
             .receives = user.sends},
            {.bytes = to_frame(Register{Channel::to_recv, name}),
             .ready_frames = 1,
             .sends = !user.sends,
             .receives = !user.sends}};
  }

  std::string request(const User& sender, std::string_view body) const override {
    return to_frame(Send{address(sender.group), body});
  }

  Frame parse(std::string_view received) const override {
    const auto end = received.find("\n\n");
    if (end == std::string_view::npos) return {};
    std::size_t bytes = end + 2;
    constexpr std::string_view length_field = "\nContent-length: ";
    const std::string_view header = received.substr(0, end);
    if (const auto field = header.find(length_field); field != std::string_view::npos) {
      std::size_t body_bytes = 0;
      std::from_chars(header.data() + field + length_field.size(), header.data() + header.size(), body_bytes);
      bytes += body_bytes;
    }
    if (received.size() < bytes) return {};
    return {kind_of(line_of(header)), received.substr(0, bytes)};
  }

  void append_receipt(std::string& out, std::string_view message) const override {
    const std::string_view line = line_of(message);
    append(out, Received{line.substr(line.find(' ') + 1)});
  }

  std::size_t answers() const override { return 1; }
};

class RelayCodec : public TwoSocketCodec {
 public:
  using TwoSocketCodec::TwoSocketCodec;

  std::vector<Greeting> greetings(const User& user) const override {
    const char* role = !user.sends ? " r " : load().senders > 1 ? " t " : " s ";
    return {{.bytes = std::to_string(user.group) + role + std::to_string(load().receivers) + '\n',
             .ready_frames = 1}};
  }

  Frame parse(std::string_view received) const override {
    constexpr std::string_view hello = "ok\n";
    if (received.starts_with(hello)) return {Kind::ready, hello};
    return TwoSocketCodec::parse(received);
  }

  void append_receipt(std::string& out, std::string_view message) const override {
    if (!load().is_room) TwoSocketCodec::append_receipt(out, message);
  }

  std::size_t answers() const override { return load().is_room ? 0 : 1; }
  bool keeps_receipts() const override { return load().is_room; }
};

}  // namespace

const PeerSystem relay_system{.name = "relay",
                              .package = "",
                              .takes_part = [](const Load&) { return true; },
                              .start = start<start_relay>,
                              .make_codec = make_codec<RelayCodec>};

const PeerSystem parleyd_system{.name = "parleyd",
                                .package = "",
                                .start = start<start_parleyd>,
                                .make_codec = make_codec<TwoSocketCodec>};

}  // namespace parley::bench
