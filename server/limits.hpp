#pragma once

#include <chrono>
#include <cstddef>

namespace parley {

/// Bounds of what peers can make grow or last. PROTOCOL.md, section L, tells the reasons at length;
/// options.cpp gives each an option, but for the named constants at the end. Constant once the server runs.
struct Limits {
  /// A header block, its blank line included. Forty times the longest that anyone needs.
  std::size_t max_header_bytes = 4 * 1024;
  /// A message's body. A long page of text; small enough that a socket's send buffer holds a whole frame.
  std::size_t max_body_bytes = 64 * 1024;

  /// From accept to the user's both sockets registered: a program does that, its user has typed the name
  /// before. With TLS the handshake has as much, before that.
  std::chrono::milliseconds registration_timeout{20'000};
  /// From accept, or from signing off, to signing on, in the dialects whose users type the name into the open
  /// connection: a person who was called away.
  std::chrono::milliseconds sign_on_timeout{300'000};
  /// From accept, or from the answer before, to the end of a web client's request: a head is one segment.
  std::chrono::milliseconds request_timeout{10'000};
  /// Between two pings of a web client; one that has answered neither of two is gone. Less than proxies wait.
  std::chrono::milliseconds ping_interval{30'000};
  /// From a frame's first byte to its last: a slow line's 64 KiB, not a byte a second.
  std::chrono::milliseconds frame_timeout{30'000};
  /// From SEND to its answer, and from FORWARD to its RECEIVED. Shorter than a client's patience.
  std::chrono::milliseconds receipt_timeout{10'000};
  /// From our end of stream to the peer's: long enough to read an error that comes before it.
  std::chrono::milliseconds linger_timeout{2'000};
  /// From SIGTERM to the end: for answers that are still out, and for peers to close their ends.
  std::chrono::milliseconds stop_timeout{5'000};

  /// SENDs, or messages with an id, of one sender without an answer: a window that hides latency, not a
  /// queue.
  std::size_t max_unanswered = 64;
  /// Messages that wait for one two-socket recipient to acknowledge: fifteen of the longest, thousands of
  /// chat lines.
  std::size_t max_mailbox_bytes = 1024 * 1024;
  /// What waits for one socket to take it: twice what one chatter may say at once, so that an ordinary reader
  /// survives it.
  std::size_t max_queue_bytes = 1024 * 1024;
  /// What would leave a paced client later than this is left out: longer than any reader of a chat waits.
  std::chrono::milliseconds paced_wait{10'000};
  /// What waits for one socket without the socket taking any of it.
  std::chrono::milliseconds progress_timeout{30'000};
  /// What waits in all queues and mailboxes, and the buffers of unfinished large requests: a part of any
  /// machine's memory.
  std::size_t max_waiting_bytes = 256 * 1024 * 1024;
  /// Requests that are refused in a row on one two-socket connection before it is closed: enough for a
  /// mistake, too few to guess in a loop, and two real clients repeat a refused one for ever.
  std::size_t max_refusals_in_a_row = 16;

  /// Sockets at once; 0 takes what the file limit allows less `reserved_files`.
  std::size_t max_connections = 0;
  /// Sockets at once from one address but this host's; 0 takes a quarter of what the file limit allows: a
  /// whole course may sit behind one.
  std::size_t max_connections_per_address = 0;
  /// Sockets over these caps that are given time to read so at once; further ones are told and closed.
  std::size_t max_refusals = 16;
  /// From the last piece of a client that needs no name to its end.
  std::chrono::milliseconds raw_idle_timeout{3'600'000};

  /// A peer that vanished without a word is noticed after about this long, in seconds.
  static constexpr int keepalive_s = 60;
  /// Descriptors that are not clients, besides `max_refusals`: standard streams, the log, listeners, event
  /// descriptors.
  static constexpr std::size_t reserved_files = 24;
  /// A session's deepest call needs a tenth of it; the default of 8 MiB would ask for 160 GB at 20,000
  /// threads.
  static constexpr std::size_t thread_stack_bytes = 256 * 1024;
  /// Questions of one user to SERVER that wait for their answers: a program asks a handful at its start.
  static constexpr std::size_t max_service_questions = 8;
  /// From an arrival or departure to the notice of it, so that those of a whole class are one.
  static constexpr std::chrono::milliseconds notice_gathering{200};
  /// By so many frame times in all a deadline is put off while the server does not read its peer: five
  /// minutes by default. Who only pastes much is read again within seconds; who reads its answers over a slow
  /// line has read them by then.
  static constexpr int put_off_frames = 10;
  /// What is read of a peer that has been given its last words, so that these are not lost: more than lies in
  /// sockets' buffers of whoever stops when it sees the end.
  static constexpr std::size_t max_thrown_away_bytes = 16 * 1024 * 1024;
  /// Threads whose session is over and that have not ended yet: more only wait for a processor.
  static constexpr std::size_t max_ending_threads = 256;
};

}  // namespace parley
