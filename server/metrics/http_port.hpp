#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "base/event_flag.hpp"
#include "protocol/http_request.hpp"
#include "server/net/listener.hpp"

namespace parley::metrics {

/// Answers GET and HEAD over HTTP/1.1, one answer to each connection, on one thread of its own. What peers do
/// here is bounded whoever they are: so many connections at once, the oldest gives way to a newcomer; so much
/// time for each, however slow it is. It takes nothing from the users of the server but that.
class HttpPort {
 public:
  using Clock = std::chrono::steady_clock;

  /// A text, its Content-Type, and further fields of the answer's head, each with its line's end.
  struct Page {
    std::string type;
    std::string text;
    std::string_view fields{};
  };
  /// What is asked for, and whether by somebody on this machine who is not a page of somebody else's.
  struct Asked {
    std::string_view path;
    bool is_local;
  };
  /// The page of that path, nothing where there is none. Called on the port's thread; throws std::bad_alloc.
  using Pages = std::function<std::optional<Page>(const Asked& asked)>;

  /// Connections at once. A scraper has one, a person with a browser a few.
  static constexpr std::size_t most_connections = 16;
  /// Of those and the port itself.
  static constexpr std::size_t most_files = most_connections + 4;
  /// From a connection's first moment to the last byte of its answer.
  static constexpr std::chrono::milliseconds answer_time{5'000};
  /// What is read of a peer behind its request, so that the answer is not lost.
  static constexpr std::size_t most_thrown_away_bytes = 1024 * 1024;
  /// From our end of the stream to the peer's.
  static constexpr std::chrono::milliseconds linger_time{1'000};

  /// Listens, and answers nobody yet. Throws std::system_error, whose text names the address.
  HttpPort(const std::string& host, std::uint16_t port, Pages pages);
  /// As stop().
  ~HttpPort();
  HttpPort(const HttpPort&) = delete;
  HttpPort& operator=(const HttpPort&) = delete;

  asio::ip::tcp::endpoint endpoint() const { return listener_.endpoint(); }

  /// Begins to answer. Throws std::system_error when the system has no thread.
  void start();
  /// Ends every connection at once, and the thread. The thread that started it.
  void stop();

 private:
  struct Conversation {
    asio::ip::tcp::socket socket;
    Clock::time_point until;
    http::Parser request{};
    std::string answer{};
    std::size_t sent_bytes = 0;
    std::size_t thrown_away_bytes = 0;
    bool is_over = false;  // what still comes is thrown away
  };
  using Conversations = std::list<Conversation>;

  void run() noexcept;
  void serve();
  void accept();
  void end_late(Clock::time_point now);
  bool go_on(Conversation& conversation);
  bool read(Conversation& conversation);
  bool write(Conversation& conversation);
  static bool discard(Conversation& conversation);
  std::string to_answer(const http::Event& event, const Conversation& conversation) const;

  asio::io_context io_context_;
  Listener listener_;
  const Pages pages_;
  EventFlag stopped_;
  std::atomic<bool> is_stopping_{false};

  Conversations conversations_;  // the oldest first; these two are the thread's
  Clock::time_point accept_at_{};
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace parley::metrics
