#include "client/pipe_mode.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <optional>
#include <string_view>
#include <system_error>

#include "base/output.hpp"
#include "client/conversation.hpp"
#include "client/input_line.hpp"
#include "client/line_reader.hpp"
#include "client/pipe_output.hpp"
#include "protocol/text.hpp"
#include "protocol/user_name.hpp"

namespace parley::client {
namespace {

// What editors of other systems write before the first line and behind each.
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::string_view carriage_return = "\r";

// "@", a name, a blank and a message, each as long as it may be: any longer line is wrong.
constexpr std::size_t max_input_line_bytes =
    byte_order_mark.size() + 1 + max_name_bytes + 1 + max_message_bytes + carriage_return.size();

/// One run of parley in a pipe. Belongs to one thread.
class PipeMode {
 public:
  explicit PipeMode(const Options& options) : options_(options), conversation_(options, false) {}

  ExitCode run();

 private:
  void print(std::string_view line);
  void lose_output(const std::string& why);
  void show_events(std::size_t limit = events_per_turn);
  void show(const ClientEvent& event);
  bool wants_line() const { return conversation_.is_registered() && conversation_.is_all_answered(); }
  bool take_line();
  bool is_done() const;
  void wait();
  void read_input();
  ExitCode exit_code() const;

  const Options& options_;
  Conversation conversation_;
  LineReader lines_{max_input_line_bytes};
  std::size_t line_number_ = 0;
  bool input_open_ = true;
  bool output_open_ = true;
  bool is_refused_ = false;
  bool had_invalid_line_ = false;
  std::optional<Deadline> linger_end_;  // set at the end of input, when all is answered
};

ExitCode PipeMode::run() {
  conversation_.sign_on(options_.name, options_.password);
  for (;;) {
    show_events();
    if (is_done()) break;
    if (!take_line()) wait();
  }
  conversation_.leave();
  show_events(std::numeric_limits<std::size_t>::max());  // what was acknowledged is shown
  return exit_code();
}

ExitCode PipeMode::exit_code() const {
  if (is_refused_ || conversation_.is_dismissed()) return ExitCode::refused;
  if (conversation_.is_lost()) return ExitCode::lost;
  const bool all_sent = !conversation_.has_failed() && !had_invalid_line_ && output_open_;
  return all_sent ? ExitCode::all_sent : ExitCode::not_delivered;
}

/// One write for a line, so that lines of several programs in one file do not mix.
void PipeMode::print(std::string_view line) {
  while (output_open_ && !line.empty()) {
    const auto written = ::write(STDOUT_FILENO, line.data(), line.size());
    if (written >= 0) {
      line.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd output{STDOUT_FILENO, POLLOUT, 0};
      (void)::poll(&output, 1, -1);
    } else if (errno != EINTR) {
      lose_output(std::system_category().message(errno));
    }
  }
}

void PipeMode::lose_output(const std::string& why) {
  output_open_ = false;
  put_or_drop(STDERR_FILENO, "parley: standard output cannot be written: " + why + "\n");
}

void PipeMode::show_events(std::size_t limit) {
  for (std::size_t shown = 0; shown < limit && !conversation_.is_lost() && !is_refused_; ++shown) {
    const auto event = conversation_.next_event();
    if (!event) return;
    show(*event);
  }
}

void PipeMode::show(const ClientEvent& event) {
  if (const auto* refused = std::get_if<Refused>(&event)) {
    is_refused_ = true;
    print(refused_line(options_.name, *refused));
  }
  if (const auto* server = std::get_if<NewServer>(&event))
    put_or_drop(STDERR_FILENO, "parley: " + visible(server->text) + "\n");
  print(event_line(event));
  const auto* registered = std::get_if<Registered>(&event);
  if (registered != nullptr && registered->name != options_.name)
    print(event_line(Strange{"the server has registered another name than " + options_.name}));
}

/// Sends or refuses the next input line, if there is one and its turn has come.
bool PipeMode::take_line() {
  if (!wants_line()) return false;
  const auto line = lines_.next();
  if (!line) return false;
  ++line_number_;
  std::string_view text = line->text;
  if (line_number_ == 1 && text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (text.ends_with(carriage_return)) text.remove_suffix(carriage_return.size());
  const auto meaning = line->too_long ? InputLine(Invalid{"the line is too long; a message may have " +
                                                          std::to_string(max_message_bytes) + " bytes"})
                                      : parse_input_line(text);
  if (const auto* outgoing = std::get_if<Outgoing>(&meaning)) {
    conversation_.send({std::string(outgoing->recipient), std::string(outgoing->text)});
  } else if (const auto* invalid = std::get_if<Invalid>(&meaning)) {
    had_invalid_line_ = true;
    print(invalid_line(line_number_, invalid->hint));
  }
  return true;
}

bool PipeMode::is_done() const {
  if (is_refused_ || conversation_.is_lost() || !output_open_ || conversation_.has_enough()) return true;
  return conversation_.is_all_answered() && linger_end_ && Clock::now() >= *linger_end_;
}

void PipeMode::wait() {
  if (!input_open_ && wants_line() && !linger_end_) linger_end_ = Clock::now() + options_.linger;
  std::array<pollfd, 3> fds{{{conversation_.events_fd(), POLLIN, 0},
                             {STDOUT_FILENO, 0, 0},  // POLLERR: nobody reads what is printed
                             {input_open_ && wants_line() ? STDIN_FILENO : -1, POLLIN, 0}}};
  const auto deadline = earlier(conversation_.next_wake(), linger_end_);
  if (::poll(fds.data(), fds.size(), poll_timeout_ms(deadline)) < 0) return;
  if ((fds[1].revents & (POLLERR | POLLNVAL)) != 0) lose_output("nobody reads it any more");
  if (fds[2].revents != 0) read_input();
}

void PipeMode::read_input() {
  std::array<char, 16 * 1024> bytes;
  const auto count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
  if (count > 0) return lines_.feed({bytes.data(), static_cast<std::size_t>(count)});
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  lines_.finish();
  input_open_ = false;
}

}  // namespace

ExitCode run_pipe_mode(const Options& options) {
  return PipeMode(options).run();
}

}  // namespace parley::client
