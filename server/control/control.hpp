#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include "base/event_flag.hpp"
#include "base/file_descriptor.hpp"
#include "server/control/control_socket.hpp"
#include "server/control/desk.hpp"

namespace parley::control {

/// The operators' way into a server that runs: a Unix socket and one thread, which reads requests, has the
/// desk act on them and writes the answers. It waits for no client.
class Control {
 public:
  /// Clients at once: more are told so and closed.
  static constexpr std::size_t max_clients = 16;
  /// From the beginning, or the last answer or piece of one that went out, to the next request that is
  /// complete.
  static constexpr std::chrono::seconds client_timeout{10};
  /// For the other nodes to tell of their users; then who goes on without.
  static constexpr std::chrono::seconds survey_timeout{1};

  /// Listens. Throws std::runtime_error, whose text says what to do.
  Control(std::string path, Desk desk);

  /// As stop().
  ~Control() { stop(); }

  /// Begins to answer. Throws std::system_error when the system has no thread.
  void start();

  /// Joins the thread. Clients are closed. Whoever has called start().
  void stop();

 private:
  using Clock = std::chrono::steady_clock;

  struct Client {
    FileDescriptor socket;
    Clock::time_point deadline;
    std::string input{};
    std::string output{};  // what is still to be written
    std::string who_key{};
    std::shared_ptr<const cluster::Survey> survey{};  // of who; null without other nodes
    Clock::time_point survey_until{};                 // past: it is not waited for
    bool is_at_who = false;                           // whose answer goes on behind who_key
    bool has_ended = false;                           // its input
    bool is_to_close = false;                         // once the output has gone
  };

  void serve() noexcept;
  void serve_once();
  int poll_time_ms() const;
  static bool is_waiting(const Client& client);
  void take_client();
  /// False: the client is to be closed.
  bool attend(Client& client, short events) noexcept;
  bool read(Client& client);
  void answer(Client& client);
  bool write(Client& client);

  Desk desk_;
  ControlSocket socket_;
  EventFlag stopped_;
  std::list<Client> clients_;  // the thread's
  bool has_ended_server_ = false;
  std::thread thread_;
};

}  // namespace parley::control
