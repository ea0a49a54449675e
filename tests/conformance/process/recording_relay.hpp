#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "base/event_flag.hpp"
#include "base/file_descriptor.hpp"
#include "base/thread_annotations.hpp"
#include "tests/conformance/process/network.hpp"

namespace parley::conform {

/// Something that a relay has seen.
struct RelayEvent {
  enum class Kind {
    opened,   ///< the client has connected
    refused,  ///< the server takes no connection
    bytes,
    ended,  ///< nothing more comes from there
    reset,
  };
  std::chrono::microseconds at{0};  ///< since the relay began
  std::size_t user = 0;             ///< whose connection it is
  std::size_t connection = 0;       ///< among this user's, from 0
  bool is_from_client = true;
  Kind kind = Kind::opened;
  std::string bytes;
};

/// Hands on between clients and a server on loopback what each of them writes, as it comes and unchanged, the
/// ends and resets too, and keeps it. Its functions may be called from any thread.
class RecordingRelay {
 public:
  /// `listeners`: of each user, those where its client connects; they do not block. They may be of other
  /// networks than the server, whose network this is and must outlive the relay. Throws std::system_error.
  RecordingRelay(const Network& network, std::uint16_t server_port,
                 std::vector<std::vector<FileDescriptor>> listeners);
  /// Ends every connection.
  ~RecordingRelay();
  RecordingRelay(const RecordingRelay&) = delete;
  RecordingRelay& operator=(const RecordingRelay&) = delete;

  /// What has happened from that event on.
  std::vector<RelayEvent> events_since(std::size_t first) const;

  /// How many events there were; the last may be too many to be kept.
  std::size_t count() const;
  /// So many happened that not all are kept.
  bool is_cut() const;

  /// Set whenever something has happened.
  EventFlag& news() { return news_; }

  /// Why the relay itself has ended early; empty: it has not.
  std::string fault() const;

 private:
  struct Connection;
  void run(const Network& network);
  void accept_all(std::vector<Connection>& connections);
  void connect(Connection& connection);
  void serve(Connection& connection, short client_events, short server_events);
  void receive(Connection& connection, std::size_t end);
  void flush(Connection& connection, std::size_t end);
  void abort(Connection& connection, std::size_t culprit, RelayEvent::Kind kind);
  void note(const Connection& connection, std::size_t end, RelayEvent::Kind kind, std::string bytes = {});

  const std::uint16_t server_port_;
  const std::vector<std::vector<FileDescriptor>> listeners_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::vector<std::size_t> connections_of_user_;  // the relay's thread alone

  mutable Mutex mutex_;
  std::vector<RelayEvent> events_ GUARDED_BY(mutex_);
  std::size_t count_ GUARDED_BY(mutex_) = 0;
  std::size_t kept_bytes_ GUARDED_BY(mutex_) = 0;
  std::string fault_ GUARDED_BY(mutex_);

  EventFlag news_;
  EventFlag stopped_;
  std::thread thread_;
};

}  // namespace parley::conform
