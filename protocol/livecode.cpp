#include "protocol/livecode.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "protocol/cp1252.hpp"
#include "protocol/text.hpp"
#include "protocol/user_name.hpp"
#include "protocol/words.hpp"

namespace parley::livecode {
namespace {

// The family ends its lines in LF alone; others do not (LC1.4).
std::string_view trim(std::string_view text) {
  return parley::trim(text, is_blank);
}

template <typename Request>
Event make(std::string_view body) {
  return Request{body};
}

std::string frame(std::string_view word, std::size_t counted_bytes, std::string_view text) {
  return std::string(word).append(",").append(std::to_string(counted_bytes)).append("\n").append(text) + '\n';
}

/// The text in one line, without the line ends that it ends in.
std::string one_line(std::string_view text) {
  return to_one_line(text.substr(0, text.find_last_not_of("\r\n") + 1));
}

}  // namespace

struct Parser::Command {
  std::string_view word;
  Event (*make)(std::string_view body);

  static const Command& find(std::string_view word);
};

const Parser::Command& Parser::Command::find(std::string_view word) {
  static constexpr Command commands[] = {
      {"AUTH", livecode::make<SignOn>}, {"MESG", livecode::make<Say>}, {"DCNX", livecode::make<SignOff>},
      {"STOP", livecode::make<Stop>},   {"", livecode::make<Unknown>},
  };
  return *std::ranges::find_if(commands, [&](const Command& command) {
    return command.word.empty() || equal_ignoring_case(command.word, word);
  });
}

void Parser::wipe_consumed() {
  buffer_.wipe_consumed();
}

Event Parser::next() {
  if (is_stopped_) return stop();
  if (command_ == nullptr) {
    if (!skip_to_header()) return NeedMore{};
    const auto line_end = pending().substr(0, max_header_line_bytes + 1).find('\n');
    if (line_end == std::string_view::npos) {
      is_skipping_line_ = pending().size() > max_header_line_bytes;
      return is_skipping_line_ ? Event(InvalidLength{}) : NeedMore{};
    }
    if (const auto fault = read_header(line_end)) return *fault;
  }
  if (pending().size() < header_bytes_ + body_bytes_) return NeedMore{};
  const std::string_view body = pending().substr(header_bytes_, body_bytes_);
  buffer_.consume(header_bytes_ + body_bytes_);
  return std::exchange(command_, nullptr)->make(body);
}

/// Past the rest of a line that was too long, and past blank lines: the LF after a body is one (LC1.3). True
/// when something is there.
bool Parser::skip_to_header() {
  if (is_skipping_line_) {
    const auto line_end = pending().find('\n');
    is_skipping_line_ = line_end == std::string_view::npos;
    buffer_.consume(std::min(line_end, pending().size()));
  }
  buffer_.consume(prefix_length(pending(), is_blank_or_line_end));
  return !pending().empty();
}

/// What is wrong with the header line; when nothing is, it has been read.
std::optional<Event> Parser::read_header(std::size_t line_end) {
  const std::string_view line = pending().substr(0, line_end);
  const auto comma = line.find(',');
  const std::string_view length =
      comma == std::string_view::npos ? std::string_view{} : trim(line.substr(comma + 1));
  if (length.empty() || !std::ranges::all_of(length, is_digit)) {
    buffer_.consume(line_end);
    return InvalidLength{};
  }
  const auto result = std::from_chars(length.data(), length.data() + length.size(), body_bytes_);
  if (result.ec != std::errc{} || body_bytes_ > max_body_bytes_) {
    stop();
    return TooLong{};
  }
  header_bytes_ = line_end + 1;
  command_ = &Command::find(trim(line.substr(0, comma)));
  return std::nullopt;
}

Event Parser::stop() {
  is_stopped_ = true;
  buffer_.consume(pending().size());
  return NeedMore{};
}

Charset charset_of(std::string_view body) {
  return is_utf8(body) ? Charset::utf8 : Charset::cp1252;
}

std::string to_text(std::string_view body, Charset charset) {
  const std::string line = one_line(body);
  return charset == Charset::utf8 ? line : cp1252_to_utf8(line);
}

std::string message(std::string_view text, Charset charset) {
  const std::string line = one_line(text);
  const std::string coded = charset == Charset::utf8 ? line : utf8_to_cp1252(line);
  return frame("MESG", coded.size(), coded);
}

std::string error(std::string_view sentence) {
  return frame("ERRO", sentence.size() + 1, sentence);
}

std::string warning(std::string_view sentence) {
  return frame("WARN", sentence.size() + 1, sentence);
}

std::string invalid_length() {
  return warning("Invalid message length") + '\n';
}

}  // namespace parley::livecode
