// Invariant: the parser tells the same requests however the bytes are cut, keeps no more than a head, and a
// request's path is a path without line ends; behind what keeps no connection alive nothing is told.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/http_request.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/same_however_cut.hpp"

using namespace parley::http;

namespace {

bool is_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

std::string describe(const Request& request) {
  require(request.method == Method::other || request.path.starts_with('/'), "a path");
  require(is_line(request.path) && is_line(request.host) && is_line(request.known_tags), "lines");
  require(!request.websocket_key || request.websocket_key->size() == 24, "a key of sixteen bytes");
  require(!request.has_body || !request.keeps_alive, "nothing behind a body");
  const auto flag = [](bool is_set) { return is_set ? '1' : '0'; };
  return "request " + std::to_string(static_cast<int>(request.method)) + ' ' + request.path + ' ' +
         request.host + ' ' + request.origin.value_or("-") + ' ' + request.known_tags + ' ' +
         request.websocket_key.value_or("-") + ' ' + flag(request.takes_gzip) + flag(request.keeps_alive) +
         flag(request.has_body) + flag(request.wants_websocket) + flag(request.has_websocket_version);
}

std::string describe(const Fault& fault) {
  require(fault.status >= 400 && fault.status < 600, "a status of a mistake");
  return "fault " + std::to_string(fault.status);
}

std::string describe(const parley::NeedMore&) {
  return {};
}

std::vector<std::string> run(std::string_view bytes, std::size_t first_cut, std::size_t piece_bytes) {
  Parser parser;
  std::vector<std::string> events;
  bool is_over = false;
  take_events(parser, bytes, first_cut, piece_bytes, max_head_bytes, [&](const Event& event) {
    require(!is_over, "nothing behind the end");
    events.push_back(std::visit([](const auto& one) { return describe(one); }, event));
    const auto* const request = std::get_if<Request>(&event);
    is_over = request == nullptr || (!request->keeps_alive && !request->wants_websocket) || request->has_body;
    return true;
  });
  return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string bytes(data + 1, data + size);
  require(require_same_however_cut(bytes, data[0], run).size() <= bytes.size(), "at most one event per byte");
  return 0;
}
