#pragma once

#include <chrono>
#include <cstddef>

namespace parley {

/// Bounds of what peers can make grow or last. PROTOCOL.md, section L, tells the reasons at length;
/// options.cpp gives each an option. Constant once the server runs.
struct Limits {
  /// A header block, its blank line included. Forty times the longest that anyone needs.
  std::size_t max_header_bytes = 4 * 1024;
  /// A message's body. A long page of text; small enough that a socket's send buffer holds a whole frame.
  std::size_t max_body_bytes = 64 * 1024;

  /// From accept to the user's both sockets registered: time to type it by hand.
  std::chrono::milliseconds registration_timeout{20'000};
  /// From accept, or from signing off, to signing on, in the dialects whose users type the name into the open
  /// connection: a person who was called away.
  std::chrono::milliseconds sign_on_timeout{300'000};
  /// From a frame's first byte to its last: a slow line's 64 KiB, not a byte a second.
  std::chrono::milliseconds frame_timeout{30'000};
  /// From FORWARD to its RECEIVED. Shorter than a client's patience with its SENT.
  std::chrono::milliseconds receipt_timeout{10'000};
  /// From our end of stream to the peer's: long enough to read an error that comes before it.
  std::chrono::milliseconds linger_timeout{2'000};
  /// From SIGTERM to the end, for answers that are still out.
  std::chrono::milliseconds stop_timeout{5'000};

  /// SENDs of one sender without an answer: a window that hides latency, not a queue.
  std::size_t max_unanswered = 64;
  /// Messages that wait for one recipient: a dozen of the largest, thousands of chat lines. In the dialect
  /// whose output is paced it is also what makes a slow reader.
  std::size_t max_mailbox_bytes = 1024 * 1024;
  /// ERROR 101 answers on one socket before it is closed: enough for a mistake, too few to guess in a loop.
  std::size_t max_early_requests = 16;

  /// Sockets at once; 0 takes what the file limit allows less `reserved_files`.
  std::size_t max_connections = 0;
  /// Sockets at once from one address; 0 sets no cap.
  std::size_t max_connections_per_address = 0;
  /// Sockets over these caps that are being told so at the same time; the rest wait in the kernel's backlog.
  std::size_t max_refusals = 16;

  /// A peer that vanished without a word is noticed after about this long, in seconds.
  static constexpr int keepalive_s = 60;
  /// Descriptors that are not clients: standard streams, listeners, event descriptors, refusals.
  static constexpr std::size_t reserved_files = 40;
  /// A session's deepest call needs a tenth of it; the default of 8 MiB would ask for 160 GB at 20,000
  /// threads.
  static constexpr std::size_t thread_stack_bytes = 256 * 1024;
};

}  // namespace parley
