#include "server/control/desk.hpp"

#include <signal.h>
#include <unistd.h>

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>
#include <utility>
#include <variant>

#include "protocol/unwelcome.hpp"
#include "protocol/user_name.hpp"

namespace parley::control {

using Json = nlohmann::ordered_json;

namespace {

constexpr const char* drains = "the server takes nobody new";

std::string to_line(const Json& answer) {
  return answer.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string done(const Json& details = Json::object()) {
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

/// A user of another node: what only that one knows, and has not told, is null.
Json to_json(const service::Presence& user, const std::string& node, const cluster::Survey* survey) {
  const auto told = survey != nullptr ? survey->find(node, user.name) : std::nullopt;
  Json known = to_json(user, told ? Standing{told->address, told->sent_bytes, told->received_bytes,
                                             static_cast<std::size_t>(told->queue_bytes)}
                                  : Standing{});
  for (const char* const key : {"address", "sent_bytes", "received_bytes", "queue_bytes"})
    if (!told) known[key] = nullptr;
  known["node"] = node;
  return known;
}

std::optional<Banned> banned_by(const Request& request) {
  if (request.address.empty()) return request.name;
  if (const auto range = AddressRange::parse(request.address)) return *range;
  return std::nullopt;
}

std::string refuse_address(const std::string& address) {
  return to_refusal(AddressRange::about_zeros(address).value_or("that is no address: " + address));
}

Json time_of(const Ban& ban) {
  return ban.until_s == 0 ? Json(nullptr) : Json(ban.until_s);
}

/// Whether it outlasts the server goes into the answer.
Json with_keeping(const std::string& fault, Json answer) {
  answer["kept"] = fault.empty();
  if (!fault.empty()) answer["why_not_kept"] = fault;
  return answer;
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
    case Action::ban:
      return ban(request);
    case Action::unban:
      return unban(request);
    case Action::bans:
      return bans();
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

std::string Desk::who_behind(std::string& key, const cluster::Survey* survey) const {
  const auto page = context_.directory.page_behind(key, page_users);
  std::string lines;
  for (std::size_t i = 0; i < page.users.size(); ++i) {
    if (const auto node = page.members[i]->carrier())
      lines += to_line({{"user", to_json(page.users[i], node->name(), survey)}});
    else if (const auto standing = page.members[i]->standing())
      lines += to_line({{"user", to_json(page.users[i], *standing)}});
  }
  key = page.is_last ? std::string() : page.members.back()->key();
  return page.is_last ? lines + done() : lines;
}

std::string Desk::kick(const Request& request) {
  const auto member = context_.directory.holder_of(request.name);
  if (!member) return to_refusal("nobody is called " + request.name);
  if (const auto node = member->carrier()) {
    if (cluster_ == nullptr || !cluster_->kick(node->name(), member->name(), request.text))
      return to_refusal(member->name() + " is at node " + node->name() + ", which cannot be reached now");
    context_.log.info("control: asks node {} to kick {}", node->name(), member->name());
    return done({{"kicked", member->name()}, {"node", node->name()}});
  }
  if (!steward_.kick(request.name, request.text)) return to_refusal("nobody is called " + request.name);
  return done({{"kicked", member->name()}});
}

/// In the list first: whoever comes meanwhile is kept out, or is found.
std::string Desk::ban(const Request& request) {
  const auto whom = banned_by(request);
  if (!whom) return refuse_address(request.address);
  const auto* const range = std::get_if<AddressRange>(&*whom);
  if (range != nullptr && range->has_loopback() && !request.is_forced)
    return to_refusal(range->to_text() +
                      " is this machine itself, or has it in it; say --force if you mean it");
  const std::int64_t until_s = request.for_s == 0 ? 0 : wall_clock_ms() / 1000 + request.for_s;
  const auto ban = context_.bans.ban(*whom, until_s);
  if (!ban) return to_refusal(fmt::format("there are {} bans already; lift one first", BanList::max_bans));
  Json answer{{"banned", to_text(*whom)}, {"until", time_of(*ban)}, {"ended", make_known(*ban)}};
  return done(with_keeping(steward_.keep_bans(), std::move(answer)));
}

std::string Desk::unban(const Request& request) {
  const auto whom = banned_by(request);
  if (!whom) return refuse_address(request.address);
  const auto ban = context_.bans.unban(*whom);
  if (!ban) return to_refusal(to_text(*whom) + " is not banned");
  make_known(*ban);
  return done(with_keeping(steward_.keep_bans(), {{"unbanned", to_text(*whom)}}));
}

/// Here and elsewhere; returns how many it has ended here.
std::size_t Desk::make_known(const Ban& ban) {
  if (cluster_ != nullptr) cluster_->tell_bans({ban});
  return steward_.enforce(ban);
}

std::string Desk::bans() const {
  std::string lines;
  for (const Ban& ban : context_.bans.in_force()) {
    const char* const kind = std::holds_alternative<std::string>(ban.whom) ? "name" : "address";
    lines += to_line({{"ban", {{kind, to_text(ban.whom)}, {"until", time_of(ban)}}}});
  }
  return lines + done();
}

std::string Desk::say(const std::string& text) {
  if (cluster_ == nullptr) return done({{"told", steward_.say(text)}});
  cluster_->say(text);
  const std::size_t told_here = steward_.say(text);
  return done({{"told", told_here + context_.directory.count().elsewhere}});
}

std::string Desk::stats() const {
  const auto up_for = std::chrono::steady_clock::now() - began_;
  std::size_t users = 0;
  Json by_dialect = Json::object();
  for (const auto& [dialect, count] : context_.directory.count().by_dialect) {
    users += count;
    by_dialect[std::string(dialect)] = count;
  }
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
               {"turned_away", counters.turned_away.load()},
               {"failed_handshakes", std::accumulate(counters.handshakes_failed.begin(),
                                                     counters.handshakes_failed.end(), std::uint64_t{0})}});
}

std::string Desk::drain() {
  admission_.close();
  sessions_.end_those([](const Connection& connection) { return !connection.is_somebody(); }, drains,
                      Sentence(std::string(nobody_new) + '.'));
  context_.log.info("control: takes nobody new, and ends when the last one has gone");
  return done({{"connections", admission_.connections()}});
}

}  // namespace parley::control
