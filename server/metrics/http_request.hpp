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
};

/// The request whose bytes these are, once its head is complete; the view is into `bytes`. Nothing while more
/// must come. Pure.
std::optional<HttpRequest> read_request(std::string_view bytes);

}  // namespace parley::metrics
