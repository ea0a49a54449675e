#include "protocol/rooms.hpp"

#include <algorithm>
#include <utility>

#include "protocol/words.hpp"

namespace parley::rooms {
namespace {

constexpr std::string_view too_deep = "Your JSON object has too many levels, so the connection ends.";
constexpr std::string_view too_long = "Your JSON object is too long, so the connection ends.";

Event to_event(Request request) {
  return std::visit([](auto& one) -> Event { return std::move(one); }, request);
}

}  // namespace

void Parser::wipe_consumed() {
  buffer_.wipe_consumed();
}

Event Parser::next() {
  if (mode_ == Mode::undecided && !pending().empty())
    mode_ = pending().front() == '{' ? Mode::objects : Mode::raw;
  if (pending().empty()) return NeedMore{};
  switch (mode_) {
    case Mode::objects:
      return next_object();
    case Mode::raw:
      return next_raw();
    default:
      buffer_.consume(pending().size());
      return NeedMore{};
  }
}

Event Parser::next_raw() {
  const RawText text{pending()};
  buffer_.consume(text.bytes.size());
  return text;
}

Event Parser::next_object() {
  if (!in_frame() && !find_object()) return NeedMore{};
  if (skipping_) return not_an_object();
  const Found found = find_end();
  switch (found) {
    case Found::nothing:
      return NeedMore{};
    case Found::too_deep:
      return stop(too_deep);
    case Found::too_long:
      return stop(too_long);
    default:
      const std::string_view object = pending().substr(0, scan_.scanned);
      buffer_.consume(object.size());
      scan_ = {};
      return found == Found::end ? to_event(read_request(object, features_)) : not_an_object();
  }
}

/// Skips to the next object. True when it stands there, and when something else does that is to be answered:
/// skipping_ is set then.
bool Parser::find_object() {
  if (skipping_) {
    const auto end = pending().find_first_of("{\n");
    skipping_ = end == std::string_view::npos;
    buffer_.consume(std::min(end, pending().size()));
  }
  if (skipping_) return false;
  buffer_.consume(prefix_length(pending(), is_blank_or_line_end));
  skipping_ = !pending().empty() && pending().front() != '{';
  return !pending().empty();
}

Parser::Found Parser::find_end() {
  const std::string_view bytes = pending().substr(0, limits_.object_bytes);
  while (scan_.scanned < bytes.size()) {
    const char c = bytes[scan_.scanned++];
    if (scan_.in_string) {
      // JSON has no line end in a string: a quote is missing, and without this all that follows would be.
      if (c == '\n') return Found::line_end_in_string;
      scan_.in_string = c != '"' || scan_.after_backslash;
      scan_.after_backslash = c == '\\' && !scan_.after_backslash;
      continue;
    }
    scan_.in_string = c == '"';
    if (c == '{') ++scan_.open_braces;
    if (c == '[') ++scan_.open_brackets;
    if (c == ']' && scan_.open_brackets > 0) --scan_.open_brackets;
    if (c == '}' && --scan_.open_braces == 0) return Found::end;
    if (scan_.open_braces + scan_.open_brackets > limits_.levels) return Found::too_deep;
  }
  return pending().size() > limits_.object_bytes ? Found::too_long : Found::nothing;
}

Event Parser::stop(std::string_view sentence) {
  mode_ = Mode::stopped;
  scan_ = {};
  buffer_.consume(pending().size());
  return Violation{sentence};
}

}  // namespace parley::rooms
