#include "server/control/desk.hpp"

#include <signal.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "protocol/user_name.hpp"

namespace parley::control {

using Json = nlohmann::ordered_json;

namespace {

/// So many users are looked at under the lock of the directory, and written to a client at once.
constexpr std::size_t page_users = 200;

constexpr const char* was_kicked = "was kicked by the operator";
constexpr const char* drains = "the server takes nobody new";
constexpr const char* drain_farewell = "The server takes nobody new any more.";

std::string to_line(const Json& answer) {
  return answer.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string done(Json details = Json::object()) {
  Json answer{{"ok", true}};
  answer.update(details);
  return to_line(answer);
}

Json to_json(const service::Presence& user, const Standing& standing) {
  return {{"name", user.name},
          {"dialect", user.dialect},
          {"room", user.room},
          {"address", standing.address},
          {"since", user.since_s},
          {"sent_bytes", standing.sent_bytes},
          {"received_bytes", standing.received_bytes},
          {"queue_bytes", standing.queue_bytes}};
}

/// What the main thread does on such a signal is done in its own time.
std::string by_signal(int signal) {
  ::kill(::getpid(), signal);
  return done();
}

}  // namespace

std::string to_refusal(const std::string& sentence) {
  return to_line({{"ok", false}, {"error", sentence}});
}

std::string Desk::act(const Request& request) {
  switch (request.action) {
    case Action::kick:
      return kick(request);
    case Action::say:
      return say(request.text);
    case Action::stats:
      return stats();
    case Action::reload:
      return by_signal(SIGHUP);
    case Action::drain:
      return drain();
    case Action::stop:
      return by_signal(SIGTERM);
    case Action::who:
      break;
  }
  return to_refusal("there is no answer to this in one line");
}

std::string Desk::who_behind(std::string& key) const {
  const auto page = context_.directory.page_behind(key, page_users);
  std::string lines;
  for (std::size_t i = 0; i < page.users.size(); ++i)
    if (const auto standing = page.members[i]->standing())
      lines += to_line({{"user", to_json(page.users[i], *standing)}});
  key = page.is_last ? std::string() : page.members.back()->key();
  return page.is_last ? lines + done() : lines;
}

std::string Desk::kick(const Request& request) {
  const auto member = context_.directory.holder_of(request.name);
  if (!member) return to_refusal("nobody is called " + request.name);
  if (member->carrier()) return to_refusal(member->name() + " is at another node; ask that one");
  const std::string because = request.text.empty() ? "." : ": " + request.text;
  member->evict(was_kicked, Sentence("The operator has removed you" + because));
  context_.log.info("control: kicks {}{}", member->name(), because);
  return done({{"kicked", member->name()}});
}

std::string Desk::say(const std::string& text) {
  std::size_t told = 0;
  for_each_user([&](Member& member) {
    member.hear_operator(text);
    ++told;
  });
  context_.log.info("control: says to {} users: {}", told, text);
  return done({{"told", told}});
}

std::string Desk::stats() const {
  const auto up_for = std::chrono::steady_clock::now() - began_;
  std::size_t users = 0;
  Json by_dialect = Json::object();
  for_each_user([&](const Member& member) {
    ++users;
    const std::string dialect(member.dialect());
    by_dialect[dialect] = by_dialect.value(dialect, 0) + 1;
  });
  const Counters& counters = context_.counters;
  return done({{"version", PARLEY_VERSION},
               {"up_s", std::chrono::duration_cast<std::chrono::seconds>(up_for).count()},
               {"draining", admission_.is_closed()},
               {"users", users},
               {"users_by_dialect", by_dialect},
               {"connections", admission_.connections()},
               {"waiting_bytes", waiting_.used_bytes()},
               {"unanswered", counters.unanswered.load()},
               {"served", counters.users.load()},
               {"delivered", counters.delivered.load()},
               {"refused", counters.refused.load()},
               {"delivered_bytes", counters.bytes.load()},
               {"turned_away", counters.turned_away.load()}});
}

std::string Desk::drain() {
  admission_.close();
  sessions_.end_those([](const Connection& connection) { return !connection.is_somebody(); }, drains,
                      drain_farewell);
  context_.log.info("control: takes nobody new, and ends when the last one has gone");
  return done({{"connections", admission_.connections()}});
}

void Desk::for_each_user(FunctionRef<void(Member&)> act) const {
  std::string key;
  for (bool is_last = false; !is_last;) {
    const auto page = context_.directory.page_behind(key, page_users);
    for (const auto& member : page.members)
      if (!member->carrier()) act(*member);
    is_last = page.is_last;
    if (!is_last) key = page.members.back()->key();
  }
}

}  // namespace parley::control
