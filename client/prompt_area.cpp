#include "client/prompt_area.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "client/graphemes.hpp"

namespace parley::client {
namespace {

struct Size {
  std::size_t rows = 24;  // where the terminal does not tell
  std::size_t columns = 80;
};

Size terminal_size() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return {};
  return {size.ws_row, size.ws_col};
}

std::string move(std::size_t count, char direction) {
  return count == 0 ? "" : "\x1b[" + std::to_string(count) + direction;
}

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

/// Somebody wants parley to end, and the signal waits until its events are looked at.
bool is_told_to_end() {
  sigset_t pending;
  sigemptyset(&pending);
  (void)::sigpending(&pending);
  return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGHUP) == 1;
}

// Between two looks whether parley is to end, while the terminal takes nothing.
constexpr int look_every_ms = 100;

/// Of a text parted by "\r\n".
template <typename Do>
void for_each_line(std::string_view text, Do&& act) {
  for (;;) {
    const auto end = text.find("\r\n");
    act(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 2);
  }
}

}  // namespace

PromptArea::PromptArea(const TerminalType& type, const TerminalCharset& charset)
    : type_(type),
      charset_(charset),
      own_output_(::open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) {}

void PromptArea::draw(std::string_view prompt, const std::string& line, std::size_t cursor) {
  follow_width();
  if (!append(prompt, line, cursor)) {
    const std::size_t columns = terminal_size().columns;
    const std::size_t used = usable(columns);
    if (type_.can_move)
      draw_rows(lay_out(prompt, line, cursor, used, gutter()));
    else
      draw_one_row(prompt, line, cursor, used);
    drawn_.terminal_columns = columns;
    drawn_.prompt = prompt;
    drawn_.is_whole = drawn_.is_whole && drawn_.rows == 1;
  }
  drawn_.line = line;
  drawn_.at_end = cursor == line.size();
}

/// A full row would make some terminals begin the next one too early.
std::size_t PromptArea::usable(std::size_t columns) const {
  return type_.can_move && type_.wraps_late ? columns : std::max<std::size_t>(columns, 2) - 1;
}

/// What is usual: a character more at the end. False when there is more to do.
bool PromptArea::append(std::string_view prompt, const std::string& line, std::size_t cursor) {
  if (drawn_.rows == 0 || !drawn_.at_end || cursor != line.size() || !line.starts_with(drawn_.line) ||
      prompt != drawn_.prompt || !is_plain(line))
    return false;
  const std::string_view added = std::string_view(line).substr(drawn_.line.size());
  if (drawn_.columns + added.size() + 1 >= drawn_.terminal_columns) return false;
  pending_ += added;
  drawn_.columns += added.size();
  return true;
}

void PromptArea::draw_rows(const Layout& layout) {
  // A line that is higher than the screen is seen around its cursor.
  const std::size_t height = terminal_size().rows;
  const std::size_t top = layout.cursor.row < height ? 0 : layout.cursor.row - height + 1;
  const std::size_t end = std::min(layout.rows.size(), top + height);
  pending_ += "\r" + move(drawn_.cursor_row, 'A');
  for (std::size_t i = top; i < end; ++i) {
    const bool is_last = i + 1 == end;
    const bool is_full = i + 1 < layout.rows.size() && layout.rows[i + 1].wrapped;
    pending_ += layout.rows[i].text;
    if (!is_full) pending_ += is_last ? "\x1b[J" : "\x1b[K";
    if (!is_last) pending_ += "\r\n";
  }
  drawn_.rows = end - top;
  drawn_.cursor_row = layout.cursor.row - top;
  drawn_.columns = layout.rows[end - 1].columns;
  drawn_.is_whole = true;
  if (layout.cursor.row + 1 == end && layout.cursor.column == drawn_.columns) return;
  pending_ += move(end - 1 - layout.cursor.row, 'A') + "\r";
  // Where the width is not sure, the terminal counts what stands before the cursor itself.
  const Row& row = layout.rows[layout.cursor.row];
  pending_ += row.joined ? row.text.substr(0, layout.cursor_bytes) : move(layout.cursor.column, 'C');
}

void PromptArea::draw_one_row(std::string_view prompt, const std::string& line, std::size_t cursor,
                              std::size_t columns) {
  std::string text(prompt);
  text += line;
  std::ranges::replace(text, '\n', '|');
  std::ranges::replace(text, '\t', ' ');
  const std::size_t cursor_at = prompt.size() + cursor;
  std::size_t begin = 0;
  std::size_t before = column_count(std::string_view(text).substr(0, cursor_at));
  while (before >= columns && begin < cursor_at) {
    const std::size_t length = cluster_length(std::string_view(text).substr(begin));
    before -= std::min(before, cluster_columns(std::string_view(text).substr(begin, length)));
    begin += length;
  }
  std::size_t end = cursor_at;
  std::size_t shown = before;
  while (end < text.size()) {
    const std::size_t length = cluster_length(std::string_view(text).substr(end));
    const std::size_t width = cluster_columns(std::string_view(text).substr(end, length));
    if (shown + width > columns) break;
    shown += width;
    end += length;
  }
  const std::string left = text.substr(begin, cursor_at - begin);
  pending_ += "\r" + left + text.substr(cursor_at, end - cursor_at);
  if (drawn_.columns > shown) pending_ += std::string(drawn_.columns - shown, ' ');
  if (drawn_.columns > shown || end > cursor_at) pending_ += "\r" + left;
  drawn_.rows = 1;
  drawn_.columns = shown;
  drawn_.is_whole = begin == 0 && end == text.size() && line.find('\n') == std::string::npos;
}

void PromptArea::erase() {
  if (drawn_.rows == 0) return;
  if (type_.can_move)
    pending_ += "\r" + move(drawn_.cursor_row, 'A') + "\x1b[J";
  else
    pending_ += "\r" + std::string(drawn_.columns, ' ') + "\r";
  drawn_ = {};
}

void PromptArea::finish(std::string_view prompt, std::string_view line) {
  follow_width();
  std::string text(prompt);
  for (const char c : line) {
    if (c == '\n')
      text.append("\r\n").append(gutter());
    else
      text += c;
  }
  if (drawn_.is_whole && drawn_.line == line && drawn_.prompt == prompt) {
    pending_ += "\r\n";
    drawn_ = {};
    return keep(text);
  }
  // In one piece, so that the terminal wraps it at any width that it will have.
  print(text);
}

void PromptArea::print(std::string_view text, Wrap wrap) {
  follow_width();
  erase();
  const std::size_t columns = terminal_size().columns;
  for_each_line(text, [&](std::string_view line) {
    pending_ += in_rows(line, wrap, columns) + "\r\n";
    keep(line, wrap);
  });
}

std::string PromptArea::in_rows(std::string_view line, Wrap wrap, std::size_t columns) const {
  return wrap == Wrap::anywhere ? std::string(line) : wrap_at_blanks(line, usable(columns));
}

void PromptArea::keep(std::string_view line, Wrap wrap) {
  const std::size_t columns = terminal_size().columns;
  if (std::exchange(sure_columns_, columns) != columns) sure_lines_ = 0;
  ++sure_lines_;
  ++printed_lines_;
  kept_.push_back({std::string(line), wrap});
  kept_bytes_ += line.size();
  while (kept_.size() > max_kept_lines || (kept_bytes_ > max_kept_bytes && kept_.size() > 1)) {
    kept_bytes_ -= kept_.front().text.size();
    kept_.pop_front();
  }
  sure_lines_ = std::min(sure_lines_, kept_.size());
}

void PromptArea::drop_newest() {
  kept_bytes_ -= kept_.back().text.size();
  kept_.pop_back();
  --sure_lines_;
  --printed_lines_;
}

bool PromptArea::replace_last(std::size_t lines, std::string_view text) {
  follow_width();
  const Size size = terminal_size();
  if (!type_.can_move || !type_.wraps_late || lines > sure_lines_ || sure_columns_ != size.columns)
    return false;
  std::size_t rows = 0;
  for (std::size_t i = kept_.size() - lines; i < kept_.size(); ++i) {
    const auto count = sure_row_count(kept_[i].text, size.columns);
    if (!count || kept_[i].wrap != Wrap::anywhere) return false;
    rows += *count;
  }
  // All of them are on the screen, above the row where the cursor is.
  if (rows + std::max<std::size_t>(drawn_.rows, 1) > size.rows) return false;
  erase();
  pending_ += move(rows, 'A') + "\x1b[J";
  for (std::size_t i = 0; i < lines; ++i) drop_newest();
  print(text);
  return true;
}

/// Keys and messages may come between a change of the window and the signal that tells of it.
void PromptArea::follow_width() {
  if (drawn_.rows > 0 && terminal_size().columns != drawn_.terminal_columns) resize();
}

void PromptArea::restart() {
  drawn_ = {};
  sure_lines_ = 0;
}

void PromptArea::resize() {
  sure_lines_ = 0;
  if (drawn_.rows == 0) return;
  const std::size_t columns = terminal_size().columns;
  // A single row is where it was. What becomes of several, each terminal has its own way.
  const bool is_in_place = drawn_.rows == 1 && drawn_.columns < std::min(columns, drawn_.terminal_columns);
  if (is_in_place || columns == drawn_.terminal_columns || !type_.can_move) return erase();
  print_screen();
}

/// The screen anew, as it would be had it always had this width.
void PromptArea::print_screen() {
  const Size size = terminal_size();
  std::size_t rows = std::max<std::size_t>(drawn_.rows, 1);
  auto first = kept_.end();
  while (first != kept_.begin()) {
    for_each_line(in_rows(std::prev(first)->text, std::prev(first)->wrap, size.columns),
                  [&](std::string_view line) { rows += row_count(line, size.columns); });
    if (rows > size.rows) break;
    --first;
  }
  pending_ += "\x1b[H\x1b[J";
  for (; first != kept_.end(); ++first) pending_ += in_rows(first->text, first->wrap, size.columns) + "\r\n";
  drawn_ = {};
}

void PromptArea::clear_screen() {
  if (!type_.can_move) return erase();
  pending_ += "\x1b[H\x1b[2J";
  drawn_ = {};
  kept_.clear();
  kept_bytes_ = sure_lines_ = 0;
}

void PromptArea::set_mode(std::string_view sequence) {
  if (type_.can_move) pending_ += sequence;
}

void PromptArea::flush() {
  const std::string encoded = charset_.encode(pending_);
  pending_.clear();
  std::string_view rest = encoded;
  const int output_fd = own_output_ ? own_output_.get() : STDOUT_FILENO;
  while (!rest.empty()) {
    const auto count = ::write(output_fd, rest.data(), rest.size());
    if (count > 0) {
      rest.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      is_ending_ = is_ending_ || is_told_to_end();
      if (is_ending_ && looks_left_ == 0) return;
      if (is_ending_) --looks_left_;
      pollfd output{output_fd, POLLOUT, 0};
      (void)::poll(&output, 1, look_every_ms);
    } else if (errno != EINTR) {
      return;  // the terminal is gone, and a hangup tells of it
    }
  }
}

}  // namespace parley::client
