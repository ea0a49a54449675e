#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace parley::client {

/// What a key asks the line editor to do.
enum class Action {
  ignore,  ///< a key that means nothing here
  insert,
  paste,
  enter,
  new_line,
  left,
  right,
  word_left,
  word_right,
  home,
  end,
  up,
  down,
  erase_before,
  erase_behind,  ///< Delete
  erase_or_end,  ///< Ctrl-D
  erase_word_before,
  erase_blank_word_before,
  erase_word_behind,
  erase_to_end,
  erase_to_beginning,
  put_back,
  complete,
  search,
  clear_screen,
  cancel,
  focus_here,  ///< not typed: the terminal has the focus of its desktop
  focus_lost,
};

struct Key {
  Action action = Action::ignore;
  std::string text = {};  ///< of insert and paste; no control characters in it but LF and tabs
  bool too_long = false;  ///< a paste of which only the beginning is here
};

/// Cuts what a terminal sends into keys: characters, control characters, escape sequences, bracketed pastes.
/// A sequence that is not known is one ignored key. Bounded memory. Belongs to one thread.
class KeyDecoder {
 public:
  /// More than the longest message; what comes beyond it is passed over.
  static constexpr std::size_t max_paste_bytes = 128 * 1024;
  /// An escape sequence comes at once, but for the networks between; Escape itself is over after this.
  static constexpr std::chrono::milliseconds sequence_timeout{500};
  /// The end of a paste that never comes.
  static constexpr std::chrono::milliseconds paste_timeout{10'000};

  /// UTF-8, cut between any two code points.
  void feed(std::string_view utf8) { pending_ += utf8; }

  /// The next whole key, if there is one.
  std::optional<Key> next();

  /// The time that the key may take that has begun; nullopt when none has.
  std::optional<std::chrono::milliseconds> patience() const;

  /// What has begun does not go on: it is a key as it is.
  void give_up();

  /// Of what has begun: bounded, when next() has been called until it returned nothing.
  std::size_t held_bytes() const { return pending_.size() + (paste_ ? paste_->size() : 0); }

 private:
  std::optional<Key> take_escape();
  std::optional<Key> take_sequence(std::size_t begin);
  std::optional<Key> take_string();
  std::optional<Key> await_end(std::size_t begin);
  std::optional<Key> take_paste();
  Key take_text();
  Key take(std::size_t length, Action action);
  Key end_paste();

  std::string pending_;
  std::optional<std::string> paste_;  // inside one: what has come of it
  bool paste_too_long_ = false;
  bool is_overlong_ = false;  // the sequence that has begun
  bool given_up_ = false;
};

/// The text of a paste: each CR, or CR LF, a LF; no other control characters but tabs.
std::string clean_paste(std::string_view text);

}  // namespace parley::client
