#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/event_flag.hpp"
#include "base/file_descriptor.hpp"
#include "base/thread_annotations.hpp"
#include "tests/conformance/process/confinement.hpp"
#include "tests/conformance/process/launch.hpp"
#include "tests/conformance/process/listening.hpp"
#include "tests/conformance/process/memory_watch.hpp"
#include "tests/conformance/process/process_family.hpp"

namespace parley::conform {

class Patience;

/// A program under test, started with the shell's syntax in a session of its own. What it prints is
/// read all the time, so that it never blocks, and its end is kept. Belongs to one thread.
class Program {
 public:
  /// What it reads from its standard input: nothing, or what is typed.
  enum class Input { none, typed };

  /// Throws std::system_error when no process can be made, for 2 s when the machine is short of something; a
  /// command that is not found is an end like others.
  Program(const std::string& command, const Confinement& confinement, Input input = Input::none);

  /// stop().
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// How it ended, as a sentence part: "exited with code 1", "was killed by signal 11 (Segmentation fault)";
  /// nothing while it runs. Throws std::exception when a shortage of the machine has kept it from
  /// beginning.
  std::optional<std::string> ended();

  /// ended(), waited for that long.
  std::optional<std::string> wait_for_end(std::chrono::milliseconds time);

  /// True when it waits, and so do its children.
  bool is_at_rest() const;

  /// What it and its children have used of the processor, but for those that are no children any more. Cheap.
  std::chrono::milliseconds work() const;

  /// How long its threads, and those of its children, were kept from running.
  Delays delays() const;

  /// What it and all that it has started have used of the processor.
  std::chrono::milliseconds processor_time() const;

  /// The last of what it has printed up to now, standard output and standard error together.
  std::string output();

  /// Types a line, if it has Input::typed; one that it does not take is lost.
  void type(const std::string& line);

  /// How much it has printed up to now; and of that what came behind the first `bytes`, as far as it is kept.
  std::size_t printed_bytes();
  std::string output_since(std::size_t bytes);

  /// Waits until it listens on one of the ports: the first of them that it does. Does not connect: some
  /// servers take that badly. Nothing when it ends first, or the patience does, or when it listens elsewhere
  /// only and stays there.
  /// `meanwhile` is called again and again.
  std::optional<std::uint16_t> wait_until_listening(const std::vector<std::uint16_t>& ports,
                                                    Patience& patience,
                                                    const std::function<void()>& meanwhile = {});

  /// Where it listens.
  std::vector<std::uint16_t> listening_ports() const;

  /// Ends it and everything that it started: SIGTERM to its group, after a while SIGKILL.
  void stop();

 private:
  void start(const Launch& launch, Input input);
  bool note_end();
  void wait_until_ended(std::chrono::milliseconds time);
  bool has(const ListeningSocket& socket, const std::vector<pid_t>& family) const;
  void drain();
  bool read_output();

  const bool is_sandboxed_;
  const std::string mark_;  // in its environment, and in that of all that it starts
  pid_t pid_ = -1;
  LaunchStatus status_;
  std::unique_ptr<MemoryWatch::Place> watched_;
  FileDescriptor output_end_;
  FileDescriptor keyboard_;
  std::optional<std::string> ended_;

  EventFlag stopped_;
  Mutex mutex_;
  std::string output_ GUARDED_BY(mutex_);
  std::size_t printed_bytes_ GUARDED_BY(mutex_) = 0;
  std::thread drainer_;
};

/// `command` with each {key} replaced.
std::string substitute(std::string command, const std::string& key, const std::string& value);

}  // namespace parley::conform
