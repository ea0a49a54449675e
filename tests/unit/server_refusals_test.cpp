#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "server/metrics/status_json.hpp"
#include "server/recent_refusals.hpp"

namespace parley {
namespace {

TEST_CASE("The last refusals are kept, the latest first, and so many at most") {
  RecentRefusals refusals;
  CHECK(refusals.list().empty());
  for (std::size_t i = 1; i <= RecentRefusals::most + 1; ++i)
    refusals.add("refused", to_word(TurnedAway::banned), "telnet", "192.0.2.1:" + std::to_string(i), {});
  const auto list = refusals.list();
  REQUIRE(list.size() == RecentRefusals::most);
  CHECK(list.front().peer == "192.0.2.1:" + std::to_string(RecentRefusals::most + 1));
  CHECK(list.back().peer == "192.0.2.1:2");
  CHECK(list.front().why == "banned");
  CHECK(list.front().at_s > 1'600'000'000);
}

TEST_CASE("The status names peers to this machine alone, whatever bytes their names have") {
  Figures figures;
  figures.dialects.push_back({"telnet", 2, 3});
  figures.turned_away[static_cast<std::size_t>(TurnedAway::server_full)] = 4;
  figures.dropped[static_cast<std::size_t>(Drop::refused_often)] = 5;
  figures.refusals.push_back(
      {7, "dropped", to_word(Drop::frame_time), "rooms", "192.0.2.1:1", "\xff</script>\""});
  const auto status = [&](metrics::Asker asker) {
    const std::string text = to_status_json(figures, {}, 8, asker);
    CHECK(text.ends_with("}\n"));
    return nlohmann::json::parse(text);
  };
  const auto here = status(metrics::Asker::this_machine);
  CHECK(here["users"]["telnet"] == 2);
  CHECK(here["turned_away"]["server_full"] == 4);
  CHECK(here["dropped"]["refused_often"] == 5);
  CHECK(here["answer_times"].size() == here["answer_bounds_ms"].size() + 1);
  CHECK(here["refusals"][0]["name"] == "\xef\xbf\xbd</script>\"");
  CHECK(here["refusals"][0]["why"] == "frame_time");
  const auto elsewhere = status(metrics::Asker::anybody);
  CHECK_FALSE(elsewhere.contains("refusals"));
  CHECK(elsewhere["users"] == here["users"]);
}

}  // namespace
}  // namespace parley
