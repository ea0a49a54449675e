#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/context.hpp"
#include "server/net/session.hpp"

namespace parley {

/// What an operator may choose for one dialect.
struct DialectSettings {
  /// The two-socket protocol reports a delivery with SEND, as its source's table does, instead of SENT (M2).
  bool reports_with_send = false;
  /// SERVER answers users of the two-socket protocol (SV).
  bool has_service = true;
  /// By these names browsers know the server, besides those that this machine has (WB2).
  std::vector<std::string> web_origins{};
};

/// One chat protocol that the server speaks, on a port of its own.
struct Dialect {
  /// Its option, and its word in the port file.
  std::string_view name;
  std::uint16_t usual_port;
  /// Who speaks it, for --help.
  std::string_view description;
  /// How a peer is told why there is no room for it.
  std::string (*refusal)(std::string_view sentence);
  SessionFactory (*make_sessions)(Context& context, const DialectSettings& settings);
};

/// Its word in the port file: "telnet", and over TLS "telnet-tls".
inline std::string spoken_name(const Dialect& dialect, bool is_tls) {
  return std::string(dialect.name) + (is_tls ? "-tls" : "");
}

/// All of them, the two-socket protocol first.
std::span<const Dialect> dialects();

}  // namespace parley
