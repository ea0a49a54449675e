#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "base/file_descriptor.hpp"
#include "tests/support/check.hpp"

namespace parley::test {

/// How a program ended: by itself with `code`, or by `signal` (then `code` is -1).
struct Exit {
  int code = -1;
  int signal = 0;
  bool operator==(const Exit&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Exit& exit);

/// Reads one pipe to its end on a thread of its own, so that the program behind it never blocks.
/// Its functions may be called from any thread.
class Capture {
 public:
  explicit Capture(FileDescriptor read_end);
  ~Capture();
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  /// The next line without its LF; nullopt when there is none before the deadline or the end.
  std::optional<std::string> try_line(Deadline deadline = Deadline());

  /// The next line without its LF; fails when none comes, showing what did.
  std::string read_line(Where where = Where::here());

  /// Waits until `part` stands somewhere in the output. Fails at the deadline or the end.
  void wait_for(std::string_view part, Deadline deadline = Deadline(), Where where = Where::here());

  /// Waits for the end of the output and returns all of it, lines already read too.
  std::string read_all(Where where = Where::here());

  /// All that came until now, lines already read too.
  std::string text() const;

 private:
  void run();

  FileDescriptor read_end_;
  FileDescriptor stop_event_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;            // protected by mutex_, as the next two
  std::size_t line_begin_ = 0;  // of the next line to hand out
  bool ended_ = false;
  std::thread thread_;
};

struct ProcessOptions {
  /// setrlimit: resource and its soft and hard value.
  std::vector<std::pair<int, rlim_t>> limits = {};
  /// Added to the environment of the test, "NAME=value".
  std::vector<std::string> environment = {};
  /// False: standard error is a pipe that is held open and never read.
  bool read_standard_error = true;
};

/// A running program with pipes on its three standard streams. It never outlives this object or the thread
/// that made it (PR_SET_PDEATHSIG). Belongs to one thread.
class Process {
 public:
  /// Starts `program` (a path). Fails with the reason when it cannot be run.
  Process(const std::string& program, const std::vector<std::string>& arguments,
          const ProcessOptions& options = {}, Where where = Where::here());

  /// As end().
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }

  /// To its standard input. Fails when it does not read for the usual patience, or is gone.
  void write(std::string_view bytes, Where where = Where::here());

  /// The end of its standard input.
  void close_input() { input_.reset(); }

  Capture& output() { return *output_; }

  /// Not to be called when has_error() is false: read_standard_error was.
  Capture& error() { return *error_; }
  bool has_error() const { return error_ != nullptr; }

  void signal(int number) const;

  /// Ends the program if it still runs: SIGTERM, after a while SIGKILL.
  void end();

  /// Waits for its end; nullopt when it still runs at the deadline.
  std::optional<Exit> try_wait(Deadline deadline);

  /// Waits for its end; fails when it still runs at the deadline.
  Exit wait(Deadline deadline = Deadline(), Where where = Where::here());

 private:
  pid_t pid_ = -1;
  FileDescriptor pid_descriptor_;
  FileDescriptor input_;
  FileDescriptor unread_error_;
  std::unique_ptr<Capture> output_;
  std::unique_ptr<Capture> error_;
  std::optional<Exit> exit_;
};

}  // namespace parley::test
