#include "client/key_decoder.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "protocol/text.hpp"

namespace parley::client {
namespace {

constexpr char escape = '\x1b';
constexpr std::string_view paste_end = "\x1b[201~";
// Longer than any key; of a sequence that goes on only its end is still waited for.
constexpr std::size_t max_sequence_bytes = 4096;

bool is_control(char byte) {
  return static_cast<unsigned char>(byte) < 0x20 || byte == '\x7f';
}

/// Not for a byte that is no UTF-8, nor for C1, which 8-bit terminals obey.
bool is_shown(std::string_view character) {
  if (character.size() == 1)
    return !is_control(character[0]) && static_cast<unsigned char>(character[0]) < 0x80;
  return character < "\xc2\x80" || character > "\xc2\x9f";
}

constexpr char control(char letter) {
  return static_cast<char>(letter - '@');
}

Action of_control(char byte) {
  switch (byte) {
    case control('A'):
      return Action::home;
    case control('B'):
      return Action::left;
    case control('D'):
      return Action::erase_or_end;
    case control('E'):
      return Action::end;
    case control('F'):
      return Action::right;
    case control('G'):
      return Action::cancel;
    case control('H'):
    case '\x7f':
      return Action::erase_before;
    case control('I'):
      return Action::complete;
    case control('J'):
      return Action::new_line;
    case control('K'):
      return Action::erase_to_end;
    case control('L'):
      return Action::clear_screen;
    case control('M'):
      return Action::enter;
    case control('N'):
      return Action::down;
    case control('P'):
      return Action::up;
    case control('R'):
      return Action::search;
    case control('U'):
      return Action::erase_to_beginning;
    case control('W'):
      return Action::erase_blank_word_before;
    case control('Y'):
      return Action::put_back;
    default:
      return Action::ignore;
  }
}

/// A key together with Alt.
Action of_alt(char byte) {
  switch (byte) {
    case 'b':
      return Action::word_left;
    case 'f':
      return Action::word_right;
    case 'd':
      return Action::erase_word_behind;
    case '\r':
    case '\n':
      return Action::new_line;
    case '\b':
    case '\x7f':
      return Action::erase_word_before;
    default:
      return Action::ignore;
  }
}

/// Arrows and the like; with a modifier (";5") or as rxvt has them (small letters) they move by words.
Action of_final(char final, bool modified) {
  switch (final) {
    case 'A':
      return Action::up;
    case 'B':
      return Action::down;
    case 'C':
      return modified ? Action::word_right : Action::right;
    case 'D':
      return modified ? Action::word_left : Action::left;
    case 'c':
      return Action::word_right;
    case 'd':
      return Action::word_left;
    case 'H':
      return Action::home;
    case 'F':
      return Action::end;
    case 'M':  // of the keypad
      return Action::enter;
    default:
      return Action::ignore;
  }
}

Action of_number(unsigned number, bool modified) {
  switch (number) {
    case 1:
    case 7:
      return Action::home;
    case 4:
    case 8:
      return Action::end;
    case 3:
      return modified ? Action::erase_word_behind : Action::erase_behind;
    default:
      return Action::ignore;
  }
}

/// The `index`th of the numbers between semicolons; 0 when it is missing.
unsigned parameter(std::string_view parameters, std::size_t index) {
  for (; index > 0; --index) {
    const auto end = parameters.find(';');
    if (end == std::string_view::npos) return 0;
    parameters.remove_prefix(end + 1);
  }
  unsigned number = 0;
  (void)std::from_chars(parameters.data(), parameters.data() + parameters.size(), number);
  return number;
}

Action of_sequence(char introducer, std::string_view parameters, char final) {
  constexpr unsigned return_key = 13;
  const unsigned first = parameter(parameters, 0);
  const bool modified = parameter(parameters, 1) > 1 || (introducer == 'O' && first > 1);
  if (introducer == 'O') return of_final(final, modified);
  if (final == 'u') return first == return_key ? Action::new_line : Action::ignore;
  if (final == '~' && first == 27)  // xterm's way to tell of a modified key
    return parameter(parameters, 2) == return_key ? Action::new_line : Action::ignore;
  if (final == '~') return of_number(first, modified);
  if (final == 'M' || final == 'c') return Action::ignore;  // a mouse, a terminal's name
  if (parameters.empty() && final == 'I') return Action::focus_here;
  if (parameters.empty() && final == 'O') return Action::focus_lost;
  return of_final(final, modified);
}

}  // namespace

std::optional<Key> KeyDecoder::next() {
  const bool given_up = std::exchange(given_up_, false);
  if (paste_) {
    if (!given_up) return take_paste();
    *paste_ += std::exchange(pending_, {});
    return end_paste();
  }
  if (pending_.empty()) return std::nullopt;
  if (pending_[0] != escape) return is_control(pending_[0]) ? take(1, of_control(pending_[0])) : take_text();
  if (auto key = take_escape()) return key;
  if (paste_) return take_paste();
  if (!given_up) return std::nullopt;
  return take(pending_.size(), pending_.ends_with(escape) ? Action::cancel : Action::ignore);
}

std::optional<std::chrono::milliseconds> KeyDecoder::patience() const {
  if (paste_) return paste_timeout;
  if (pending_.starts_with(escape)) return sequence_timeout;
  return std::nullopt;
}

void KeyDecoder::give_up() {
  given_up_ = true;
}

Key KeyDecoder::take(std::size_t length, Action action) {
  pending_.erase(0, length);
  is_overlong_ = false;
  return {action};
}

/// Everything up to the next control character.
Key KeyDecoder::take_text() {
  const auto end = std::find_if(pending_.begin(), pending_.end(), is_control);
  Key key{Action::insert, clean_paste({pending_.begin(), end})};
  pending_.erase(pending_.begin(), end);
  if (key.text.empty()) key.action = Action::ignore;
  return key;
}

/// Nothing while it is not whole, or when it begins a paste.
std::optional<Key> KeyDecoder::take_escape() {
  // Alt with an arrow is, here and there, an Escape before its sequence.
  const std::size_t begin = pending_.starts_with("\x1b\x1b") ? 2 : 1;
  if (pending_.size() == begin) return std::nullopt;
  const char introducer = pending_[begin];
  if (introducer == '[' || introducer == 'O') return take_sequence(begin);
  if (introducer == ']' || introducer == 'P') return take_string();
  if (begin == 2) return take(1, Action::cancel);
  const auto length = std::max<std::size_t>(utf8_sequence_length(std::string_view(pending_).substr(1)), 1);
  return take(1 + length, of_alt(introducer));
}

std::optional<Key> KeyDecoder::take_sequence(std::size_t begin) {
  const char introducer = pending_[begin];
  const std::size_t parameters = begin + 1;
  if (pending_.size() > parameters && introducer == '[' &&
      pending_[parameters] == '[') {  // a function key of Linux's console
    if (pending_.size() == parameters + 1) return std::nullopt;
    return take(parameters + 2, Action::ignore);
  }
  const auto is_final = [](char byte) { return byte < 0x20 || byte > 0x3f; };
  const auto end = static_cast<std::size_t>(
      std::find_if(pending_.begin() + static_cast<std::ptrdiff_t>(parameters), pending_.end(), is_final) -
      pending_.begin());
  if (end == pending_.size()) return await_end(parameters);
  const std::string_view between = std::string_view(pending_).substr(parameters, end - parameters);
  const char final = pending_[end];
  // What cannot end a sequence breaks it off, and is a key of its own.
  if (is_control(final) || static_cast<unsigned char>(final) >= 0x80) return take(end, Action::ignore);
  if (is_overlong_ || end > max_sequence_bytes) return take(end + 1, Action::ignore);
  if (introducer == '[' && final == '~' && between == "200") {
    pending_.erase(0, end + 1);
    paste_.emplace();
    paste_too_long_ = false;
    return std::nullopt;
  }
  Action action = of_sequence(introducer, between, final);
  if (begin == 2 && action == Action::left) action = Action::word_left;
  if (begin == 2 && action == Action::right) action = Action::word_right;
  return take(end + 1, action);
}

/// Nothing yet. What is longer than any key is forgotten, but for its beginning.
std::optional<Key> KeyDecoder::await_end(std::size_t begin) {
  if (pending_.size() > max_sequence_bytes) {
    is_overlong_ = true;
    pending_.erase(begin);
  }
  return std::nullopt;
}

/// The answer to a question that somebody else has asked the terminal: passed over up to its end.
std::optional<Key> KeyDecoder::take_string() {
  const auto end = pending_.find_first_of("\a\x1b\r\n", 2);
  if (end == std::string::npos) return await_end(2);
  if (pending_[end] == '\a') return take(end + 1, Action::ignore);
  if (pending_[end] != escape) return take(end, Action::ignore);
  if (end + 1 == pending_.size()) return std::nullopt;
  return take(pending_[end + 1] == '\\' ? end + 2 : end, Action::ignore);
}

std::optional<Key> KeyDecoder::take_paste() {
  const auto end = pending_.find(paste_end);
  // What may be the beginning of its end stays.
  std::size_t length = end;
  if (end == std::string::npos) length = pending_.size() - std::min(pending_.size(), paste_end.size() - 1);
  const std::size_t room = max_paste_bytes - paste_->size();
  paste_too_long_ = paste_too_long_ || length > room;
  paste_->append(pending_, 0, std::min(length, room));
  pending_.erase(0, length);
  if (end == std::string::npos) return std::nullopt;
  pending_.erase(0, paste_end.size());
  return end_paste();
}

Key KeyDecoder::end_paste() {
  Key key{Action::paste, clean_paste(*paste_), paste_too_long_};
  paste_.reset();
  return key;
}

std::string clean_paste(std::string_view text) {
  std::string clean;
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(utf8_sequence_length(text), 1);
    const std::string_view character = text.substr(0, length);
    text.remove_prefix(length);
    if (character == "\r") {
      if (text.starts_with('\n')) text.remove_prefix(1);
      clean += '\n';
    } else if (character == "\n" || character == "\t" || is_shown(character)) {
      clean += character;
    }
  }
  return clean;
}

}  // namespace parley::client
