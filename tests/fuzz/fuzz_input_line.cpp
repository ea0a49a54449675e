// Invariant: a line that was taken as a message, sent as the client sends it, reaches the server as exactly
// that message; a line that was refused gets a hint that is safe to print.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "client/input_line.hpp"
#include "client/typed_line.hpp"
#include "protocol/text.hpp"
#include "protocol/two_socket_parser.hpp"
#include "tests/fuzz/require.hpp"

using namespace parley;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;  // the corpus has a byte before each line
  std::string line(data + 1, data + size);
  line.resize(std::min(line.find('\n'), line.size()));

  const client::InputLine meaning = client::parse_input_line(line);
  if (const auto* invalid = std::get_if<client::Invalid>(&meaning)) {
    require(!invalid->hint.empty() && visible(invalid->hint) == invalid->hint, "a printable hint");
  }
  const client::TypedLine typed = client::parse_typed_line(line);
  if (const auto* invalid = std::get_if<client::Invalid>(&typed)) {
    require(!invalid->hint.empty() && visible(invalid->hint) == invalid->hint,
            "a printable hint at a terminal");
  }
  if (const auto* outgoing = std::get_if<client::Outgoing>(&meaning)) {
    require(line.starts_with('@') && line.ends_with(outgoing->text), "the text as it was typed");
    two_socket::Parser server(two_socket::Side::client);
    server.feed(two_socket::to_frame(two_socket::Send{outgoing->recipient, outgoing->text}));
    const two_socket::Event event = server.next();
    const auto* send = std::get_if<two_socket::Send>(&event);
    require(send != nullptr, "one SEND");
    require(send->recipient == outgoing->recipient && send->body == outgoing->text, "the same message");
    require(std::holds_alternative<two_socket::NeedMore>(server.next()) && !server.in_frame(),
            "nothing else");
  }
  return 0;
}
