#include "tests/conformance/interop/interop_wire.hpp"

#include <algorithm>
#include <map>

#include "protocol/words.hpp"
#include "tests/conformance/report/report_bytes.hpp"

namespace parley::conform {
namespace {

using Kind = RelayEvent::Kind;

constexpr std::size_t shown_bytes = 120;

std::string in_quotes(std::string_view bytes) {
  return '"' + escaped(bytes, shown_bytes) + '"';
}

bool is_end(Kind kind) {
  return kind == Kind::ended || kind == Kind::reset || kind == Kind::refused;
}

std::string_view end_text(Kind kind) {
  return kind == Kind::refused ? "refuses the connection"
         : kind == Kind::reset ? "ends the connection with a reset"
                               : "ends the connection";
}

}  // namespace

/// What went there on each connection, one connection after the other.
std::string Wire::all_of(std::size_t user, bool from_client) const {
  std::map<std::size_t, std::string> by_connection;
  for (const RelayEvent& event : events_)
    if (event.user == user && event.is_from_client == from_client)
      by_connection[event.connection] += event.bytes;
  std::string all;
  for (const auto& [connection, bytes] : by_connection) all += bytes + '\0';
  return all;
}

bool Wire::carries(std::size_t user, bool from_client, std::string_view text) const {
  return all_of(user, from_client).find(text) != std::string::npos;
}

bool Wire::has_registered(std::size_t user) const {
  constexpr std::string_view word = "registered to";  // not that of "No user registered"
  const std::string all = lowered(all_of(user, false));
  const auto first = all.find(word);
  return first != std::string::npos && all.find(word, first + word.size()) != std::string::npos;
}

bool Wire::has_asked_for_both(std::size_t user) const {
  const std::string all = lowered(all_of(user, true));
  return all.find("tosend") != std::string::npos && all.find("torecv") != std::string::npos;
}

bool Wire::was_answered(std::size_t user) const {
  return std::ranges::any_of(events_, [&](const RelayEvent& event) {
    return event.user == user && !event.is_from_client && event.kind == Kind::bytes;
  });
}

bool Wire::was_refused(std::size_t user) const {
  const auto last = std::ranges::find_if(events_.rbegin(), events_.rend(), [&](const RelayEvent& event) {
    return event.user == user && !event.is_from_client;
  });
  return last != events_.rend() &&
         (is_end(last->kind) || lowered(last->bytes).find("error") != std::string::npos);
}

std::string Wire::why_no_sign_on(std::size_t user) const {
  const auto is_bytes = [&](const RelayEvent& event, bool from_client) {
    return event.user == user && event.is_from_client == from_client && event.kind == Kind::bytes;
  };
  const auto is_end_by_server = [&](const RelayEvent& event) {
    return event.user == user && !event.is_from_client && is_end(event.kind);
  };
  const auto sent = std::ranges::find_if(events_.rbegin(), events_.rend(),
                                         [&](const RelayEvent& event) { return is_bytes(event, true); });
  const auto after = sent.base();  // when there is none: the begin
  const auto end = std::find_if(after, events_.end(), is_end_by_server);
  const std::string request = sent == events_.rend() ? "" : " after " + in_quotes(sent->bytes);
  const auto answer =
      std::find_if(after, events_.end(), [&](const RelayEvent& event) { return is_bytes(event, false); });
  if (sent != events_.rend() && answer != events_.end())
    return "the server answers " + in_quotes(answer->bytes) + " to " + in_quotes(sent->bytes);
  if (end != events_.end()) return "the server " + std::string(end_text(end->kind)) + request;
  if (sent != events_.rend()) return "the server does not answer " + in_quotes(sent->bytes);
  const bool is_there =
      std::ranges::any_of(events_, [&](const RelayEvent& event) { return event.user == user; });
  return is_there ? "it connects and sends nothing" : "it does not connect";
}

std::string Wire::last(std::size_t user, bool from_client) const {
  for (auto event = events_.rbegin(); event != events_.rend(); ++event)
    if (event->user == user && event->is_from_client == from_client && event->kind == Kind::bytes)
      return in_quotes(event->bytes);
  return "nothing";
}

}  // namespace parley::conform
