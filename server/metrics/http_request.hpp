#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace parley::metrics {

/// The longest head of a request that is read: what a scraper or a browser sends has a quarter of it.
inline constexpr std::size_t max_request_bytes = 8 * 1024;

/// What a client of HTTP/1 asks for, as far as it matters here.
struct HttpRequest {
  int fault = 0;          ///< the status to answer with, such as 400; 0: there is none
  bool is_head = false;   ///< only the head of the answer is wanted
  std::string_view path;  ///< as it came, without the query
  std::string_view host;  ///< as it came; empty when none did, or several
};

/// Whether a browser that says this host has its page from where it thinks: an address or localhost cannot be
/// made to stand for another machine, a name can. True as well for none, which no browser says.
bool is_plain_host(std::string_view host);

/// The request whose bytes these are, once its head is complete; the views are into `bytes`. Nothing while
/// more must come. Pure.
std::optional<HttpRequest> read_request(std::string_view bytes);

}  // namespace parley::metrics
