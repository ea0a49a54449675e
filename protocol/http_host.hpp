#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// What is read of a Host, or of an origin behind its scheme (RFC 9110, 7.2; RFC 3986, 3.2). Pure functions;
/// safe from any thread.
namespace parley::http {

/// A host and perhaps a port.
struct Authority {
  std::string name;  ///< in small letters, without brackets and without a dot at its end
  bool is_address = false;
  std::optional<std::uint16_t> port;
};

/// Nothing when the text is none, as browsers write it. A port may be empty: then there is none. An address
/// is four decimal numbers, or one of IPv6 in brackets, and told in one way; without a zone, which means
/// something on the asker's machine alone. Other ways to write one, as 127.1, and percent signs, are some
/// names to those who resolve them, and addresses or letters to others: refused.
std::optional<Authority> read_authority(std::string_view text);

/// Whether a browser that says this Host has its page from where it thinks: an address or localhost cannot be
/// made to stand for another machine, a name can. True as well for none, which no browser says.
bool is_plain_host(std::string_view host);

}  // namespace parley::http
