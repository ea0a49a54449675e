#include "server/metrics/status_json.hpp"

#include <nlohmann/json.hpp>

namespace parley::metrics {
namespace {

using nlohmann::ordered_json;

template <typename Words, typename Numbers>
ordered_json by_word(const Words& words, const Numbers& numbers) {
  auto object = ordered_json::object();
  for (std::size_t i = 0; i < words.size(); ++i) object[words[i]] = numbers[i];
  return object;
}

ordered_json to_json(const RefusedPeer& refused) {
  return {{"at_s", refused.at_s},       {"what", refused.what}, {"why", refused.why},
          {"dialect", refused.dialect}, {"peer", refused.peer}, {"name", refused.name}};
}

}  // namespace

std::string to_status_json(const Figures& figures, const Process& process, std::int64_t now_s, Asker asker) {
  auto users = ordered_json::object();
  for (const auto& dialect : figures.dialects) users[std::string(dialect.name)] = dialect.users;
  ordered_json status{
      {"now_s", now_s},
      {"started_s", process.started_s},
      {"version", PARLEY_VERSION},
      {"users", std::move(users)},
      {"users_elsewhere", figures.users_elsewhere},
      {"rooms", figures.rooms},
      {"sign_ons", figures.sign_ons},
      {"connections", figures.connections},
      {"most_connections", figures.most_connections},
      {"delivered", figures.delivered},
      {"refused", figures.refused},
      {"unanswered", figures.unanswered},
      {"answer_bounds_ms", AnswerTimes::bounds_ms},
      {"answer_times", figures.answer_times},
      {"turned_away", by_word(turned_away_words, figures.turned_away)},
      {"dropped", by_word(drop_words, figures.dropped)},
      {"queued_connections", figures.queues.connections},
      {"waiting_bytes", figures.waiting_bytes},
      {"most_waiting_bytes", figures.most_waiting_bytes},
      {"resident_bytes", process.resident_bytes},
      {"threads", process.threads},
      {"cpu_s", process.cpu_s},
  };
  if (asker == Asker::this_machine) {
    auto& refusals = status["refusals"] = ordered_json::array();
    for (const RefusedPeer& refused : figures.refusals) refusals.push_back(to_json(refused));
  }
  return status.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace parley::metrics
