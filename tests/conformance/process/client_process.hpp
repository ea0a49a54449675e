#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/file_descriptor.hpp"
#include "tests/conformance/process/confinement.hpp"
#include "tests/conformance/process/launch.hpp"
#include "tests/conformance/process/memory_watch.hpp"
#include "tests/conformance/process/patience.hpp"
#include "tests/conformance/process/process_family.hpp"

namespace parley::conform {

/// A program at a pseudo-terminal of its own, in a session of its own. Neither it nor what it has started
/// outlives this object. Belongs to one thread.
class ClientProcess {
 public:
  static constexpr unsigned short columns = 99;
  static constexpr unsigned short rows = 50;

  /// Runs `command` with the shell. Throws std::system_error when there is no terminal or no process.
  ClientProcess(const std::string& command, const Confinement& confinement);

  /// end().
  ~ClientProcess();
  ClientProcess(const ClientProcess&) = delete;
  ClientProcess& operator=(const ClientProcess&) = delete;

  /// The keyboard and screen of its terminal; does not block.
  int terminal() const { return master_.get(); }

  /// How it ended, as a sentence part: "exited with code 1"; nothing while it runs.
  std::optional<std::string> ended();

  /// For one that has ended: throws std::system_error when a shortage of the machine has kept it from
  /// beginning. `printed`: what has come from its terminal.
  void throw_if_kept_by_shortage(const std::string& printed) const;

  /// How much processor time it has used, together with all that it started and that still runs.
  std::chrono::milliseconds processor_time() const;

  /// True when it waits, and so do its children.
  bool is_at_rest() const;

  /// The same for whoever waits for it. Not to be asked when this object is gone.
  IsAtRest rest() const;

  /// How long its threads, and those of its children, were kept from running.
  Delays delays() const;

  /// Ends it and all that it has started: SIGTERM to its session, after a while SIGKILL.
  void end();

 private:
  void open_terminal();

  const bool is_sandboxed_;
  const std::string mark_;  // in its environment, and in that of all that it starts
  FileDescriptor master_;
  FileDescriptor slave_;  // held open, so that what was written last can be read
  pid_t pid_ = -1;
  LaunchStatus status_;
  std::unique_ptr<MemoryWatch::Place> watched_;
  bool was_excessive_ = false;
  std::optional<std::string> ended_;
};

}  // namespace parley::conform
