#include "client/line_editor.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

namespace parley::client {
namespace {

constexpr std::string_view paste_mode_on = "\x1b[?2004h";
constexpr std::string_view paste_mode_off = "\x1b[?2004l";
constexpr std::string_view focus_mode_on = "\x1b[?1004h";
constexpr std::string_view focus_mode_off = "\x1b[?1004l";

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

bool has_passed(std::optional<Deadline> deadline) {
  return deadline && Clock::now() >= *deadline;
}

}  // namespace

LineEditor::LineEditor(const TerminalType& type, Source source, Completer completer,
                       PasteQuestion paste_question)
    : source_(std::move(source)),
      completer_(std::move(completer)),
      paste_question_(std::move(paste_question)),
      signals_(open_signals()),
      tells_focus_(type.tells_focus),
      area_(type, charset_) {
  if (!signals_) throw std::runtime_error("the terminal cannot be set up");
  (void)::tcgetattr(STDIN_FILENO, &modes_before_);
}

LineEditor::Session::Session(LineEditor& editor) : editor_(editor) {
  const sigset_t set = handled_signals();
  pthread_sigmask(SIG_BLOCK, &set, &signals_before_);
  editor_.enter_raw_mode();
}

LineEditor::Session::~Session() {
  editor_.set_modes(false);
  (void)::tcsetattr(STDIN_FILENO, TCSADRAIN, &editor_.modes_before_);
  pthread_sigmask(SIG_SETMASK, &signals_before_, nullptr);
}

void LineEditor::enter_raw_mode() {
  termios modes = modes_before_;
  modes.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | IEXTEN);
  modes.c_iflag &= ~static_cast<tcflag_t>(ICRNL | INLCR | IGNCR | ISTRIP);  // Enter and Ctrl-J are two keys
  modes.c_cc[VMIN] = 1;
  modes.c_cc[VTIME] = 0;
  (void)::tcsetattr(STDIN_FILENO, TCSADRAIN, &modes);
  // In what was typed before, the terminal has made an Enter a line feed.
  int waiting = 0;
  if (::ioctl(STDIN_FILENO, FIONREAD, &waiting) == 0 && waiting > 0) read_keys(TypedAhead::yes);
  set_modes(true);
}

void LineEditor::set_modes(bool on) {
  area_.set_mode(on ? paste_mode_on : paste_mode_off);
  if (tells_focus_) area_.set_mode(on ? focus_mode_on : focus_mode_off);
  area_.flush();
}

void LineEditor::put_sequences(std::string_view sequences) {
  if (sequences.empty()) return;
  area_.set_mode(sequences);
  area_.flush();
}

void LineEditor::set_prompt(std::string prompt) {
  prompt_ = std::move(prompt);
  draw_is_due_ = true;
}

std::optional<std::string> LineEditor::read_line() {
  if (interrupted_) return std::nullopt;
  editing_ = true;
  ended_ = false;
  draw();
  while (!finished_ && !ended_) {
    const auto key = next_key();
    if (!key) break;
    if (key->action == Action::focus_here || key->action == Action::focus_lost) {
      source_.on_sign(key->action == Action::focus_here ? UserSign::focus_here : UserSign::focus_lost);
      continue;
    }
    source_.on_sign(UserSign::key);
    if (act(*key) && !finished_ && !ended_) draw();
  }
  editing_ = false;
  if (!finished_) end_line();
  area_.flush();
  last_line_ = finished_.value_or("");
  return std::exchange(finished_, std::nullopt);
}

void LineEditor::keep_line() {
  area_.finish(prompt_, last_line_);
  area_.flush();
}

/// The line that is left, half typed or not, stays on the screen.
void LineEditor::end_line() {
  mode_ = Mode::edit;
  area_.finish(prompt_, line_.text());
}

void LineEditor::draw() {
  draw_is_due_ = false;
  switch (mode_) {
    case Mode::edit:
      area_.draw(prompt_, line_.text(), line_.cursor());
      break;
    case Mode::search:
      area_.draw("(search) " + needle_ + (found_ || needle_.empty() ? ": " : ": nothing has "),
                 found_ ? history_.at(*found_) : needle_,
                 found_ ? history_.at(*found_).size() : needle_.size());
      break;
    case Mode::question:
      area_.draw(question_, {}, 0);
  }
  area_.flush();
}

void LineEditor::print_above(std::string_view text, Wrap wrap) {
  area_.print(text, wrap);
  show_change();
}

bool LineEditor::replace_last(std::size_t lines, std::string_view text) {
  const bool is_done = area_.replace_last(lines, text);
  show_change();
  return is_done;
}

/// The line is drawn anew before keys are awaited: once for many lines that are printed above it.
void LineEditor::show_change() {
  draw_is_due_ = true;
  if (!editing_) area_.flush();
}

void LineEditor::clear_screen() {
  area_.clear_screen();
  show_change();
}

/// Waits for it; nullopt when the line is to be left.
std::optional<Key> LineEditor::next_key() {
  while (!interrupted_ && !ended_) {
    const bool takes_keys = source_.takes_lines();
    const auto key_deadline = takes_keys ? this->key_deadline() : std::nullopt;
    if (takes_keys) {
      if (auto key = keys_.next()) return key;
      if (!waiting_keys_.empty()) {
        keys_.feed(waiting_keys_.front());
        waiting_keys_.pop_front();
        continue;
      }
    }
    if (draw_is_due_) draw();
    // Keys that wait are read all the same, or the terminal would be full of them and keep Ctrl-C, too.
    const bool has_room = waiting_keys_.size() < max_waiting_reads;
    const auto deadline = source_.deadline();
    std::array<pollfd, 3> fds{
        {{has_room ? STDIN_FILENO : -1, POLLIN, 0}, {source_.fd, POLLIN, 0}, {signals_.get(), POLLIN, 0}}};
    if (::poll(fds.data(), fds.size(), poll_timeout_ms(earlier(deadline, key_deadline))) < 0) continue;
    if (fds[2].revents != 0) {
      on_signal();  // may have read the keys
      continue;
    }
    if (fds[1].revents != 0 || has_passed(deadline)) source_.on_ready();
    // What has come while parley stood still, or keys waited, has not come too late.
    if (fds[0].revents != 0 && !interrupted_)
      read_keys(TypedAhead::no);
    else if (has_passed(key_deadline))
      keys_.give_up();
  }
  return std::nullopt;
}

/// When a key that has begun is over as it is.
std::optional<Deadline> LineEditor::key_deadline() const {
  const auto patience = keys_.patience();
  return patience ? std::optional(keys_came_at_ + *patience) : std::nullopt;
}

void LineEditor::read_keys(TypedAhead typed_ahead) {
  std::array<char, read_bytes> bytes;
  const auto count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count <= 0) {
    ended_ = is_terminal_gone_ = true;
    return;
  }
  if (typed_ahead == TypedAhead::yes) std::replace(bytes.begin(), bytes.begin() + count, '\n', '\r');
  waiting_keys_.push_back(charset_.decode({bytes.data(), static_cast<std::size_t>(count)}));
  keys_came_at_ = Clock::now();
}

void LineEditor::on_signal() {
  signalfd_siginfo info{};
  if (::read(signals_.get(), &info, sizeof info) != sizeof info) return;
  switch (info.ssi_signo) {
    case SIGWINCH:
      area_.resize();
      return draw();
    case SIGTSTP:
      return suspend();
    case SIGCONT:
      return take_terminal_back();
    case SIGINT:
      waiting_keys_.clear();
      if (mode_ != Mode::edit) {
        (void)act({Action::cancel});
        return draw();
      }
      if (!line_.empty()) {
        line_.clear();
        history_index_.reset();
        return draw();
      }
      interrupted_ = true;
      return;
    case SIGHUP:
      is_terminal_gone_ = true;
      [[fallthrough]];
    default:
      area_.begin_to_end();
      interrupted_ = true;
  }
}

void LineEditor::suspend() {
  source_.on_sign(UserSign::suspended);
  area_.finish(prompt_, line_.text());
  set_modes(false);
  (void)::tcsetattr(STDIN_FILENO, TCSADRAIN, &modes_before_);
  // Not SIGSTOP: without a shell behind parley nobody could wake it again, and this does nothing then.
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
  (void)::raise(SIGTSTP);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  sigset_t pending;
  sigemptyset(&pending);
  (void)::sigpending(&pending);
  if (sigismember(&pending, SIGCONT) == 0) take_terminal_back();
}

/// Whoever had it meanwhile may have set it otherwise, and written to it.
void LineEditor::take_terminal_back() {
  enter_raw_mode();
  area_.restart();
  draw();
}

/// True when something is to be drawn.
bool LineEditor::act(const Key& key) {
  switch (mode_) {
    case Mode::edit:
      return edit(key);
    case Mode::search:
      search(key);
      return true;
    case Mode::question:
      answer(key);
      return true;
  }
  return true;
}

}  // namespace parley::client
