#include "client/pipe_mode.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <optional>
#include <string_view>

#include "base/overloaded.hpp"
#include "client/input_line.hpp"
#include "client/line_reader.hpp"
#include "client/pipe_output.hpp"
#include "protocol/user_name.hpp"

namespace parley::client {
namespace {

// "@", a name, a blank and a message, each as long as it may be: any longer line is wrong.
constexpr std::size_t max_line_bytes = 1 + max_name_bytes + 1 + max_message_bytes;

std::optional<Deadline> earlier(std::optional<Deadline> left, std::optional<Deadline> right) {
  if (!left || !right) return left ? left : right;
  return std::min(*left, *right);
}

/// One run of parley in a pipe. Belongs to one thread.
class PipeMode {
 public:
  explicit PipeMode(const Options& options) : options_(options), client_(options.connection) {}

  ExitCode run();

 private:
  bool register_name();
  void print(std::string_view line);
  void show_events(std::size_t limit = events_per_turn);
  void show(const Event& event);
  bool take_line();
  bool is_done();
  void wait();
  void read_input();

  const Options& options_;
  Client client_;
  LineReader lines_{max_line_bytes};
  std::size_t line_number_ = 0;
  std::size_t messages_ = 0;
  bool input_open_ = true;
  bool output_open_ = true;
  bool lost_ = false;
  std::optional<Deadline> linger_end_;  // set at the end of input, when all is answered
  ExitCode exit_code_ = ExitCode::all_sent;
};

ExitCode PipeMode::run() {
  if (!register_name()) return exit_code_;
  for (;;) {
    show_events();
    if (lost_ || !output_open_ || is_done()) break;
    if (!take_line()) wait();
  }
  client_.leave();
  show_events(std::numeric_limits<std::size_t>::max());  // what was acknowledged is shown
  return exit_code_;
}

bool PipeMode::register_name() {
  if (const auto problem = name_problem(options_.name); !problem.empty()) {
    print(refused_line(options_.name, {0, problem}));
    exit_code_ = ExitCode::refused;
    return false;
  }
  return std::visit(
      Overloaded{
          [&](const Registered& registered) {
            print(registered_line(registered.name));
            if (registered.name != options_.name)
              print(event_line(Strange{"the server has registered another name than " + options_.name}));
            return true;
          },
          [&](const Refused& refused) {
            print(refused_line(options_.name, refused));
            exit_code_ = ExitCode::refused;
            return false;
          },
          [&](const Lost& lost) {
            print(event_line(lost));
            exit_code_ = ExitCode::lost;
            return false;
          },
      },
      client_.register_as(options_.name));
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
      output_open_ = false;
      if (exit_code_ == ExitCode::all_sent) exit_code_ = ExitCode::not_delivered;
    }
  }
}

void PipeMode::show_events(std::size_t limit) {
  for (std::size_t shown = 0; !lost_ && shown < limit; ++shown) {
    const auto event = client_.next_event();
    if (!event) return;
    show(*event);
  }
}

void PipeMode::show(const Event& event) {
  print(event_line(event));
  if (std::holds_alternative<Message>(event)) ++messages_;
  if (const auto* outcome = std::get_if<Outcome>(&event); outcome != nullptr && !outcome->delivered)
    exit_code_ = ExitCode::not_delivered;
  if (std::holds_alternative<Lost>(event)) {
    lost_ = true;
    exit_code_ = ExitCode::lost;
  }
}

/// Sends or refuses the next input line, if there is one and its turn has come.
bool PipeMode::take_line() {
  if (client_.waiting()) return false;
  const auto line = lines_.next();
  if (!line) return false;
  ++line_number_;
  const auto meaning = line->too_long ? InputLine(Invalid{"the line is too long; a message may have " +
                                                          std::to_string(max_message_bytes) + " bytes"})
                                      : parse_input_line(line->text, Commands::no);
  if (const auto* outgoing = std::get_if<Outgoing>(&meaning)) {
    client_.send(std::string(outgoing->recipient), outgoing->text);
  } else if (const auto* invalid = std::get_if<Invalid>(&meaning)) {
    exit_code_ = ExitCode::not_delivered;
    print(invalid_line(line_number_, invalid->hint));
  }
  return true;
}

bool PipeMode::is_done() {
  if (client_.waiting()) return false;
  if (options_.exit_after && messages_ >= *options_.exit_after) return true;
  return linger_end_ && Clock::now() >= *linger_end_;
}

void PipeMode::wait() {
  const bool wants_input = input_open_ && !client_.waiting();
  if (!input_open_ && !client_.waiting() && !linger_end_) linger_end_ = Clock::now() + options_.linger;
  std::array<pollfd, 3> fds{{{client_.events_fd(), POLLIN, 0},
                             {STDOUT_FILENO, 0, 0},  // POLLERR: nobody reads what is printed
                             {wants_input ? STDIN_FILENO : -1, POLLIN, 0}}};
  const auto deadline = earlier(client_.next_wake(), linger_end_);
  if (::poll(fds.data(), fds.size(), poll_timeout_ms(deadline)) < 0) return;
  if ((fds[1].revents & (POLLERR | POLLNVAL)) != 0) {
    output_open_ = false;
    if (exit_code_ == ExitCode::all_sent) exit_code_ = ExitCode::not_delivered;
  }
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
