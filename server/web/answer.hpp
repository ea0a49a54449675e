#pragma once

#include <string>
#include <string_view>

#include "protocol/http_answer.hpp"
#include "protocol/http_request.hpp"
#include "server/frame.hpp"
#include "server/web/page_file.hpp"

/// What is answered to browsers, where it is more than a sentence (PROTOCOL.md, WB1). Pure functions; safe
/// from any thread.
namespace parley::web {

struct Answer {
  std::string text;    ///< all of it, or its head
  SharedFrame body{};  ///< what follows the head; null: nothing
};

/// A file of the page, or that the client has it already.
Answer page_answer(const EmbeddedFile& file, const PageBodies& bodies, const http::Request& request,
                   http::Then then);

/// From here on it is a WebSocket. `accept`: what the key makes (RFC 6455, 4.2.2).
std::string switching_answer(std::string_view accept);

/// There is no room for the peer, for this reason: the dialect's refusal.
std::string busy_answer(std::string_view sentence);

}  // namespace parley::web
