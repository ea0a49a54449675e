#include "client/transcript.hpp"

#include <algorithm>
#include <utility>

#include "client/clock_time.hpp"
#include "protocol/text.hpp"
#include "protocol/user_name.hpp"

namespace parley::client {
namespace {

constexpr std::size_t rule_columns = 20;

std::string rule(const Display& display) {
  std::string text;
  for (std::size_t i = 0; i < rule_columns; ++i) text += display.utf8 ? "─" : "-";
  return text;
}

std::string in_place_of_mark(std::string_view note, const Display& display) {
  return remark("(" + std::string(note) + ")", display);
}

std::size_t line_count(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
}

}  // namespace

void Transcript::open_log(const std::string& path) {
  if (const auto problem = log_.open(path)) remark("  " + *problem);
}

/// What stands between this line and those before it.
void Transcript::begin_line(std::time_t now) {
  const auto day = [](std::time_t time) { return format_time(time, "--- %A, %-d %B %Y ---"); };
  if (const auto today = day(now); today != day(std::exchange(last_shown_at_, now)))
    paper_.print_above(client::remark(today, display_));
}

void Transcript::log(std::string_view text, std::time_t now) {
  if (const auto problem = log_.add(text, now))
    paper_.print_above(client::remark("  " + *problem, display_), Wrap::at_blanks);
}

void Transcript::show(std::string_view text, Wrap wrap) {
  if (text.empty()) return;
  const std::time_t now = now_();
  begin_line(now);
  if (std::exchange(rule_is_due_, false)) paper_.print_above(client::remark(rule(display_), display_));
  paper_.print_above(text, wrap);
  log(text, now);
}

void Transcript::remark(std::string_view text) {
  show(client::remark(text, display_), Wrap::at_blanks);
}

void Transcript::show_own(std::string_view recipient, std::string_view text, std::string_view note) {
  const std::time_t now = now_();
  begin_line(now);
  forget_places();
  const OwnLine& own = own_.emplace_back(OwnLine{
      .quote = visible_beginning(text, longest_quote_bytes),
      .shown = describe_own(recipient, text, now, display_),
      .mark = note.empty() ? std::string() : in_place_of_mark(note, display_),
  });
  paper_.print_above(own.mark.empty() ? own.shown : own.shown + " " + own.mark);
  own_end_ = paper_.printed_lines();
  log(own.shown, now);
}

/// Something else has been printed behind them.
void Transcript::forget_places() {
  if (paper_.printed_lines() == own_end_) return;
  for (OwnLine& own : own_) own.shown.clear();
}

void Transcript::note(std::string_view text) {
  if (!mark_in_place(in_place_of_mark(text, display_))) remark("  " + std::string(text));
}

void Transcript::mark(const Outcome& outcome) {
  if (outcome.late || own_.empty())
    return show(describe_mark(outcome, take_given_up(outcome.recipient), now_(), display_), Wrap::at_blanks);
  const std::string quote = own_.front().quote;
  if (!outcome.delivered && outcome.code == 0) {
    given_up_.push_back({outcome.recipient, quote});
    if (given_up_.size() > Answers::max_abandoned) given_up_.pop_front();
  }
  const std::time_t now = now_();
  const std::string line = describe_mark(outcome, quote, now, display_);
  if (mark_in_place(describe_mark(outcome, display_)))
    log(line, now);
  else
    show(line, Wrap::at_blanks);
  own_.pop_front();
}

/// The quote of the oldest line to this recipient, as Answers::match() has it.
std::string Transcript::take_given_up(std::string_view recipient) {
  const auto line = std::ranges::find_if(
      given_up_, [&](const GivenUp& given_up) { return equal_ignoring_case(given_up.recipient, recipient); });
  if (line == given_up_.end()) return {};
  std::string quote = std::move(line->quote);
  given_up_.erase(line);
  return quote;
}

bool Transcript::mark_in_place(std::string_view mark) {
  forget_places();
  if (own_.empty() || own_.front().shown.empty()) return false;
  const std::string before = std::exchange(own_.front().mark, std::string(mark));
  std::string text;
  for (const OwnLine& own : own_) {
    text += (text.empty() ? "" : "\r\n") + own.shown;
    if (!own.mark.empty()) text += " " + own.mark;
  }
  // Of the oldest message only the last line changes; the others may have left the screen.
  if (const auto end = own_.front().shown.rfind('\n'); end != std::string::npos) text.erase(0, end + 1);
  if (!paper_.replace_last(line_count(text), text)) {
    own_.front().mark = before;
    return false;
  }
  own_end_ = paper_.printed_lines();
  return true;
}

}  // namespace parley::client
