// What the keys do to the line: editing, history, search, completion and pastes.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "client/line_editor.hpp"

namespace parley::client {
namespace {

// Of the words that Tab lists; whoever wants one of more types a letter first.
constexpr std::size_t max_listed_words = 40;

constexpr std::size_t max_needle_bytes = 200;  // of a search

std::string list_of(const std::vector<std::string>& words) {
  std::string list;
  for (std::size_t i = 0; i < std::min(words.size(), max_listed_words); ++i) list += "  " + words[i];
  if (words.size() > max_listed_words)
    list += "  and " + std::to_string(words.size() - max_listed_words) + " more";
  return list;
}

}  // namespace

/// True when something is to be drawn.
bool LineEditor::edit(const Key& key) {
  switch (key.action) {
    case Action::ignore:
    case Action::cancel:
    case Action::focus_here:
    case Action::focus_lost:
      return false;
    case Action::insert:
      insert(key.text);
      break;
    case Action::paste:
      take_paste(key);
      break;
    case Action::enter:
      finish(line_.text());
      break;
    case Action::new_line:
      insert("\n");
      break;
    case Action::left:
      line_.left();
      break;
    case Action::right:
      line_.right();
      break;
    case Action::word_left:
      line_.word_left();
      break;
    case Action::word_right:
      line_.word_right();
      break;
    case Action::home:
      line_.home();
      break;
    case Action::end:
      line_.end();
      break;
    case Action::up:
    case Action::down:
      go_through_history(key.action == Action::up);
      break;
    case Action::erase_before:
      line_.erase_before();
      break;
    case Action::erase_behind:
      line_.erase_behind();
      break;
    case Action::erase_or_end:
      if (line_.empty())
        ended_ = true;
      else
        line_.erase_behind();
      break;
    case Action::erase_word_before:
      line_.erase_word_before();
      break;
    case Action::erase_blank_word_before:
      line_.erase_blank_word_before();
      break;
    case Action::erase_word_behind:
      line_.erase_word_behind();
      break;
    case Action::erase_to_end:
      line_.erase_to_end();
      break;
    case Action::erase_to_beginning:
      line_.erase_to_beginning();
      break;
    case Action::put_back:
      if (!line_.put_back()) area_.ring();
      break;
    case Action::complete:
      complete();
      break;
    case Action::search:
      mode_ = Mode::search;
      needle_.clear();
      found_.reset();
      break;
    case Action::clear_screen:
      area_.clear_screen();
      break;
  }
  return true;
}

void LineEditor::finish(std::string line) {
  line_.clear();
  history_index_.reset();
  finished_ = std::move(line);
}

void LineEditor::insert(std::string_view text) {
  if (!line_.insert(text)) area_.ring();
}

/// The line that is new is kept while older ones are looked at.
void LineEditor::go_through_history(bool older) {
  const std::size_t newest = history_.size();
  const std::size_t index = history_index_.value_or(newest);
  if (older ? index == 0 : index == newest) return area_.ring();
  if (index == newest) new_line_ = line_.text();
  const std::size_t next = older ? index - 1 : index + 1;
  history_index_ = next == newest ? std::nullopt : std::optional(next);
  line_.set(next == newest ? new_line_ : history_.at(next));
}

/// Each press finds an older line; Enter takes the line that is shown and sends nothing.
void LineEditor::search(const Key& key) {
  const std::size_t newest = history_.size();
  switch (key.action) {
    case Action::ignore:
      return;
    case Action::insert:
    case Action::paste:
      if (needle_.size() + key.text.size() > max_needle_bytes || key.text.find('\n') != std::string::npos)
        return area_.ring();
      needle_ += key.text;
      found_ = history_.find(needle_, found_ ? *found_ + 1 : newest);
      return;
    case Action::erase_before: {
      LineBuffer needle;
      needle.set(needle_);
      needle.erase_before();
      needle_ = needle.text();
      found_ = needle_.empty() ? std::nullopt : history_.find(needle_, newest);
      return;
    }
    case Action::search:
      if (const auto next = history_.find(needle_, found_.value_or(newest)); next && !needle_.empty())
        found_ = next;
      else
        area_.ring();
      return;
    case Action::cancel:
    case Action::erase_or_end:
      mode_ = Mode::edit;
      return;
    default:
      break;
  }
  mode_ = Mode::edit;
  if (found_) {
    line_.set(history_.at(*found_));
    history_index_.reset();
  }
  // Any other key does what it always does, with the line that was found.
  if (key.action != Action::enter) (void)edit(key);
}

void LineEditor::complete() {
  const auto step = completion_.complete(line_.before_cursor(), completer_);
  if (step.word.empty()) return area_.ring();
  std::string_view word = step.word;
  const bool blank_follows =
      word.ends_with(' ') && std::string_view(line_.text()).substr(line_.cursor()).starts_with(' ');
  if (blank_follows) word.remove_suffix(1);
  if (!line_.replace(step.begin, word)) return area_.ring();
  if (blank_follows) line_.right();
  if (!step.listed.empty()) area_.print(list_of(step.listed));
}

void LineEditor::take_paste(const Key& key) {
  std::string_view text = key.text;
  if (key.too_long) {
    area_.print("  nothing was pasted: it has more than " + std::to_string(KeyDecoder::max_paste_bytes) +
                " bytes; send it in parts");
    return;
  }
  // The line end behind the last line is the way it was copied.
  if (text.ends_with('\n')) text.remove_suffix(1);
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  if (lines <= max_quiet_paste_lines) return insert(text);
  LineBuffer whole = line_;
  if (!whole.insert(text)) return area_.ring();
  auto question = paste_question_(whole.text(), lines);
  if (!question) return;
  mode_ = Mode::question;
  question_ = std::move(*question);
  asked_about_ = whole.text();
}

void LineEditor::answer(const Key& key) {
  // A paste is no answer.
  if (key.action == Action::paste) return area_.ring();
  const bool yes = key.action == Action::enter || key.text.starts_with('y') || key.text.starts_with('Y');
  const bool no = key.action == Action::cancel || key.action == Action::erase_or_end ||
                  key.text.starts_with('n') || key.text.starts_with('N');
  if (!yes && !no) return area_.ring();
  mode_ = Mode::edit;
  if (yes) finish(std::exchange(asked_about_, {}));
}

}  // namespace parley::client
