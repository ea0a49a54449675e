#pragma once

#include <string>
#include <string_view>

/// Telling a client that it has come to another dialect's port (PROTOCOL.md, OD9). Pure functions; safe from
/// any thread.
namespace parley {

/// Whose client begins with these bytes: "two-socket", "livecode", "names", "rooms" or "HTTP"; empty when
/// they are nobody's for certain, or too few to tell.
std::string_view foreign_dialect(std::string_view first_bytes);

/// What such a client is told: one sentence of at most 99 bytes without a line's end.
std::string wrong_port_sentence(std::string_view port_dialect, std::string_view client_dialect);

}  // namespace parley
