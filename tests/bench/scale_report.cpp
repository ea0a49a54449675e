#include "tests/bench/scale_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "tests/bench/chart.hpp"

namespace parley::bench {
namespace {

constexpr double most_kb_each = 40;
constexpr double most_p99_ratio = 1.5;

double to_mb(double kb) {
  return kb / 1024;
}

std::vector<HeldRow> measured(const ScaleReport& report) {
  std::vector<HeldRow> rows;
  std::ranges::copy_if(report.rows, std::back_inserter(rows),
                       [](const HeldRow& row) { return row.stopped_by.empty(); });
  return rows;
}

void append_memory(std::string& text, const ScaleReport& report) {
  text +=
      "| users | sign-ons/s | resident MB before | held | after | KB each | machine KB each | threads | "
      "CPU % idle |\n"
      "|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n";
  for (const HeldRow& row : report.rows) {
    if (!row.stopped_by.empty())
      text += fmt::format("| {} | not measured: {} |\n", row.users, row.stopped_by);
    else
      text += fmt::format("| {} | {:.0f} | {:.1f} | {:.1f} | {:.1f} | {:.1f} | {:.1f} | {} | {:.2f} |\n",
                          row.users, row.sign_ons_per_s, to_mb(row.resident_before_kb),
                          to_mb(row.resident_kb), to_mb(row.resident_after_kb), row.resident_kb_each(),
                          row.machine_kb / static_cast<double>(row.users), row.threads, row.idle_cpu_percent);
  }
}

void append_pair(std::string& text, const ScaleReport& report) {
  text +=
      "| users | others | messages/s | p50 us | p99 us | p99 ratio | CPU us/message |\n"
      "|---:|---|---:|---:|---:|---:|---:|\n";
  for (const HeldRow& row : measured(report)) {
    const auto append = [&](const std::string& others, const Measurement& pair, const std::string& ratio,
                            double cpu_us) {
      text += fmt::format("| {} | {} | {:.0f} | {:.0f} | {:.0f} | {} | {:.1f} |\n", row.users, others,
                          pair.deliveries_per_s, pair.p50_us, pair.p99_us, ratio, cpu_us);
    };
    append("none (another server)", row.alone, "1.00", row.alone.server_cpu_us);
    append("idle", row.idle, fmt::format("{:.2f}", row.p99_ratio), row.idle.server_cpu_us);
    append(fmt::format("{} chat, {:.0f} messages/s", row.chatting, row.chat.chat_messages_per_s),
           row.chat.pair, "", row.chat.server_cpu_us);
  }
}

void append_visits(std::string& text, const ScaleReport& report) {
  if (!report.visits_stopped_by.empty()) {
    text +=
        fmt::format("{} users come and go: not measured: {}\n", report.visitors, report.visits_stopped_by);
    return;
  }
  const auto series = [&](double Visit::*figure) {
    std::string numbers;
    for (const Visit& visit : report.visits) numbers += fmt::format(" {:.1f}", to_mb(visit.*figure));
    return numbers;
  };
  text += fmt::format("{} users come and go {} times; resident MB, {:.1f} before the first:\n\n",
                      report.visitors, report.visits.size(), to_mb(report.resident_before_kb));
  text += "- held:" + series(&Visit::resident_kb) +
          "\n- after they left:" + series(&Visit::resident_after_kb) + '\n';
}

/// The last row beside the targets, and beside the row of 1,000 users.
void append_targets(std::string& text, const ScaleReport& report) {
  const auto rows = measured(report);
  if (rows.empty()) return;
  const HeldRow& last = rows.back();
  const auto verdict = [](double value, double most) { return value <= most ? "met" : "MISSED"; };
  text += fmt::format("- {} users: {:.1f} KB each, at most {:.0f}: {}\n", last.users, last.resident_kb_each(),
                      most_kb_each, verdict(last.resident_kb_each(), most_kb_each));
  text += fmt::format("- the pair's p99 beside them: {:.2f} times that without, at most {:.1f}: {}\n",
                      last.p99_ratio, most_p99_ratio, verdict(last.p99_ratio, most_p99_ratio));
  const auto thousand = std::ranges::find(rows, std::size_t{1000}, &HeldRow::users);
  if (thousand == rows.end()) return;
  text += fmt::format(
      "- from 1000 to {} users: memory for each {:.2f} times, CPU for each message {:.2f} times\n",
      last.users, last.resident_kb_each() / thousand->resident_kb_each(),
      last.idle.server_cpu_us / thousand->idle.server_cpu_us);
}

nlohmann::ordered_json json_of(const Measurement& pair) {
  return {{"messages_per_s", pair.deliveries_per_s},
          {"p50_us", pair.p50_us},
          {"p99_us", pair.p99_us},
          {"server_cpu_us_per_message", pair.server_cpu_us}};
}

nlohmann::ordered_json json_of(const HeldRow& row) {
  if (!row.stopped_by.empty()) return {{"users", row.users}, {"stopped_by", row.stopped_by}};
  auto chat = json_of(row.chat.pair);
  chat["server_cpu_us_per_message"] = row.chat.server_cpu_us;
  chat["users_who_chat"] = row.chatting;
  chat["chat_messages_per_s"] = row.chat.chat_messages_per_s;
  return {{"users", row.users},
          {"sign_ons_per_s", row.sign_ons_per_s},
          {"resident_before_kb", row.resident_before_kb},
          {"resident_kb", row.resident_kb},
          {"resident_after_kb", row.resident_after_kb},
          {"resident_kb_per_user", row.resident_kb_each()},
          {"machine_kb", row.machine_kb},
          {"threads", row.threads},
          {"threads_after", row.threads_after},
          {"idle_cpu_percent", row.idle_cpu_percent},
          {"pair_alone", json_of(row.alone)},
          {"pair_beside_idle", json_of(row.idle)},
          {"p99_ratio", row.p99_ratio},
          {"pair_beside_chat", chat}};
}

/// Tables for gnuplot, as blocks of data under the names that scale.gnuplot uses.
std::string to_blocks(const ScaleReport& report) {
  std::string text = "$rows << END\n";
  for (const HeldRow& row : measured(report))
    text +=
        fmt::format("{} {} {} {} {} {} {} {} {} {}\n", row.users, to_mb(row.resident_kb), row.alone.p50_us,
                    row.alone.p99_us, row.idle.p50_us, row.idle.p99_us, row.chat.pair.p50_us,
                    row.chat.pair.p99_us, row.idle.server_cpu_us, row.chat.server_cpu_us);
  text += "END\n$visits << END\n";
  for (std::size_t i = 0; i < report.visits.size(); ++i)
    text += fmt::format("{} {} {}\n", i + 1, to_mb(report.visits[i].resident_kb),
                        to_mb(report.visits[i].resident_after_kb));
  return text + "END\n";
}

}  // namespace

std::string to_markdown(const ScaleReport& report) {
  std::string text = fmt::format(
      "One parleyd, two sockets and two threads a user; {}. Medians of {} rounds.\n"
      "After: a second after everybody has left. KB each: resident memory that the server did not need "
      "before.\n"
      "Machine KB each: what the whole machine had less to give, kernel and clients included; too coarse for "
      "hundreds.\n\n",
      report.machine, report.rounds);
  append_memory(text, report);
  text += "\nOne pair more, 64 bytes, acknowledged, one after the other:\n\n";
  append_pair(text, report);
  text += '\n';
  append_visits(text, report);
  text += '\n';
  append_targets(text, report);
  return text;
}

std::string to_json(const ScaleReport& report) {
  nlohmann::ordered_json json{{"machine", report.machine}, {"rounds", report.rounds}};
  json["held"] = nlohmann::ordered_json::array();
  for (const HeldRow& row : report.rows) json["held"].push_back(json_of(row));
  auto& visits = json["come_and_go"];
  visits = {{"users", report.visitors}, {"resident_before_kb", report.resident_before_kb}};
  if (!report.visits_stopped_by.empty()) visits["stopped_by"] = report.visits_stopped_by;
  visits["visits"] = nlohmann::ordered_json::array();
  for (const Visit& visit : report.visits)
    visits["visits"].push_back({{"resident_kb", visit.resident_kb},
                                {"resident_after_kb", visit.resident_after_kb},
                                {"threads_after", visit.threads_after}});
  return json.dump(2) + '\n';
}

void write_chart(const ScaleReport& report, const std::string& svg_path) {
  if (measured(report).empty()) throw std::runtime_error("nothing was measured, so there is no chart");
  draw_chart(fmt::format("set output \"{}\"\n{}", svg_path, to_blocks(report)), "scale.gnuplot");
}

}  // namespace parley::bench
