#pragma once

#include <string>
#include <string_view>

#include "protocol/http_request.hpp"
#include "server/frame.hpp"
#include "server/web/page_file.hpp"

/// What is answered to requests of HTTP (PROTOCOL.md, WB1). Pure functions; safe from any thread.
namespace parley::web {

/// How an answer ends: another request may follow, the stream ends behind it.
enum class Then { next, end };

/// A status, and a sentence for whoever reads it. `fields`: further ones, each with its line's end.
std::string status_answer(int status, std::string_view sentence, Then then, bool is_head = false,
                          std::string_view fields = {});

struct Answer {
  std::string text;    ///< all of it, or its head
  SharedFrame body{};  ///< what follows the head; null: nothing
};

/// A file of the page, or that the client has it already.
Answer page_answer(const PageFile& file, const PageBodies& bodies, const http::Request& request, Then then);

/// From here on it is a WebSocket. `accept`: what the key makes (RFC 6455, 4.2.2).
std::string switching_answer(std::string_view accept);

/// There is no room for the peer, for this reason: the dialect's refusal.
std::string busy_answer(std::string_view sentence);

}  // namespace parley::web
