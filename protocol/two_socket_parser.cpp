#include "protocol/two_socket_parser.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "protocol/two_socket_plain.hpp"
#include "protocol/user_name.hpp"
#include "protocol/words.hpp"

namespace parley::two_socket {
namespace {

// CR LF ends a line as LF does (F1.2).
std::string_view trim(std::string_view text) {
  return parley::trim(text, is_blank);
}

std::optional<Channel> to_channel(std::string_view word) {
  if (word == "TOSEND") return Channel::to_send;
  if (word == "TORECV") return Channel::to_recv;
  return std::nullopt;
}

/// A name without blanks, and a colon: no request begins so.
bool is_header_line(std::string_view line) {
  const auto colon = line.find(':');
  const std::string_view name = trim(line.substr(0, colon));
  return colon != std::string_view::npos && !name.empty() && std::ranges::none_of(name, is_blank);
}

/// The value in a header line that has no blanks at its ends; nothing when it is of another name.
std::optional<std::string_view> value_of(std::string_view line, std::string_view name) {
  // Nearly always as PROTOCOL.md writes it.
  if (!line.starts_with(name) && !equal_ignoring_case(line.substr(0, name.size()), name)) return std::nullopt;
  const std::string_view rest = trim_front(line.substr(name.size()), is_blank);
  if (!rest.starts_with(':')) return std::nullopt;
  return trim_front(rest.substr(1), is_blank);
}

/// The value of the first header line of that name; empty when there is none.
std::string_view find_field(std::string_view header_lines, std::string_view name) {
  while (!header_lines.empty()) {
    const auto line_end = std::min(header_lines.find('\n'), header_lines.size() - 1);
    if (const auto value = value_of(trim(header_lines.substr(0, line_end)), name)) return *value;
    header_lines.remove_prefix(line_end + 1);
  }
  return {};
}

constexpr Violation header_over_limit{"L1", "the header block is over the limit", false};
constexpr Violation length_not_digits{"F2.3", "Content-length is not a number of ASCII digits", true};
constexpr Violation lengths_differ{"F2.4", "two different Content-lengths", true};
constexpr Violation length_over_limit{"L2", "Content-length is over the limit for a body", true};

/// The constant that stands for such a line end: the blanks before an LF.
std::string_view to_line_end(std::string_view blanks) {
  const bool has_cr = blanks.ends_with('\r');
  if (blanks.find_first_not_of('\r') != std::string_view::npos) return has_cr ? " \r\n" : " \n";
  return has_cr ? "\r\n" : "\n";
}

enum class Kind { register_, send, received, registered, forward, delivered, error, unknown };
enum class End { first_line, blank_line };

}  // namespace

const Violation Parser::ContentLength::missing{"F2.2", "Content-length is missing", true};

void Parser::ContentLength::add_line(std::string_view line, std::size_t limit) {
  const auto value = value_of(line, "Content-length");
  if (!value) return;
  const bool is_first = violation_ == &missing;
  if (is_first || violation_ == nullptr) violation_ = add_value(*value, is_first, limit);
}

const Violation* Parser::ContentLength::add_value(std::string_view value, bool is_first, std::size_t limit) {
  std::size_t bytes = 0;
  const char* const value_end = value.data() + value.size();
  const auto [digits_end, error] = std::from_chars(value.data(), value_end, bytes);  // takes no sign
  if (error == std::errc::invalid_argument || digits_end != value_end) return &length_not_digits;
  const bool is_counted = error == std::errc{};
  const bool differs = !is_first && (!is_counted || bytes != bytes_);
  bytes_ = is_counted && !differs ? bytes : 0;
  if (!is_counted || bytes > limit) return &length_over_limit;
  return differs ? &lengths_differ : nullptr;
}

std::size_t Parser::ContentLength::bytes_over_limit() const {
  return violation_ == &length_over_limit ? bytes_ : 0;
}

struct Parser::Method {
  std::string_view word;
  Side from;
  Kind kind;
  End end;

  static const Method all[13];
  /// The one that is the first word of the line.
  static inline const Method& find(std::string_view line, Side from);
  bool begins(std::string_view line) const {
    return line.starts_with(word) && (line.size() == word.size() || is_blank(line[word.size()]));
  }
};

constexpr Parser::Method Parser::Method::all[] = {
    {"SEND", Side::client, Kind::send, End::blank_line},
    {"RECEIVED", Side::client, Kind::received, End::first_line},
    {"REGISTER", Side::client, Kind::register_, End::first_line},
    {"ERROR", Side::client, Kind::error, End::first_line},
    {"FORWARD", Side::server, Kind::forward, End::blank_line},
    {"SENT", Side::server, Kind::delivered, End::first_line},
    {"SEND", Side::server, Kind::delivered, End::first_line},
    {"REGISTERED", Side::server, Kind::registered, End::first_line},
    {"ERROR", Side::server, Kind::error, End::first_line},
    // The other side's messages mean nothing here, but where they end is known (F1.3).
    {"REGISTERED", Side::client, Kind::unknown, End::first_line},
    {"SENT", Side::client, Kind::unknown, End::first_line},
    {"REGISTER", Side::server, Kind::unknown, End::first_line},
    {"RECEIVED", Side::server, Kind::unknown, End::first_line},
};

const Parser::Method& Parser::Method::find(std::string_view line, Side from) {
  static constexpr Method unknown = {"", Side::client, Kind::unknown, End::blank_line};
#pragma GCC unroll 16  // each comparison is with a constant then, and calls nothing
  for (const Method& method : all)
    if (method.from == from && method.begins(line)) return method;
  return unknown;
}

Parser::Parser(Side from, FrameLimits limits)
    : from_(from), limits_(limits), may_be_plain_(from == Side::client) {}

/// Of a frame of which the header block is complete.
std::size_t Parser::bytes_to_come() const {
  const std::size_t frame_bytes = search_.header_end + search_.content_length.bytes();
  return frame_bytes - std::min(frame_bytes, pending().size());
}

void Parser::feed(std::string_view bytes) {
  pass_event();
  buffer_.append(bytes);
}

Event Parser::next() {
  pass_event();
  if (is_behind_body_) look_behind_body(pending());
  if (may_be_plain_) [[likely]] {
    const std::string_view bytes = pending();
    if (const auto send = plain_send(bytes, limits_)) {
      event_bytes_ = bytes_up_to(send->body.end());
      note_body_end();
      return *send;
    }
    if (const auto received = plain_received(bytes, limits_)) {
      event_bytes_ = bytes_up_to(received->sender.end()) + 1;
      empty_line_bytes_ = 1;
      return *received;
    }
  }
  return next_in_any_form();
}

Event Parser::next_in_any_form() {
  if (stopped_) {
    buffer_.consume(pending().size());
    return header_over_limit;
  }
  if (pending().empty()) return NeedMore{};  // as nearly always when a frame has been taken
  may_be_plain_ = false;
  if (rest_of_report_ != RestOfReport::none && !skip_rest_of_report()) return NeedMore{};
  if (trailer_.bytes > 0)
    if (const auto event = skip_trailer()) return *event;
  if (skipped_body_bytes_ > 0) skip_body();
  if (search_.method == nullptr) {
    skip_blanks(prefix_length(pending(), is_blank_or_line_end));
    search_.method = find_request_line();
    if (search_.method == nullptr)
      return pending().size() > limits_.header_bytes ? oversized_header() : NeedMore{};
  }
  if (search_.method->end == End::first_line) return finish_line_frame(*search_.method);
  if (search_.header_end == 0 && !find_block_end())
    return pending().size() > limits_.header_bytes ? oversized_header() : NeedMore{};
  return finish_block_frame(*search_.method);
}

void Parser::end_event() {
  // Of a REGISTER the last word may be a password.
  if (search_.method != nullptr && search_.method->kind == Kind::register_)
    buffer_.wipe(event_bytes_);
  else
    buffer_.consume(event_bytes_);
  event_bytes_ = 0;
  search_ = {};
  if (trailer_.bytes > 0 && pending().starts_with('\n')) {  // nearly always that is all
    buffer_.consume(1);
    trailer_.bytes = 0;
  }
  may_be_plain_ = from_ == Side::client && trailer_.bytes == 0 && skipped_body_bytes_ == 0;
}

/// The event is a message with a body.
void Parser::note_body_end() {
  is_behind_body_ = true;
  look_behind_body(pending().substr(event_bytes_));
}

void Parser::look_behind_body(std::string_view bytes) {
  if (bytes.empty()) return;
  is_behind_body_ = false;
  has_newline_behind_body_ |= bytes.front() == '\n';
}

std::optional<std::string_view> Parser::empty_line_end() const {
  const std::string_view behind = pending().substr(event_bytes_);
  const std::size_t blanks = prefix_length(behind, is_blank);
  if (blanks == behind.size()) return std::nullopt;
  return behind[blanks] == '\n' ? to_line_end(behind.substr(0, blanks)) : std::string_view{};
}

std::optional<Delivered> Parser::take_unended_report(std::string_view recipient) {
  if (from_ != Side::server || search_.method != nullptr || skipped_body_bytes_ > 0) return std::nullopt;
  const std::string_view line = trim(pending());
  const Method& method = Method::find(line, from_);
  if (method.kind != Kind::delivered) return std::nullopt;
  const std::string_view name = trim(line.substr(method.word.size()));
  if (!name.empty() && !equal_ignoring_case(name, recipient)) return std::nullopt;
  event_bytes_ = pending().size();
  trailer_ = {};
  rest_of_report_ = RestOfReport::undecided;
  return Delivered{name};
}

/// False when more bytes are needed to tell whether a message begins, or how the line goes on.
bool Parser::skip_rest_of_report() {
  if (rest_of_report_ == RestOfReport::undecided) {
    for (const Method& method : Method::all) {
      if (method.from != from_) continue;
      if (pending().starts_with(method.word)) {
        rest_of_report_ = RestOfReport::none;
        return true;
      }
      if (method.word.starts_with(pending())) return false;
    }
    rest_of_report_ = RestOfReport::line;
  }
  const auto line_end = pending().find('\n');
  const bool is_whole = line_end != std::string_view::npos;
  buffer_.consume(is_whole ? line_end + 1 : pending().size());
  if (!is_whole) return false;
  rest_of_report_ = RestOfReport::none;
  trailer_.bytes = 1;  // as behind any message that is complete at its first LF
  return true;
}

/// Past the header lines of a message that needs none and has been told at its first LF (F1.3): what looks
/// like one right behind it, and the body that it announces. A request line is left; the event is NeedMore,
/// or a fault.
std::optional<Event> Parser::skip_trailer() {
  for (;;) {
    skip_blanks(prefix_length(pending(), is_blank));
    const auto line_end = pending().find('\n', trailer_.scanned);
    if (line_end == std::string_view::npos) {
      trailer_.scanned = pending().size();
      return pending().size() > limits_.header_bytes ? oversized_header() : NeedMore{};
    }
    const std::string_view line = trim(pending().substr(0, line_end));
    if (!is_header_line(line)) {
      if (line.empty()) buffer_.consume(line_end + 1);
      return end_trailer(line.empty());
    }
    trailer_.bytes += line_end + 1;
    trailer_.scanned = 0;
    if (trailer_.bytes > limits_.header_bytes) return oversized_header();
    trailer_.content_length.add_line(line, limits_.body_bytes);
    buffer_.consume(line_end + 1);
  }
}

/// Without its empty line it announces nothing.
std::optional<Event> Parser::end_trailer(bool has_empty_line) {
  trailer_.bytes = trailer_.scanned = 0;
  if (trailer_.content_length.violation() == &ContentLength::missing) return std::nullopt;
  const ContentLength told = std::exchange(trailer_.content_length, {});
  if (!has_empty_line) return std::nullopt;
  if (from_ == Side::client && told.violation() != nullptr) return *told.violation();
  skipped_body_bytes_ = told.bytes() + told.bytes_over_limit();
  return std::nullopt;
}

/// A body that nobody wants is thrown away as it comes.
void Parser::skip_body() {
  const std::size_t count = std::min(skipped_body_bytes_, pending().size());
  buffer_.consume(count);
  skipped_body_bytes_ -= count;
}

void Parser::skip_blanks(std::size_t count) {
  buffer_.consume(count);
  blank_bytes_ += count;
}

const Parser::Method* Parser::find_request_line() {
  const auto line_end = pending().find('\n', search_.scanned);
  if (line_end == std::string_view::npos) {
    search_.scanned = pending().size();
    return nullptr;
  }
  search_.header_begin = search_.scanned = search_.line_begin = line_end + 1;
  search_.request_line_bytes = trim(pending().substr(0, line_end)).size();
  return &Method::find(request_line(), from_);
}

/// Reads the header lines, each once, up to the blank one.
bool Parser::find_block_end() {
  const std::string_view bytes = pending();
  while (!bytes.substr(search_.line_begin).starts_with('\n')) {
    const auto line_end = bytes.find('\n', search_.scanned);
    if (line_end == std::string_view::npos) {
      search_.scanned = bytes.size();
      return false;
    }
    const std::string_view line = trim(bytes.substr(search_.line_begin, line_end - search_.line_begin));
    if (line.empty()) {
      search_.header_end = line_end + 1;
      return true;
    }
    search_.scanned = search_.line_begin = line_end + 1;
    search_.content_length.add_line(line, limits_.body_bytes);
  }
  search_.header_end = search_.line_begin + 1;
  return true;
}

Event Parser::finish_line_frame(const Method& method) {
  const std::size_t frame_bytes = search_.header_begin;
  if (frame_bytes > limits_.header_bytes) return oversized_header();
  event_bytes_ = frame_bytes;
  trailer_.bytes = frame_bytes;
  const std::string_view line = request_line();
  const std::string_view rest = trim_front(line.substr(method.word.size()), is_blank);
  switch (method.kind) {
    case Kind::received:
      return Received{rest};
    case Kind::delivered:
      return Delivered{rest};
    case Kind::register_:
    case Kind::registered: {
      const auto [word, name] = split_word(rest, is_blank);
      const auto channel = to_channel(word);
      if (!channel) return Unknown{line};
      if (method.kind == Kind::register_) {
        const auto blanks = pending().substr(line.size(), frame_bytes - 1 - line.size());
        // The first blank behind the channel ends no line: it stands before the name.
        const bool is_named = !trim(name).empty();
        return Register{*channel, trim(name), to_line_end(is_named ? blanks : trim_front(blanks, is_space))};
      }
      return Registered{*channel, trim(name)};
    }
    case Kind::error: {
      const auto [word, phrase] = split_word(rest, is_blank);
      int code = 0;
      const auto result = std::from_chars(word.data(), word.data() + word.size(), code);
      if (result.ec != std::errc{} || result.ptr != word.data() + word.size() || code < 0)
        return Unknown{line};
      return Error{code, trim(phrase)};
    }
    default:
      return Unknown{line};
  }
}

Event Parser::finish_block_frame(const Method& method) {
  if (search_.header_end > limits_.header_bytes) return oversized_header();
  const ContentLength& content_length = search_.content_length;
  const Violation* const violation = content_length.violation();
  skipped_body_bytes_ = content_length.bytes_over_limit();
  // An unknown request need not tell a length. When a client tells a bad one, its body would be read as
  // requests.
  const bool may_be_unknown = from_ == Side::server || violation == &ContentLength::missing;
  if (violation != nullptr && (method.kind != Kind::unknown || !may_be_unknown)) {
    event_bytes_ = search_.header_end;
    return *violation;
  }
  const std::size_t body_bytes = search_.content_length.bytes();
  const std::size_t frame_bytes = search_.header_end + body_bytes;
  if (pending().size() < frame_bytes) return NeedMore{};
  event_bytes_ = frame_bytes;
  const std::string_view line = request_line();
  const std::string_view name = trim_front(line.substr(method.word.size()), is_blank);
  const std::string_view body = pending().substr(search_.header_end, body_bytes);
  switch (method.kind) {
    case Kind::send:
      note_body_end();
      return Send{name, body};
    case Kind::forward:
      return Forward{
          name, body,
          find_field(pending().substr(search_.header_begin, search_.header_end - search_.header_begin),
                     "Audience")};
    default:
      return Unknown{line};
  }
}

Event Parser::oversized_header() {
  stopped_ = true;
  buffer_.consume(pending().size());
  search_ = {};
  return header_over_limit;
}

}  // namespace parley::two_socket
