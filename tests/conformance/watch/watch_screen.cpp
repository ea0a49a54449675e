#include "tests/conformance/watch/watch_screen.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "protocol/text.hpp"
#include "tests/conformance/command/selection.hpp"
#include "tests/conformance/report/report.hpp"
#include "tests/conformance/report/report_text.hpp"

namespace parley::conform {
namespace {

constexpr std::size_t least_columns = 20;
constexpr std::size_t least_rows = 6;
constexpr std::size_t most_columns = 500;
constexpr std::size_t most_rows = 500;
constexpr std::size_t rows_for_all_causes = 36;
constexpr std::size_t causes_on_a_low_screen = 2;
constexpr std::size_t least_exchange_rows = 5;
// A terminal that says it has room takes so much without waiting.
constexpr std::size_t written_at_once = 256;
constexpr int writing_time_ms = 1'000;

// Other screen, no cursor, no wrapping; and the other way round.
constexpr std::string_view begin_screen = "\x1b[?1049h\x1b[?25l\x1b[?7l";
constexpr std::string_view end_screen = "\x1b[?7h\x1b[?25h\x1b[?1049l";

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// Its first columns, with a mark when there are more.
std::string clipped(std::string_view text, std::size_t columns) {
  if (width_of(text) <= columns) return std::string(text);
  std::string out;
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = std::max<std::size_t>(1, utf8_sequence_length(text.substr(at)));
    if (++width == columns) break;
    out += text.substr(at, length);
    at += length;
  }
  return out + "\u2026";
}

std::size_t last_that_fit(std::size_t count, std::size_t room) {
  return count - std::min(count, room);
}

/// "4.2"
std::string tenths_text(std::chrono::milliseconds time) {
  const std::string text = seconds_text(time);
  return text.substr(0, text.size() - 2);
}

void write_to_terminal(std::string_view text) {
  pollfd room{STDOUT_FILENO, POLLOUT, 0};
  while (!text.empty() && ::poll(&room, 1, writing_time_ms) == 1 && (room.revents & POLLOUT) != 0) {
    const ssize_t count = ::write(STDOUT_FILENO, text.data(), std::min(text.size(), written_at_once));
    if (count < 0 && errno != EINTR) return;
    if (count > 0) text.remove_prefix(static_cast<std::size_t>(count));
  }
}

/// A screen that is filled from its top.
class Canvas {
 public:
  Canvas(std::size_t columns, std::size_t rows, bool is_coloured)
      : columns_(columns), rows_(rows), palette_(is_coloured ? colour : no_colour) {}

  const Palette& palette() const { return palette_; }
  std::size_t left() const { return rows_ - std::min(rows_, lines_.size()); }
  void add(std::string_view text, std::string_view style = {}) {
    if (left() > 0)
      lines_.push_back(std::string(style) + clipped(text, columns_) +
                       std::string(style.empty() ? "" : palette_.reset));
  }
  /// In as many lines as it takes; all but the first are indented.
  void add_filled(const std::string& text, std::size_t indent, std::string_view style = {}) {
    const std::string first(text.substr(0, std::min(text.find_first_not_of(' '), text.size())));
    std::string all = first + filled(text.substr(first.size()), columns_ - indent - 1, indent);
    for (std::size_t end = 0; !all.empty(); all.erase(0, end == std::string::npos ? end : end + 1)) {
      end = all.find('\n');
      add(all.substr(0, end), style);
    }
  }
  std::vector<std::string> take(std::string_view last_line) {
    lines_.resize(rows_);
    lines_.push_back(std::string(palette_.faint) + clipped(last_line, columns_) +
                     std::string(palette_.reset));
    return std::move(lines_);
  }

 private:
  const std::size_t columns_;
  const std::size_t rows_;  // without the last
  const Palette& palette_;
  std::vector<std::string> lines_;
};

std::string counted(std::size_t count, std::string_view one, std::string_view more) {
  return std::to_string(count) + ' ' + std::string(count == 1 ? one : more);
}

void add_verdict(Canvas& canvas, const WatchView& view, const RunSummary& last) {
  const Palette& palette = canvas.palette();
  const std::size_t failed = last.to_mend.size();
  if (!last.problem.empty()) {
    canvas.add_filled("! " + last.problem, 2, palette.bad);
  } else if (view.tried_before > 0 && last.is_all_right()) {
    canvas.add("\u2713 What did not pass does now; everything is tried again", palette.good);
  } else if (view.tried_before > 0) {
    const std::size_t left = failed + last.untried.size();
    canvas.add_filled("\u2717 " + counted(left, "case", "cases") + " left to mend, of " +
                          std::to_string(view.tried_before) +
                          " that did not pass. When they all do, everything is tried again.",
                      2, palette.bad);
  } else if (failed > 0) {
    canvas.add_filled("\u2717 " + counted(failed, "case fails", "cases fail") + ", " +
                          std::to_string(last.untried.size()) + " could not be tried yet, " +
                          std::to_string(last.passed) + " passed",
                      2, palette.bad);
  } else if (!last.untried.empty()) {
    canvas.add("? " + counted(last.untried.size(), "case", "cases") + " could not be tried, " +
                   std::to_string(last.passed) + " passed",
               palette.warn);
  } else {
    canvas.add("\u2713 Everything passes: " + counted(last.passed, "case", "cases"), palette.good);
  }
  if (last.failed_mays > 0)
    canvas.add(
        "  " + counted(last.failed_mays, "case", "cases") + " of a MAY did not pass, which nobody has to",
        palette.faint);
}

void add_causes(Canvas& canvas, const RunSummary& last, std::size_t rows) {
  if (last.causes.empty() || last.to_mend.empty()) return;
  canvas.add("");
  canvas.add("Fix this first", canvas.palette().strong);
  const std::size_t most = rows < rows_for_all_causes ? causes_on_a_low_screen : last.causes.size();
  for (std::size_t i = 0; i < std::min(most, last.causes.size()); ++i) {
    canvas.add_filled("  " + std::to_string(i + 1) + ". " + last.causes[i].sentence, 5);
    canvas.add("     " + last.causes[i].cases, canvas.palette().faint);
  }
}

/// What fits of the first failure: what it shows, and the end of what went over the wire.
void add_failure(Canvas& canvas, const RunSummary& last) {
  if (last.failure.empty()) return;
  canvas.add("");
  canvas.add("FAIL  " + last.failure.front(), canvas.palette().strong);
  const std::size_t wanted = std::min(last.exchange.size(), least_exchange_rows) + 1;
  const std::size_t words = canvas.left() - std::min(canvas.left(), wanted);
  for (std::size_t i = 1; i < last.failure.size() && i <= words; ++i) canvas.add(last.failure[i]);
  const std::size_t room = canvas.left();
  if (room < 2) return;
  const std::size_t shown = std::min(last.exchange.size(), room - 1);
  const std::size_t before = last.exchange.size() - shown;
  canvas.add(
      "  What went over the wire" +
          (before == 0 ? std::string()
                       : "; the first " + counted(before, "line does", "lines do") + " not fit in here"),
      canvas.palette().faint);
  for (std::size_t i = before; i < last.exchange.size(); ++i) canvas.add("  " + last.exchange[i]);
}

}  // namespace

std::vector<std::string> watch_lines(const WatchView& view, std::size_t columns, std::size_t rows,
                                     bool is_coloured) {
  columns = std::clamp(columns, least_columns, most_columns);
  rows = std::clamp(rows, least_rows, most_rows);
  Canvas canvas(columns, rows - 1, is_coloured);
  const Palette& palette = canvas.palette();
  canvas.add(view.subject, palette.strong);
  if (!view.running.empty()) {
    std::string changed;
    for (const auto& file : view.changed)
      changed += (changed.empty() ? ", since these have changed: " : ", ") + file;
    canvas.add("Run " + std::to_string(view.runs) + ": " + view.running + changed, palette.warn);
  } else if (view.last) {
    canvas.add("Run " + std::to_string(view.runs) + " took " + tenths_text(view.last->duration) + " s");
  }
  if (!view.note.empty()) canvas.add_filled(view.note, 0, palette.warn);
  if (view.last) {
    canvas.add("");
    add_verdict(canvas, view, *view.last);
    for (std::size_t i = last_that_fit(view.last->printed.size(), canvas.left());
         i < view.last->printed.size(); ++i)
      canvas.add(view.last->printed[i]);
    add_causes(canvas, *view.last, rows);
    add_failure(canvas, *view.last);
  }
  return canvas.take("q leaves, Enter tries everything; watching " + view.folder);
}

WatchScreen::WatchScreen(bool is_coloured) : is_coloured_(is_coloured) {
  if (::isatty(STDOUT_FILENO) != 1)
    throw BadInput{"--watch draws on a terminal, and standard output is none; leave --watch out"};
  if (::isatty(STDIN_FILENO) == 1 && ::tcgetattr(STDIN_FILENO, &modes_) == 0) {
    keyboard_ = STDIN_FILENO;
    termios raw = modes_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
    raw.c_iflag &= ~static_cast<tcflag_t>(IXON);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  }
  write_to_terminal(begin_screen);
}

WatchScreen::~WatchScreen() {
  write_to_terminal(end_screen);
  if (keyboard_ >= 0) ::tcsetattr(keyboard_, TCSANOW, &modes_);
}

void WatchScreen::draw(const WatchView& view) {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
    size = {24, 80, 0, 0};
  std::string all = "\x1b[H";
  const auto lines = watch_lines(view, size.ws_col, size.ws_row, is_coloured_);
  for (std::size_t i = 0; i < lines.size(); ++i) all += (i == 0 ? "" : "\r\n") + lines[i] + "\x1b[K";
  write_to_terminal(all + "\x1b[J");
}

std::optional<char> WatchScreen::key() {
  char typed = '\0';
  const ssize_t count = ::read(keyboard_, &typed, 1);
  if (count == 1) return typed;
  pollfd look{keyboard_, POLLIN, 0};
  // With these modes a read of nothing tells no end.
  const bool is_gone = ::poll(&look, 1, 0) == 1 && (look.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
  if (is_gone) keyboard_ = -1;
  return is_gone ? std::optional('\0') : std::nullopt;
}

}  // namespace parley::conform
