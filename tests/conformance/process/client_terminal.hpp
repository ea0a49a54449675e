#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "tests/conformance/model/transcript.hpp"
#include "tests/conformance/process/client_process.hpp"
#include "tests/conformance/process/client_screen_text.hpp"
#include "tests/conformance/process/patience.hpp"
#include "tests/support/screen.hpp"

namespace parley::conform {

/// The terminal at which a client runs: what is typed there and what is shown. Nothing is read from it but in
/// these functions; a client may stop until one of them is called. Belongs to one thread.
class ClientTerminal {
 public:
  /// A moment, by what had been shown.
  struct Moment {
    std::size_t raw = 0;
    std::size_t text = 0;
  };

  /// Runs `command`. Notes what happens on the transcript's lane.
  ClientTerminal(const std::string& command, const Confinement& confinement, Transcript& transcript,
                 std::size_t lane);

  void type(std::string_view keys);

  /// Takes what has been shown; waits that long for the first of it. False when there was nothing.
  bool read(std::chrono::milliseconds time = std::chrono::milliseconds{0});

  /// Reads for that long.
  void read_for(std::chrono::milliseconds time);

  /// Reads until nothing has come for a moment and the client waits, within bounds also when it never does.
  void settle();

  /// Reads until the condition holds; false when it does not within the time (see Patience), or the program
  /// has ended.
  bool read_until(const std::function<bool()>& condition, std::chrono::milliseconds time);

  Moment now() const { return {raw_.size(), text_.text().size()}; }

  /// Every byte that was shown since.
  std::string_view raw_since(Moment moment) const { return std::string_view(raw_).substr(moment.raw); }
  /// The same as text, see ScreenText.
  std::string_view text_since(Moment moment) const {
    return std::string_view(text_.text()).substr(moment.text);
  }
  std::string_view last_line() const { return text_.last_line(); }

  /// What stands on the screen, as far as it can be told.
  std::string screen() const { return screen_.text(); }

  ClientProcess& process() { return process_; }
  IsAtRest is_at_rest() const { return process_.rest(); }

  /// How the program ended, with what it wrote last read; nothing while it runs.
  std::optional<std::string> ended();

  /// What has become of the program, and the last that it showed, as sentence parts.
  std::string describe();

 private:
  void take(std::string_view bytes);

  Transcript* transcript_;
  std::size_t lane_;
  ClientProcess process_;
  std::string raw_;
  ScreenText text_;
  test::Screen screen_{ClientProcess::rows, ClientProcess::columns};
  bool end_is_noted_ = false;
  bool is_cut_ = false;  // it shows more than is kept
};

}  // namespace parley::conform
