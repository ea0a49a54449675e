#include "protocol/names.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "protocol/text.hpp"
#include "protocol/user_name.hpp"
#include "protocol/words.hpp"

namespace parley::names {
namespace {

constexpr std::string_view line_ends = "\r\n";

/// Nine bytes hold no message: "A sent " is seven.
constexpr std::size_t least_length_digits = 2;
constexpr std::size_t most_length_digits = 10;
constexpr std::size_t least_max_payload_bytes = 99;
constexpr int max_wrong_frames = 3;
/// In raw mode a read is a command. One that fills the room is not all of it, so the room is a little larger
/// than a client's own buffer may be.
constexpr std::size_t least_raw_room_bytes = 2 * 1024 + 1;

constexpr std::string_view wrong_protocol_words = "Wrong protocol";
constexpr std::string_view unknown_command = "Unknown command. Use NAME, GET_NAMES, MSG or EXIT.";
constexpr std::string_view no_word_behind = "GET_NAMES and EXIT have no word behind them.";
constexpr std::string_view bad_tell = "A message is written so: MSG <name> <message>";
constexpr std::string_view too_long = "That message is too long.";
constexpr std::string_view nobody = "Nobody has a name yet.";

/// The first word, and what stands behind it and one blank.
std::pair<std::string_view, std::string_view> split_word(std::string_view text) {
  return parley::split_word(trim_front(text, is_space), is_space);
}

Event read_name(std::string_view rest) {
  return SetName{trim(rest, is_space)};
}

Event read_tell(std::string_view rest) {
  const auto [recipient, text] = split_word(rest);
  if (recipient.empty() || text.empty()) return Refusal{bad_tell};
  return Tell{recipient, text};
}

template <typename Request>
Event read_bare(std::string_view rest) {
  if (!trim(rest, is_space).empty()) return Refusal{no_word_behind};
  return Request{};
}

struct Command {
  std::string_view word;
  Event (*read)(std::string_view rest);
};

Event read_command(std::string_view payload) {
  static constexpr Command commands[] = {
      {"NAME", read_name}, {"GET_NAMES", read_bare<GetNames>}, {"MSG", read_tell}, {"EXIT", read_bare<Exit>}};
  payload = payload.substr(0, payload.find_last_not_of(line_ends) + 1);
  const auto [word, rest] = split_word(payload);
  for (const Command& command : commands)
    if (equal_ignoring_case(command.word, word)) return command.read(rest);
  return Refusal{unknown_command};
}

/// The longest payload in such frames.
std::size_t payload_limit(Framing framing) {
  std::size_t limit = 0;
  for (unsigned digit = 0; digit < framing.length_digits && limit < max_written_payload_bytes; ++digit)
    limit = limit * 10 + 9;
  return limit == 0 ? max_written_payload_bytes : std::min(limit, max_written_payload_bytes);
}

bool is_zero(char c) {
  return c == '0';
}

}  // namespace

Parser::Parser(std::size_t max_payload_bytes)
    : max_payload_bytes_(std::max(max_payload_bytes, least_max_payload_bytes)) {}

std::span<char> Parser::prepare() {
  const bool begins_piece = mode_ != Mode::framed && pending().empty();
  const auto room = buffer_.prepare(begins_piece ? least_raw_room_bytes : InputBuffer::least_read_bytes);
  room_bytes_ = room.size();
  return room;
}

void Parser::commit(std::size_t count) {
  buffer_.commit(count);
  room_is_full_ = count == room_bytes_;
}

void Parser::feed(std::string_view bytes) {
  buffer_.append(bytes);
  room_is_full_ = false;
}

void Parser::wipe_consumed() {
  buffer_.wipe_consumed();
}

Event Parser::next() {
  if (mode_ == Mode::undecided)
    if (const auto event = decide()) return *event;
  switch (mode_) {
    case Mode::framed:
      return next_frame();
    case Mode::raw:
      return next_raw();
    default:
      buffer_.consume(pending().size());
      return NeedMore{};
  }
}

/// Reads the framing off the first frame. Nothing when it is known now.
std::optional<Event> Parser::decide() {
  skip_line_ends();
  const std::size_t length_digits = prefix_length(pending(), is_digit);
  if (length_digits > most_length_digits) return wrong_protocol();
  const bool is_exit = input_ended_ && may_be_exit();
  if (length_digits == pending().size() && !is_exit) return NeedMore{};
  if (length_digits == 0) {
    mode_ = Mode::raw;
    framing_ = {0, pending().find_first_of(line_ends) != std::string_view::npos};
    return std::nullopt;
  }
  if (length_digits < least_length_digits) return wrong_protocol();
  mode_ = Mode::framed;
  framing_ = {static_cast<unsigned>(length_digits), false};
  return std::nullopt;
}

Event Parser::next_frame() {
  if (payload_bytes_ == 0) {
    skip_line_ends();
    const std::string_view length = pending().substr(0, framing_.length_digits);
    if (!std::ranges::all_of(length, is_digit)) return wrong_protocol();
    if (length.size() < framing_.length_digits) return NeedMore{};
    std::size_t payload_bytes = 0;
    std::from_chars(length.data(), length.data() + length.size(), payload_bytes);
    buffer_.consume(length.size());
    if (payload_bytes == 0) return Exit{};
    payload_bytes_ = payload_bytes;
    is_too_long_ = payload_bytes > max_payload_bytes_;
  }
  if (is_too_long_) return skip_payload();
  if (pending().size() < payload_bytes_) return NeedMore{};
  const std::string_view payload = pending().substr(0, std::exchange(payload_bytes_, 0));
  buffer_.consume(payload.size());
  return read_command(payload);
}

Event Parser::skip_payload() {
  const std::size_t count = std::min(payload_bytes_, pending().size());
  buffer_.consume(count);
  payload_bytes_ -= count;
  if (payload_bytes_ > 0) return NeedMore{};
  is_too_long_ = false;
  return Refusal{too_long};
}

Event Parser::next_raw() {
  if (!is_too_long_) skip_line_ends();
  const std::size_t end = pending().find_first_of(line_ends, scanned_);
  const bool ends_here = input_ended_ || (!framing_.has_lines && !room_is_full_);
  if (end == std::string_view::npos && (!ends_here || pending().empty())) {
    is_too_long_ = is_too_long_ || pending().size() > max_payload_bytes_;
    if (is_too_long_) buffer_.consume(pending().size());
    scanned_ = pending().size();
    return NeedMore{};
  }
  const std::string_view line = pending().substr(0, end);
  buffer_.consume(line.size());
  scanned_ = 0;
  if (std::exchange(is_too_long_, false) || line.size() > max_payload_bytes_) return Refusal{too_long};
  return read_command(line);
}

Event Parser::wrong_protocol() {
  buffer_.consume(pending().size());
  if (++wrong_frames_ < max_wrong_frames) return Refusal{wrong_protocol_words};
  mode_ = Mode::stopped;
  return Violation{wrong_protocol_words};
}

void Parser::skip_line_ends() {
  buffer_.consume(std::min(pending().find_first_not_of(line_ends), pending().size()));
}

bool Parser::may_be_exit() const {
  return mode_ == Mode::undecided && pending().size() >= least_length_digits &&
         std::ranges::all_of(pending(), is_zero);
}

bool Parser::in_frame() const {
  return payload_bytes_ > 0 || (mode_ != Mode::raw && !pending().empty());
}

std::string to_frame(std::string_view payload, Framing framing) {
  if (payload.size() > payload_limit(framing))
    payload = payload.substr(0, piece_length(payload, payload_limit(framing)));
  if (framing.length_digits == 0) return std::string(payload) + (framing.has_lines ? "\n" : "");
  const std::string length = std::to_string(payload.size());
  return std::string(framing.length_digits - length.size(), '0').append(length).append(payload);
}

std::string to_sentence(std::string_view sentence) {
  return to_frame(sentence, Framing{});
}

std::vector<std::string> to_sentence_frames(std::string_view sentence, Framing framing) {
  std::vector<std::string> frames;
  while (!sentence.empty()) {
    const std::size_t length = piece_length(sentence, payload_limit(framing));
    frames.push_back(to_frame(sentence.substr(0, length), framing));
    sentence.remove_prefix(length);
  }
  return frames;
}

std::vector<std::string> to_name_frames(const std::vector<std::string>& names, Framing framing) {
  const std::string_view behind = framing.length_digits == 0 && !framing.has_lines ? " " : "";
  std::vector<std::string> frames;
  std::string payload;
  for (const std::string& name : names) {
    if (payload.size() + 1 + name.size() + behind.size() > payload_limit(framing))
      frames.push_back(to_frame(std::exchange(payload, {}).append(behind), framing));
    if (!payload.empty()) payload += ' ';
    payload += name;
  }
  frames.push_back(to_frame(names.empty() ? nobody : payload, framing));
  return frames;
}

std::vector<std::string> to_message_frames(std::string_view sender, std::string_view text, Framing framing,
                                           std::size_t max_text_bytes) {
  const std::string words = std::string(sender) + " sent ";
  const std::string line = visible(to_one_line(to_utf8(text)));
  std::vector<std::string> frames;
  std::string_view rest = line;
  if (rest.size() > max_text_bytes) rest = rest.substr(0, piece_length(rest, max_text_bytes));
  do {
    const std::size_t room = payload_limit(framing) - words.size();
    const std::string_view piece = rest.substr(0, rest.empty() ? 0 : piece_length(rest, room));
    rest.remove_prefix(piece.size());
    frames.push_back(to_frame(words + std::string(piece), framing));
  } while (!rest.empty());
  return frames;
}

}  // namespace parley::names
