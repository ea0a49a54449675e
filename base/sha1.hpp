#pragma once

#include <string>
#include <string_view>

namespace parley {

/// The SHA-1 of the bytes in base64, as the opening of a WebSocket wants it (RFC 6455, 4.2.2); it keeps no
/// secret. Any thread; throws std::bad_alloc.
std::string sha1_in_base64(std::string_view bytes);

}  // namespace parley
