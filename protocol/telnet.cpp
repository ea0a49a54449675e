#include "protocol/telnet.hpp"

#include <algorithm>
#include <utility>

#include "base/secret.hpp"
#include "protocol/text.hpp"

namespace parley::telnet {
namespace {

// RFC 854; end of file is RFC 1184's, the timing mark RFC 860's.
constexpr unsigned char end_of_file = 236;
constexpr unsigned char erase_character = 247;
constexpr unsigned char erase_line = 248;
constexpr unsigned char subnegotiation_begin = 250;
constexpr unsigned char will = 251;
constexpr unsigned char wont = 252;
constexpr unsigned char do_it = 253;
constexpr unsigned char dont = 254;
constexpr unsigned char interpret_as_command = 255;
constexpr unsigned char echo = 1;  // RFC 857
constexpr unsigned char timing_mark = 6;

constexpr unsigned char end_of_transmission = 4;
constexpr unsigned char backspace = 8;
constexpr unsigned char delete_key = 0x7F;

constexpr std::size_t most_sequence_bytes = 4;
constexpr std::string_view line_end = "\r\n";

bool is_continuation(unsigned char byte) {
  return (byte & 0xC0U) == 0x80;
}

/// The length of the UTF-8 sequence, or of the byte that is in none, at the end of the line.
std::size_t last_character_length(std::string_view line) {
  for (std::size_t length = std::min(line.size(), most_sequence_bytes); length > 1; --length)
    if (utf8_sequence_length(line.substr(line.size() - length)) == length) return length;
  return std::min<std::size_t>(line.size(), 1);
}

/// As UTF-8, without C1 controls, the only control characters that are not single bytes.
std::string clean(std::string_view line) {
  std::string text = to_utf8(line);
  for (auto at = text.find('\xc2'); at != std::string::npos; at = text.find('\xc2', at))
    if (static_cast<unsigned char>(text[at + 1]) < 0xA0)
      text.erase(at, 2);
    else
      at += 2;
  return text;
}

std::string to_shown(std::string_view text) {
  return visible(to_utf8(text));
}

/// Takes the first line off the text, and its end: CR LF, CR or LF.
std::string_view take_first_line(std::string_view& text) {
  const auto length = std::min(text.find_first_of(line_end), text.size());
  const std::string_view line = text.substr(0, length);
  text.remove_prefix(length);
  text.remove_prefix(text.starts_with(line_end) ? line_end.size() : std::min<std::size_t>(text.size(), 1));
  return line;
}

std::string to_lines(const std::string& prefix, std::string_view body, std::size_t max_body_bytes) {
  std::string lines;
  std::size_t left_bytes = max_body_bytes;
  do {
    std::string shown = to_shown(take_first_line(body));
    if (shown.size() > left_bytes || left_bytes == 0) {
      shown.resize(left_bytes == 0 ? 0 : piece_length(shown, left_bytes));
      return lines.append(prefix).append(shown).append(" [cut]").append(line_end);
    }
    lines.append(prefix).append(shown).append(line_end);
    left_bytes -= std::min(left_bytes, shown.size() + prefix.size() + line_end.size());
  } while (!body.empty());
  return lines;
}

}  // namespace

void Parser::wipe_consumed() {
  buffer_.wipe_consumed();
  wipe(raw_);
  wipe(text_);
}

Event Parser::next() {
  while (state_ != State::left) {
    if (state_ == State::leaving) {
      state_ = State::left;
      return Leave{};
    }
    if (pending().empty()) return NeedMore{};
    const auto byte = static_cast<unsigned char>(pending().front());
    buffer_.consume(1);
    const Event event = take(byte);
    if (!std::holds_alternative<NeedMore>(event)) return event;
  }
  buffer_.consume(pending().size());
  return NeedMore{};
}

Event Parser::end() {
  return state_ == State::left || line_is_empty() ? NeedMore{} : take_line();
}

Event Parser::take(unsigned char byte) {
  switch (state_) {
    case State::text:
      return take_text(byte);
    case State::subnegotiation:
      if (byte == interpret_as_command) state_ = State::subnegotiation_command;
      return NeedMore{};
    case State::subnegotiation_command:
      state_ = State::subnegotiation;
      // Its end, or a command that has no place in it: then the end was lost (TN2.4).
      return byte == interpret_as_command ? NeedMore{} : take_command(byte);
    case State::command:
      return take_command(byte);
    case State::option:
      return take_option(byte);
    default:
      return NeedMore{};
  }
}

Event Parser::take_text(unsigned char byte) {
  const bool followed_cr = byte != interpret_as_command && std::exchange(follows_cr_, false);
  switch (byte) {
    case interpret_as_command:
      state_ = State::command;
      return NeedMore{};
    case '\r':
      follows_cr_ = true;
      return take_line();
    case '\n':
      return followed_cr ? NeedMore{} : take_line();
    case '\t':
      append(' ');
      return NeedMore{};
    case end_of_transmission:
      return line_is_empty() ? leave() : NeedMore{};
    case backspace:
    case delete_key:
      erase();
      return NeedMore{};
    default:
      if (byte >= ' ') append(byte);
      return NeedMore{};
  }
}

Event Parser::take_command(unsigned char byte) {
  state_ = State::text;
  switch (byte) {
    case interpret_as_command:
      follows_cr_ = false;
      append(byte);
      return NeedMore{};
    case will:
    case wont:
    case do_it:
    case dont:
      state_ = State::option;
      command_ = byte;
      return NeedMore{};
    case subnegotiation_begin:
      state_ = State::subnegotiation;
      return NeedMore{};
    case end_of_file:
      return leave();
    case erase_character:
      erase();
      return NeedMore{};
    case erase_line:
      line_.clear();
      dropped_ = 0;
      return NeedMore{};
    default:
      return NeedMore{};
  }
}

Event Parser::take_option(unsigned char option) {
  state_ = State::text;
  const auto answer = [&](unsigned char command) {
    answer_ = {static_cast<char>(interpret_as_command), static_cast<char>(command),
               static_cast<char>(option)};
    return Answer{{answer_.data(), answer_.size()}};
  };
  if (command_ == do_it && option == timing_mark) return answer(will);
  if (option == echo && echo_answers_ > 0 && (command_ == do_it || command_ == dont)) {
    --echo_answers_;
    return NeedMore{};
  }
  if (command_ != do_it && command_ != will) return NeedMore{};
  auto& refused = command_ == do_it ? refused_do_ : refused_will_;
  if (refused.test(option)) return NeedMore{};
  refused.set(option);
  return answer(command_ == do_it ? wont : dont);
}

Event Parser::take_line() {
  const bool is_cut = line_.size() > max_line_bytes_;
  if (is_cut) line_.resize(piece_length(line_, max_line_bytes_));
  raw_.swap(line_);
  text_ = clean(raw_);
  line_.clear();
  dropped_ = 0;
  return Line{text_, raw_, is_cut};
}

/// At once, or behind the line that has no end.
Event Parser::leave() {
  const bool has_line = !line_is_empty();
  state_ = State::leaving;
  return has_line ? take_line() : NeedMore{};
}

void Parser::append(unsigned char byte) {
  // Some bytes more than a line may have: a character that the limit cuts is seen whole.
  if (line_.size() < max_line_bytes_ + most_sequence_bytes)
    line_ += static_cast<char>(byte);
  else if (!is_continuation(byte))
    ++dropped_;
}

void Parser::erase() {
  if (dropped_ > 0)
    --dropped_;
  else
    line_.resize(line_.size() - last_character_length(line_));
}

std::string to_prompt(std::string_view complaint) {
  return to_shown(complaint).append(" ").append(name_prompt);
}

std::string to_sentence(std::string_view sentence) {
  return to_shown(sentence).append(line_end);
}

std::vector<std::string> online(const std::vector<std::string>& names, std::size_t max_bytes) {
  constexpr std::size_t most_other_bytes =
      48;  // behind the names: how many more there are, and the line's end
  std::vector<std::string> frames;
  std::string frame = std::to_string(names.size()) + " user(s) online: ";
  std::size_t left_bytes = max_bytes - std::min(max_bytes, frame.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string shown = to_shown(names[i]) + (i + 1 < names.size() ? ", " : "");
    if (shown.size() > left_bytes) {
      frame.append("and ").append(std::to_string(names.size() - i)).append(" more");
      break;
    }
    left_bytes -= shown.size();
    if (frame.size() + shown.size() + most_other_bytes > max_frame_bytes)
      frames.push_back(std::exchange(frame, {}));
    frame += shown;
  }
  frames.push_back(frame.append(line_end));
  return frames;
}

std::string arrived(std::string_view name) {
  return to_sentence(std::string("+++ ").append(name).append(" arrived +++"));
}

std::string left(std::string_view name) {
  return to_sentence(std::string("--- ").append(name).append(" left ---"));
}

std::string public_lines(std::string_view sender, std::string_view body, std::size_t max_body_bytes) {
  return to_lines(to_shown(sender) + "> ", body, max_body_bytes);
}

std::string private_lines(std::string_view sender, std::string_view body, std::size_t max_body_bytes) {
  return to_lines("[private] " + to_shown(sender) + "> ", body, max_body_bytes);
}

}  // namespace parley::telnet
