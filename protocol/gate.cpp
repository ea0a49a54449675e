#include "protocol/gate.hpp"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "protocol/words.hpp"

namespace parley {
namespace {

using namespace std::string_view_literals;

enum class Where {
  every_port,
  line_ports,  ///< only where a line is never a message of raw text
  own_port     ///< on its own port it is the dialect's, on any other nothing
};

/// What a client says first. In a pattern a character stands for itself, and % and a letter for some of a
/// class.
struct Greeting {
  std::string_view client;
  std::string_view pattern;
  Where where = Where::every_port;
};

constexpr Greeting greetings[] = {
    {"two-socket", "REGISTER TOSEND "},
    {"two-socket", "REGISTER TORECV "},
    {"livecode", "AUTH,%d"},
    {"livecode", "MESG,%d"},
    {"livecode", "DCNX,%d"},
    {"livecode", "STOP,%d"},
    {"names", "%dNAME "},
    {"names", "%dGET_NAMES"},
    {"names", "%dMSG "},
    {"names", "%dEXIT"},
    {"names", "NAME", Where::own_port},
    {"names", "GET_NAMES", Where::own_port},
    {"names", "MSG", Where::own_port},
    {"names", "EXIT", Where::own_port},
    {"rooms", "{%b\""},
    {"rooms", "{%b%e"},
    {"rooms", "{", Where::own_port},
    {"HTTP", "%m /%t HTTP/"},
    {"HTTP", "%m * HTTP/"},
    {"HTTP", "%m http://"},
    {"HTTP", "%m https://"},
    {"HTTP", "CONNECT %t HTTP/"},
    {"RTSP", "%m rtsp://"},
    {"RTSP", "%m * RTSP/"},
    {"SIP", "%m sip:"},
    {"SIP", "%m sips:"},
    {"TLS", "\x16\x03"},
    {"TLS", "\x80%a\x01\x03"},        // the hello of SSL 2, for SSL 3 and later
    {"TLS", "\x80%a\x01\x00\x02"sv},  // and for SSL 2
    {"SSH", "SSH-%d"},
    {"SMTP", "EHLO%e"},
    {"SMTP", "EHLO "},
    {"SMTP", "HELO%e"},
    {"SMTP", "HELO "},
    {"SMTP", "LHLO "},
    {"SMTP", "MAIL FROM:"},
    {"redis", "*%d\r"},
    {"redis", "PING%e", Where::line_ports},
    {"PROXY", "PROXY TCP"},
    {"PROXY", "PROXY UNKNOWN"},
    {"PROXY", "\r\n\r\n\0\r\nQUIT\n"sv},
    {"IRC", "CAP LS"},
    {"IRC", "NICK %t%e", Where::line_ports},
    {"IRC", "USER %t %t ", Where::line_ports},
};

bool is_line_end(char c) {
  return c == '\r' || c == '\n';
}

constexpr std::uint8_t any_number = 0xFF;  // counted no further

/// What %a and the others stand for. Of raw text a word in capitals may be all that has come, and is held
/// back: a method is not longer than any that there is.
struct Class {
  char letter;
  bool (*has)(char c);
  std::uint8_t least;
  std::uint8_t most;
};

constexpr Class classes[] = {
    {'a', [](char c) { return !is_line_end(c); }, 1, 1},
    {'b', [](char c) { return c == ' ' || c == '\t'; }, 0, any_number},
    {'d', [](char c) { return is_digit(c); }, 1, 10},
    {'e', is_line_end, 1, 1},
    {'m', [](char c) { return (c >= 'A' && c <= 'Z') || c == '-' || c == '_'; }, 1, 32},
    {'t', [](char c) { return !is_blank_or_line_end(c); }, 0, any_number},
};

/// The class that an element of a pattern is; nullptr when it is a character.
const Class* class_at(std::string_view pattern, std::size_t element) {
  if (pattern.substr(element, 1) != "%") return nullptr;
  return std::ranges::find(classes, pattern[element + 1], &Class::letter);
}

char to_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// Each piece of raw text is a message, whether its line has an end or not.
bool takes_raw_text(std::string_view dialect) {
  return dialect == "names" || dialect == "rooms";
}

/// In rooms they are raw text like any other.
bool skips_or_answers_line_ends(std::string_view dialect) {
  return dialect != "rooms";
}

/// Whether a port of that dialect is for whoever greets so.
bool is_for(std::string_view port, std::string_view client) {
  return client == port || (port == "web" && client == "HTTP");
}

bool is_said_at(const Greeting& greeting, std::string_view port) {
  switch (greeting.where) {
    case Where::line_ports:
      return !takes_raw_text(port);
    case Where::own_port:
      return greeting.client == port;
    default:
      return true;
  }
}

}  // namespace

Gate::Gate(std::string_view port_dialect) : port_(port_dialect) {
  static_assert(std::size(greetings) <= most_greetings && std::size(greetings) + 8 > most_greetings);
  for (std::size_t row = 0; row < std::size(greetings); ++row)
    if (is_said_at(greetings[row], port_)) places_[place_count_++].row = static_cast<std::uint8_t>(row);
}

std::size_t Gate::feed(std::string_view piece) {
  std::size_t line_ends = 0;  // before the first line
  for (std::size_t i = 0; i < piece.size() && verdict_ == Verdict::undecided; ++i) {
    look_at(piece[i]);
    if (!line_has_begun_) ++line_ends;
  }
  if (verdict_ == Verdict::undecided && is_number_as_message(piece)) decide(port_);
  if (verdict_ == Verdict::own && held_.empty()) return piece.size();
  if (verdict_ == Verdict::foreign)
    held_.clear();
  else if (piece.size() > line_ends)
    hold(piece.substr(line_ends));
  return line_ends;
}

void Gate::look_at(char byte) {
  line_has_begun_ = line_has_begun_ || !is_line_end(byte) || !skips_or_answers_line_ends(port_);
  bool may_be_foreign = false;
  std::size_t kept = 0;
  for (Place place : std::span(places_).first(place_count_)) {
    const Greeting& greeting = greetings[place.row];
    // Line ends before the first line are only of a greeting that begins with them.
    const bool has_begun = line_has_begun_ || is_line_end(greeting.pattern.front());
    if (has_begun && !advance(place, byte)) continue;
    if (is_complete(place)) return decide(greeting.client);
    may_be_foreign = may_be_foreign || !is_for(port_, greeting.client);
    places_[kept++] = place;
  }
  place_count_ = kept;
  if (!may_be_foreign) return decide(port_);
  if (++seen_bytes_ == most_undecided_bytes) decide_at_bound();
}

/// In rooms a number is as good a first message as any word, though a names client may begin with its length.
bool Gate::is_number_as_message(std::string_view piece) const {
  return port_ == "rooms" && held_.empty() && !piece.empty() && std::ranges::all_of(piece, is_digit);
}

/// Takes one more byte for the pattern. False when it is none of that greeting's.
bool Gate::advance(Place& place, char byte) const {
  const auto& [client, pattern, where] = greetings[place.row];
  // Where lines are waited for anyway, words are found in any case: nothing is held back for it.
  const bool ignores_case = where == Where::own_port || !takes_raw_text(port_);
  const auto folded = [&](char c) { return ignores_case ? to_upper(c) : c; };
  while (const Class* const one = class_at(pattern, place.element)) {
    if (one->has(folded(byte)) && (place.count < one->most || one->most == any_number)) {
      if (place.count < any_number) ++place.count;
      return true;
    }
    if (place.count < one->least) return false;
    place.element = static_cast<std::uint8_t>(place.element + 2);
    place.count = 0;
  }
  return folded(pattern[place.element++]) == folded(byte);
}

bool Gate::is_complete(const Place& place) {
  const std::string_view pattern = greetings[place.row].pattern;
  if (place.element == pattern.size()) return true;
  const Class* const last = class_at(pattern, place.element);
  return last != nullptr && place.element + 2U == pattern.size() && place.count >= last->least;
}

/// Nobody's line is so long, but the line of a request that a word and a blank have begun.
void Gate::decide_at_bound() {
  for (const Place& place : std::span(places_).first(place_count_)) {
    const Greeting& greeting = greetings[place.row];
    if (greeting.pattern.substr(place.element).starts_with("%t")) return decide(greeting.client);
  }
  decide(port_);
}

void Gate::decide(std::string_view client) {
  client_ = client;
  verdict_ = is_for(port_, client) ? Verdict::own : Verdict::foreign;
}

void Gate::hold(std::string_view bytes) {
  held_ += bytes;
  const auto count = static_cast<std::uint32_t>(bytes.size());
  if (takes_raw_text(port_) || piece_bytes_.empty())
    piece_bytes_.push_back(count);
  else
    piece_bytes_.back() += count;
}

std::optional<std::string_view> Gate::take() {
  if (verdict_ != Verdict::own) return std::nullopt;
  if (taken_pieces_ == piece_bytes_.size()) {
    held_.clear();
    return std::nullopt;
  }
  const std::size_t begin = std::exchange(taken_bytes_, taken_bytes_ + piece_bytes_[taken_pieces_]);
  return std::string_view(held_).substr(begin, piece_bytes_[taken_pieces_++]);
}

void Gate::release() {
  if (verdict_ == Verdict::undecided) decide(port_);
}

std::string Gate::sentence() const {
  std::string sentence = "This port is for ";
  return sentence.append(port_).append(" clients; yours speaks ").append(client_).append(".");
}

}  // namespace parley
