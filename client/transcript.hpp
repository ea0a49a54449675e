#pragma once

#include <cstddef>
#include <cstdint>
#include <ctime>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

#include "client/appearance.hpp"
#include "client/chat_log.hpp"
#include "client/paper.hpp"

namespace parley::client {

/// The lines of a chat as they stand above the one that is typed: the user's own with the mark that says what
/// became of them, everything else, and what parts them: a new day, a rule where the user looked away. All
/// but these go to the log. Belongs to one thread.
class Transcript {
 public:
  /// Of an own line that is quoted in a line of its own, to say which one it was.
  static constexpr std::size_t longest_quote_bytes = 60;

  /// `now`: the time that a line is shown at.
  Transcript(Paper& paper, const Display& display, std::function<std::time_t()> now)
      : paper_(paper), display_(display), now_(std::move(now)), last_shown_at_(now_()) {}

  /// As ChatLog::open(), and tells of its problem.
  void open_log(const std::string& path);

  /// A line, or several; nothing when it is empty.
  void show(std::string_view text, Wrap wrap = Wrap::anywhere);

  /// What parley itself says, dimmed.
  void remark(std::string_view text);

  /// A line of the user's, which waits for its mark, and why it may have to wait long.
  void show_own(std::string_view recipient, std::string_view text, std::string_view note = {});

  /// What holds up the oldest own line that has no mark; stands in the mark's place.
  void note(std::string_view text);

  /// What became of the oldest own line that has no mark, or of one that was given up. The mark stands behind
  /// the line while nothing but own lines has come since, and otherwise in a line that quotes it.
  void mark(const Outcome& outcome);

  /// The user looks away, or is back. Before what comes while they are away there is a rule, once.
  void look_away() { rule_is_due_ = true; }
  void look_back() { rule_is_due_ = false; }

 private:
  /// A line whose answer did not come in time, and may come late.
  struct GivenUp {
    std::string recipient;
    std::string quote;
  };
  struct OwnLine {
    std::string quote;
    std::string shown;      // without a mark; empty when its place is lost
    std::string mark = {};  // or a note
  };

  void begin_line(std::time_t now);
  void log(std::string_view text, std::time_t now);
  void forget_places();
  std::string take_given_up(std::string_view recipient);
  bool mark_in_place(std::string_view mark);

  Paper& paper_;
  const Display display_;
  const std::function<std::time_t()> now_;
  std::time_t last_shown_at_;
  ChatLog log_;
  std::deque<OwnLine> own_;  // those that wait for their mark, the oldest first
  std::deque<GivenUp> given_up_;
  std::uint64_t own_end_ = 0;  // what was printed when the last one stood there
  bool rule_is_due_ = false;
};

}  // namespace parley::client
