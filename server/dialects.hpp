#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "server/context.hpp"
#include "server/session.hpp"

namespace parley {

/// One chat protocol that the server speaks, on a port of its own.
struct Dialect {
  /// Its option, and its word in the port file.
  std::string_view name;
  std::uint16_t usual_port;
  /// Who speaks it, for --help.
  std::string_view description;
  /// How a peer is told why there is no room for it.
  std::string (*refusal)(std::string_view sentence);
  SessionFactory (*make_sessions)(Context& context);
};

/// All of them, the two-socket protocol first.
std::span<const Dialect> dialects();

}  // namespace parley
