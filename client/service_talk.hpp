#pragma once

#include <chrono>
#include <cstddef>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client/appearance.hpp"
#include "client/connection.hpp"
#include "client/event_queue.hpp"
#include "client/known_services.hpp"
#include "client/service.hpp"

namespace parley::client {

/// What was asked of SERVER, and what its answers mean. Asks nothing itself and shows nothing: the caller
/// does both. A server that has no SERVER is asked once for each connection, and only when the user wants to
/// know. Belongs to one thread.
class ServiceTalk {
 public:
  /// Users of one list that are shown by name; the others are counted.
  static constexpr std::size_t max_listed = 1000;

  /// A list that does not come for this long is asked for again.
  static constexpr std::chrono::seconds list_patience{10};

  /// `server`: "HOST:PORT". Unless `allowed` nothing is ever asked.
  ServiceTalk(KnownServices known, std::string server, bool allowed, Display display)
      : known_(std::move(known)), server_(std::move(server)), is_allowed_(allowed), display_(display) {}

  /// What the caller shall do.
  struct Told {
    std::string text = {};                    ///< to show, lines parted by CR LF; empty: nothing
    std::vector<std::string> names = {};      ///< who is here, as far as it was told
    std::vector<std::string> questions = {};  ///< to ask
    bool is_untold = false;                   ///< the user wanted to know, and the server has no SERVER
  };

  /// There is a new connection. Returns what to ask.
  std::vector<std::string> on_registered();

  /// The user wants to know who is here, or about one user. Returns what to ask, an empty text where that was
  /// asked just now. Nothing: the server cannot be asked.
  std::optional<std::string> ask_who(std::string_view name = {}, Deadline now = Clock::now());

  /// Nothing could be completed. Returns what to ask, once for each connection.
  std::optional<std::string> ask_quietly();

  /// The server's answer to the SEND of a question: `code` 0 when none came.
  Told on_outcome(std::string_view question, bool delivered, int code);

  /// Nothing: the message is one like any other.
  std::optional<Told> on_message(const Message& message, std::time_t now);

 private:
  enum class State { unknown, works, none };
  struct List {
    bool is_wanted;  ///< the user has asked for it
    Deadline asked_at;
    std::size_t parts_seen = 0;
    std::vector<Presence> users = {};
  };

  bool can_ask() const { return is_allowed_ && state_ != State::none; }
  Told on_part(WhoPart part, std::time_t now);
  std::vector<std::string> begin_use();
  std::string describe_list(const WhoPart& last, std::time_t now) const;
  std::string describe_whois(std::string_view answer, std::time_t now) const;
  std::string describe_notices(const std::vector<Notice>& notices, std::time_t now) const;

  const KnownServices known_;
  const std::string server_;
  const bool is_allowed_;
  const Display display_;

  // Of this connection.
  State state_ = State::unknown;
  std::optional<List> list_;
  std::size_t whois_asked_ = 0;
  bool features_asked_ = false;
  bool notices_asked_ = false;
  bool has_notices_ = false;
  bool was_asked_quietly_ = false;
};

}  // namespace parley::client
