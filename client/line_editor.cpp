#include "client/line_editor.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "client/wide_text.hpp"

namespace parley::client {
namespace {

constexpr int history_lines = 500;
constexpr std::size_t usual_columns = 80;  // where the terminal does not tell

sigset_t handled_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGTSTP, SIGCONT})
    sigaddset(&set, number);
  return set;
}

int open_signals() {
  const sigset_t set = handled_signals();
  return ::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

std::size_t terminal_columns() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual_columns;
  return size.ws_col;
}

}  // namespace

bool LineEditor::has_escape_sequences() {
  const char* const terminal = std::getenv("TERM");
  return terminal != nullptr && *terminal != '\0' && std::string_view(terminal) != "dumb";
}

LineEditor::LineEditor(Source source, Completer completer)
    : source_(std::move(source)),
      completer_(std::move(completer)),
      signals_(open_signals()),
      edit_line_(el_init("parley", stdin, stdout, stderr)),
      history_(history_winit()),
      can_move_(has_escape_sequences()) {
  if (!edit_line_ || !history_ || !signals_) throw std::runtime_error("the terminal cannot be set up");
  (void)::tcgetattr(STDIN_FILENO, &modes_before_);
  EditLine* const edit = edit_line_.get();
  HistEventW event;
  history_w(history_.get(), &event, H_SETSIZE, history_lines);
  history_w(history_.get(), &event, H_SETUNIQUE, 1);
  el_wset(edit, EL_HIST, history_w, history_.get());
  el_set(edit, EL_CLIENTDATA, this);
  el_set(edit, EL_EDITOR, "emacs");
  el_set(edit, EL_SIGNAL, 0);
  el_set(edit, EL_PROMPT_ESC, &LineEditor::prompt, invisible);
  el_set(edit, EL_GETCFN, &LineEditor::next_character);
  el_source(edit, nullptr);  // the user's own key bindings
  // In its wide form: the other one leaks its copies of the names.
  el_wset(edit, EL_ADDFN, L"parley-complete", L"Complete @name", &LineEditor::on_tab);
  el_wset(edit, EL_ADDFN, L"parley-end", L"Delete a character, or leave", &LineEditor::on_end_of_file);
  el_set(edit, EL_BIND, "^I", "parley-complete", nullptr);
  el_set(edit, EL_BIND, "^D", "parley-end", nullptr);
}

LineEditor::~LineEditor() = default;

LineEditor::Session::Session(LineEditor& editor) : edit_line_(editor.edit_line_.get()) {
  const sigset_t set = handled_signals();
  pthread_sigmask(SIG_BLOCK, &set, &signals_before_);
  // libedit goes back to its mode for the caller after each line, and to its own after the prompt: keys typed
  // ahead would be echoed, Ctrl-D lost. So the two are alike here.
  el_set(edit_line_, EL_SETTY, "-x", "-icanon", "-echo", nullptr);
  el_set(edit_line_, EL_PREP_TERM, 1);
}

LineEditor::Session::~Session() {
  el_set(edit_line_, EL_SETTY, "-x", "icanon", "echo", nullptr);
  el_set(edit_line_, EL_PREP_TERM, 1);
  el_set(edit_line_, EL_PREP_TERM, 0);
  pthread_sigmask(SIG_SETMASK, &signals_before_, nullptr);
}

void LineEditor::set_prompt(std::string prompt, std::size_t columns) {
  prompt_ = std::move(prompt);
  prompt_columns_ = columns;
}

std::optional<std::string> LineEditor::read_line() {
  if (interrupted_) return std::nullopt;
  el_resize(edit_line_.get());
  editing_ = true;
  int length = 0;
  const wchar_t* const line = el_wgets(edit_line_.get(), &length);
  if (line == nullptr || length <= 0) {
    leave_line();
    editing_ = false;
    return std::nullopt;
  }
  editing_ = false;
  std::wstring_view text(line, static_cast<std::size_t>(length));
  if (text.ends_with(L'\n')) text.remove_suffix(1);
  return to_utf8(text);
}

void LineEditor::remember(const std::string& line) {
  HistEventW event;
  history_w(history_.get(), &event, H_ENTER, to_wide(line).c_str());
}

void LineEditor::print_above(std::string_view text) {
  if (editing_) erase();
  write(std::string(text) + "\r\n");
  if (editing_) redraw();
}

/// Takes prompt and line off the screen; the cursor is where the prompt began.
void LineEditor::erase() {
  if (!can_move_) return write("\r\n");
  const auto cursor = position_of(el_wline(edit_line_.get())->cursor);
  std::string sequence = "\r";
  if (cursor.row > 0) sequence += "\x1b[" + std::to_string(cursor.row) + "A";
  write(sequence + "\x1b[J");
}

void LineEditor::redraw() {
  el_set(edit_line_.get(), EL_REFRESH);
}

/// Where the cursor would stand in front of that place in the line.
Position LineEditor::position_of(const wchar_t* place) const {
  const LineInfoW* const line = el_wline(edit_line_.get());
  return position_after(prompt_columns_, {line->buffer, static_cast<std::size_t>(place - line->buffer)},
                        terminal_columns(), place < line->lastchar ? *place : L'\0');
}

/// Puts the cursor below all that is typed.
void LineEditor::leave_line() {
  const LineInfoW* const line = el_wline(edit_line_.get());
  std::string sequence;
  const auto rows_below = position_of(line->lastchar).row - position_of(line->cursor).row;
  if (can_move_ && rows_below > 0) sequence = "\x1b[" + std::to_string(rows_below) + "B";
  write(sequence + "\r\n");
}

void LineEditor::write(std::string_view text) {
  (void)std::fwrite(text.data(), 1, text.size(), stdout);
  (void)std::fflush(stdout);
}

bool LineEditor::is_empty() const {
  const LineInfoW* const line = el_wline(edit_line_.get());
  return line->buffer == line->lastchar;
}

/// False when the line is to be left.
bool LineEditor::wait_for_key() {
  while (!interrupted_) {
    const auto deadline = source_.deadline();
    std::array<pollfd, 3> fds{
        {{STDIN_FILENO, POLLIN, 0}, {source_.fd, POLLIN, 0}, {signals_.get(), POLLIN, 0}}};
    const int ready = ::poll(fds.data(), fds.size(), poll_timeout_ms(deadline));
    if (ready < 0) continue;
    if (fds[2].revents != 0) on_signal();
    if (fds[1].revents != 0 || (deadline && Clock::now() >= *deadline)) source_.on_ready();
    if (fds[0].revents != 0 && !interrupted_) return true;
  }
  return false;
}

void LineEditor::on_signal() {
  signalfd_siginfo info{};
  if (::read(signals_.get(), &info, sizeof info) != sizeof info) return;
  switch (info.ssi_signo) {
    case SIGWINCH:
      // The terminal has wrapped the line anew at its new width.
      erase();
      el_resize(edit_line_.get());
      return redraw();
    case SIGTSTP:
      leave_line();
      return suspend();
    case SIGCONT:  // whoever ran meanwhile may have set the terminal otherwise
      el_set(edit_line_.get(), EL_PREP_TERM, 0);
      el_set(edit_line_.get(), EL_PREP_TERM, 1);
      return redraw();
    case SIGINT:
      if (!is_empty()) return clear_line();
      [[fallthrough]];
    default:
      interrupted_ = true;
  }
}

void LineEditor::suspend() {
  termios own{};
  (void)::tcgetattr(STDIN_FILENO, &own);
  (void)::tcsetattr(STDIN_FILENO, TCSADRAIN, &modes_before_);
  (void)::raise(SIGSTOP);
  (void)::tcsetattr(STDIN_FILENO, TCSADRAIN, &own);
}

void LineEditor::clear_line() {
  erase();
  const LineInfoW* const line = el_wline(edit_line_.get());
  const auto length = static_cast<int>(line->lastchar - line->buffer);
  el_cursor(edit_line_.get(), static_cast<int>(line->lastchar - line->cursor));
  el_deletestr(edit_line_.get(), length);
  redraw();
}

LineEditor& LineEditor::self(EditLine* edit_line) {
  void* data = nullptr;
  el_get(edit_line, EL_CLIENTDATA, &data);
  return *static_cast<LineEditor*>(data);
}

char* LineEditor::prompt(EditLine* edit_line) {
  return self(edit_line).prompt_.data();
}

/// libedit's source of keys: 1 and a character, or 0 at the end.
int LineEditor::next_character(EditLine* edit_line, wchar_t* character) {
  LineEditor& editor = self(edit_line);
  while (editor.wait_for_key()) {
    char byte = 0;
    const auto count = ::read(STDIN_FILENO, &byte, 1);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count <= 0) return 0;
    const std::size_t length = std::mbrtowc(character, &byte, 1, &editor.decoder_);
    if (length == 0 || length == 1) return 1;  // 0: a NUL
    if (length == static_cast<std::size_t>(-1)) editor.decoder_ = {};
  }
  return 0;
}

unsigned char LineEditor::on_tab(EditLine* edit_line, int) {
  return self(edit_line).complete();
}

unsigned char LineEditor::complete() {
  const LineInfoW* const line = el_wline(edit_line_.get());
  const std::wstring_view before(line->buffer, static_cast<std::size_t>(line->cursor - line->buffer));
  const std::string typed = to_utf8(before);
  std::string completed = completer_(typed);
  if (completed == typed) return CC_ERROR;
  const bool blank_follows = line->cursor < line->lastchar && *line->cursor == L' ';
  if (blank_follows && completed.ends_with(' ')) completed.pop_back();
  el_deletestr(edit_line_.get(), static_cast<int>(before.size()));
  el_winsertstr(edit_line_.get(), to_wide(completed).c_str());
  return CC_REFRESH;
}

unsigned char LineEditor::on_end_of_file(EditLine* edit_line, int) {
  if (self(edit_line).is_empty()) return CC_EOF;
  const LineInfoW* const line = el_wline(edit_line);
  if (line->cursor == line->lastchar) return CC_ERROR;
  el_cursor(edit_line, 1);
  el_deletestr(edit_line, 1);
  return CC_REFRESH;
}

}  // namespace parley::client
