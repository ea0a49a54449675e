#include <fmt/format.h>

#include "tests/bench/peers_server.hpp"
#include "tests/bench/peers_system.hpp"

namespace parley::bench {
namespace {

/// RFC 2812: 512 bytes for a line with its end; the server puts the sender's full name before what it was
/// sent.
constexpr std::size_t longest_body_bytes = 400;

/// IRC, from nickname to nickname, where a receipt is a message back; or to a channel.
class IrcCodec : public Codec {
 public:
  using Codec::Codec;

  std::vector<Greeting> greetings(const User& user) const override {
    const std::string name = user.name();
    std::string bytes = fmt::format("NICK {0}\r\nUSER {0} 0 * :{0}\r\n", name);
    if (!load().is_room) return {{.bytes = std::move(bytes), .ready_frames = 1}};
    return {{.bytes = bytes + fmt::format("JOIN {}\r\n", channel), .ready_frames = 2}};
  }

  std::string request(const User& sender, std::string_view body) const override {
    return fmt::format("PRIVMSG {} :{}\r\n", load().is_room ? std::string(channel) : address(sender.group),
                       body);
  }

  /// ":prefix COMMAND ..." or, from the server about itself, "COMMAND ...".
  Frame parse(std::string_view received) const override {
    const auto end = received.find(line_end);
    if (end == std::string_view::npos) return {};
    std::string_view command = received.substr(0, end);
    if (command.starts_with(':')) command.remove_prefix(std::min(command.find(' '), command.size() - 1) + 1);
    return {kind_of(command.substr(0, command.find(' '))), received.substr(0, end + line_end.size())};
  }

  /// ":s0!~s0@127.0.0.1 PRIVMSG r0 :...": the sender is what stands before the "!".
  void append_receipt(std::string& out, std::string_view message) const override {
    if (load().is_room) return;
    fmt::format_to(std::back_inserter(out), "PRIVMSG {} :{}\r\n", message.substr(1, message.find('!') - 1),
                   receipt_body);
  }

  std::size_t answers() const override { return load().is_room ? 0 : 1; }
  bool keeps_receipts() const override { return load().is_room; }

 private:
  static constexpr std::string_view channel = "#room";

  static Kind kind_of(std::string_view command) {
    if (command == "PRIVMSG") return Kind::message;
    if (command == "PING") return Kind::ping;
    // The end of the message of the day, or that there is none; the end of a channel's list.
    if (command == "376" || command == "422" || command == "366") return Kind::ready;
    const bool is_error =
        command == "ERROR" || (command.size() == 3 && (command[0] == '4' || command[0] == '5'));
    return is_error ? Kind::refusal : Kind::other;
  }
};

/// Without limits per address and penalties for being fast, and without looking up who connects.
constexpr std::string_view ngircd_configuration = R"([Global]
Name = irc.bench
Info = parley-bench
AdminInfo1 = parley-bench
Listen = 127.0.0.1
Ports = {}
[Limits]
MaxConnections = 0
MaxConnectionsIP = 0
MaxNickLength = 16
MaxPenaltyTime = 0
[Options]
DNS = no
Ident = no
PAM = no
)";

std::unique_ptr<Server> start_ngircd() {
  return start_program(
      "ngircd", [](const std::filesystem::path& directory, std::uint16_t port) -> std::vector<std::string> {
        return {"--nodaemon", "--config",
                write_configuration(directory, fmt::format(ngircd_configuration, port))};
      });
}

}  // namespace

const PeerSystem ngircd_system{.name = "ngircd",
                               .package = "ngircd",
                               // A channel knows no receipts.
                               .takes_part =
                                   [](const Load& load) {
                                     return (load.receivers == 1 || load.is_room) &&
                                            load.body_bytes <= longest_body_bytes;
                                   },
                               .start = start_ngircd,
                               .make_codec = make_codec<IrcCodec>};

}  // namespace parley::bench
