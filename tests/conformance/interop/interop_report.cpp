#include "tests/conformance/interop/interop_report.hpp"

#include <algorithm>
#include <numeric>
#include <ostream>

#include "tests/conformance/report/html_assets.hpp"
#include "tests/conformance/report/report.hpp"
#include "tests/conformance/report/report_bytes.hpp"
#include "tests/conformance/report/report_csv.hpp"
#include "tests/conformance/report/report_markup.hpp"
#include "tests/conformance/report/report_page.hpp"

namespace parley::conform {
namespace {

using Order = std::vector<std::size_t>;

// Of each pair, for a class of 20 by 20 stays a page that a browser can show.
constexpr std::size_t shown_events = 24;
constexpr std::size_t shown_event_bytes = 160;

constexpr std::string_view page_style = R"(
main { max-width: none; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 3px; margin-top: 1rem; width: fit-content; max-width: 100%; }
.interop { border-collapse: separate; border-spacing: 0; font-size: .8125rem; background: var(--raised); }
.interop th, .interop td { padding: .25rem .3rem; text-align: center; border-bottom: 1px solid var(--line); font-weight: 400; }
.interop tr > :first-child { position: sticky; left: 0; z-index: 1; text-align: left; min-width: 7rem; max-width: 16rem; overflow-wrap: anywhere; background: var(--raised); border-right: 1px solid var(--line); padding: .25rem .75rem; }
.interop tbody th { font-weight: 600; }
.interop thead th { vertical-align: bottom; }
.interop thead span { writing-mode: vertical-rl; transform: rotate(180deg); max-height: 14rem; overflow: hidden; }
.interop td.number { font-variant-numeric: tabular-nums; padding: .25rem .6rem; }
.interop .verdict { margin: 0; border-left: none; background: var(--back); color: var(--tone); min-width: 1.6rem; }
.interop .verdict a { display: block; text-decoration: none; font-weight: 700; }
.pair { margin-top: 1rem; max-width: 62rem; overflow-wrap: anywhere; }
.pair h3 { font-size: 1rem; }
.pair pre { font-size: .75rem; white-space: pre-wrap; overflow-wrap: anywhere; margin-top: .25rem; }
)";

constexpr std::string_view legend =
    R"(<p class="legend"><span class="pass"><b>✓</b> they understand each other</span>)"
    R"(<span class="fail"><b>✗</b> they do not: it leads to their first difference</span>)"
    R"(<span class="not-run"><b>?</b> not tried</span></p>)";

/// The indices of those with the most first, then by folder.
template <typename Count>
Order sorted(const std::vector<InteropHalf>& halves, Count count) {
  Order order(halves.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
    return std::pair(count(b), halves[a].folder) < std::pair(count(a), halves[b].folder);
  });
  return order;
}

Order clients_of(const InteropMatrix& matrix) {
  return sorted(matrix.clients, [&](std::size_t client) { return matrix.understood_of_client(client); });
}

Order servers_of(const InteropMatrix& matrix) {
  return sorted(matrix.servers, [&](std::size_t server) { return matrix.understood_of_server(server); });
}

/// "Ada Lovelace (ada)"
std::string label(const InteropHalf& half) {
  return half.name == half.folder ? half.name : half.name + " (" + half.folder + ')';
}

/// "yes", or why not.
std::string verdict_of(const InteropMatrix& matrix, std::size_t client, std::size_t server) {
  const auto& pair = matrix.pairs[client][server];
  if (!matrix.clients[client].problem.empty()) return "client not tried: " + matrix.clients[client].problem;
  if (!matrix.servers[server].problem.empty()) return "server not tried: " + matrix.servers[server].problem;
  if (!pair) return "not yet tried";
  if (pair->outcome == PairOutcome::not_tried)
    return "not tried: " + (pair->difference.empty() ? "the run was ended" : pair->difference);
  return pair->outcome == PairOutcome::understood ? "yes" : pair->difference;
}

bool is_tried(const InteropMatrix& matrix, std::size_t client, std::size_t server) {
  const auto& pair = matrix.pairs[client][server];
  return pair && pair->outcome != PairOutcome::not_tried;
}

std::string anchor(std::size_t client, std::size_t server) {
  return 'c' + std::to_string(client) + 's' + std::to_string(server);
}

void write_cell(std::ostream& out, const InteropMatrix& matrix, std::size_t client, std::size_t server) {
  const std::string verdict = verdict_of(matrix, client, server);
  const bool tried = is_tried(matrix, client, server);
  const bool understood = verdict == "yes";
  const std::string_view sign = !tried ? "?" : understood ? "\u2713" : "\u2717";
  out << "<td"
      << attribute("class", std::string("verdict ") + (!tried       ? "not-run"
                                                       : understood ? "pass"
                                                                    : "fail"))
      << attribute("title", shown(matrix.clients[client].name, 100) + "'s client at " +
                                shown(matrix.servers[server].name, 100) + "'s server: " + shown(verdict, 300))
      << '>';
  if (tried && !understood)
    out << "<a href=\"#" << anchor(client, server) << "\">" << sign << "</a>";
  else
    out << sign;
  out << "</td>";
}

void write_table(std::ostream& out, const InteropMatrix& matrix, const Order& clients, const Order& servers) {
  out << "<div class=\"scroll\"><table class=\"interop\"><thead><tr><th>Client</th><th><span>understands"
         "</span></th>";
  for (const std::size_t server : servers)
    out << "<th scope=\"col\"" << attribute("title", shown(label(matrix.servers[server]))) << "><span>"
        << markup(shown(label(matrix.servers[server]), 60)) << "</span></th>";
  out << "</tr></thead>\n<tbody>\n";
  for (const std::size_t client : clients) {
    out << "<tr><th scope=\"row\">" << markup(shown(label(matrix.clients[client]), 100))
        << "</th><td class=\"number\">" << matrix.understood_of_client(client) << "</td>";
    for (const std::size_t server : servers) write_cell(out, matrix, client, server);
    out << "</tr>\n";
  }
  out << "</tbody>\n<tfoot><tr><th scope=\"row\">the server understands</th><td class=\"number\">"
      << matrix.understood() << "</td>";
  for (const std::size_t server : servers)
    out << "<td class=\"number\">" << matrix.understood_of_server(server) << "</td>";
  out << "</tr></tfoot></table></div>\n";
}

std::string happening_of(const RelayEvent& event) {
  switch (event.kind) {
    case RelayEvent::Kind::opened:
      return "connects";
    case RelayEvent::Kind::refused:
      return "refuses the connection";
    case RelayEvent::Kind::ended:
      return "ends the connection";
    case RelayEvent::Kind::reset:
      return "resets the connection";
    case RelayEvent::Kind::bytes:
      break;
  }
  return escaped(event.bytes, shown_event_bytes);
}

void write_exchange(std::ostream& out, const PairResult& pair) {
  const auto& events = pair.exchange;
  if (events.empty()) return;
  out << "<details><summary>What went over the wire</summary><pre>";
  const ShownEvents part = events_to_show(events.size(), shown_events);
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (i >= part.first && i < part.second) {
      if (i == part.first) out << "... " << part.second - part.first << " more\n";
      continue;
    }
    const RelayEvent& event = events[i];
    out << milliseconds_text(event.at) << "  " << interop_users[event.user] << ' ' << event.connection + 1
        << (event.is_from_client ? " \u2192 " : " \u2190 ") << markup(happening_of(event)) << '\n';
  }
  if (pair.exchange_is_cut) out << "... and more that was not kept\n";
  out << "</pre></details>";
}

std::string counted(std::size_t count, std::string_view one) {
  return std::to_string(count) + ' ' + std::string(one) + (count == 1 ? "" : "s");
}

void write_problems(std::ostream& out, const std::vector<InteropHalf>& halves, const Order& order,
                    std::string_view half) {
  for (const std::size_t i : order)
    if (!halves[i].problem.empty())
      out << "<section class=\"pair\"><h3>" << markup(shown(label(halves[i]), 100)) << ", " << half
          << "</h3><p>" << markup(shown(halves[i].problem)) << "</p></section>\n";
}

void write_differences(std::ostream& out, const InteropMatrix& matrix, const Order& clients,
                       const Order& servers) {
  for (const std::size_t client : clients)
    for (const std::size_t server : servers) {
      const auto& pair = matrix.pairs[client][server];
      if (!pair || pair->outcome != PairOutcome::differs) continue;
      out << "<section class=\"pair\" id=\"" << anchor(client, server) << "\"><h3>"
          << markup(shown(matrix.clients[client].name, 100)) << "'s client at "
          << markup(shown(matrix.servers[server].name, 100)) << "'s server</h3><p>"
          << markup(shown(pair->difference)) << "</p>";
      write_exchange(out, *pair);
      out << "</section>\n";
    }
}

}  // namespace

std::size_t InteropMatrix::understood_of_client(std::size_t client) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      pairs[client], [](const auto& pair) { return pair && pair->outcome == PairOutcome::understood; }));
}

std::size_t InteropMatrix::understood_of_server(std::size_t server) const {
  return static_cast<std::size_t>(std::ranges::count_if(pairs, [&](const auto& row) {
    return row[server] && row[server]->outcome == PairOutcome::understood;
  }));
}

std::size_t InteropMatrix::understood() const {
  std::size_t count = 0;
  for (std::size_t client = 0; client < clients.size(); ++client) count += understood_of_client(client);
  return count;
}

std::size_t InteropMatrix::tried() const {
  std::size_t count = 0;
  for (std::size_t client = 0; client < clients.size(); ++client)
    for (std::size_t server = 0; server < servers.size(); ++server)
      count += is_tried(*this, client, server) ? 1 : 0;
  return count;
}

void write_interop_csv(std::ostream& out, const InteropMatrix& matrix) {
  const Order servers = servers_of(matrix);
  out << "client folder,client,understands,of";
  for (const std::size_t server : servers) out << ',' << csv_field(label(matrix.servers[server]));
  out << "\r\n";
  for (const std::size_t client : clients_of(matrix)) {
    out << csv_field(matrix.clients[client].folder) << ',' << csv_field(matrix.clients[client].name) << ','
        << matrix.understood_of_client(client) << ',' << servers.size();
    for (const std::size_t server : servers) out << ',' << csv_field(verdict_of(matrix, client, server));
    out << "\r\n";
  }
  out << "\"\",\"the server understands\"," << matrix.understood() << ','
      << matrix.clients.size() * matrix.servers.size();
  for (const std::size_t server : servers) out << ',' << matrix.understood_of_server(server);
  out << "\r\n";
}

void write_interop_html(std::ostream& out, const InteropMatrix& matrix) {
  const Order clients = clients_of(matrix);
  const Order servers = servers_of(matrix);
  const std::size_t all = matrix.clients.size() * matrix.servers.size();
  write_page_begin(out, "parley-conform: who understands whom", page_style);
  out << "<p class=\"suite\">parley-conform</p><h1>Who understands whom: "
      << counted(matrix.clients.size(), "client") << ", " << counted(matrix.servers.size(), "server")
      << "</h1>\n<p>" << matrix.understood() << " of " << all << " pairs understand each other";
  if (const std::size_t tried = matrix.tried(); tried != all) out << "; " << all - tried << " were not tried";
  out << ". In a pair, alice and bob use the same client at one server: each says three things to the other, "
         "then alice one to ALL.</p>\n"
      << legend << '\n';
  write_table(out, matrix, clients, servers);
  if (matrix.understood() != all) out << "<h2>First differences</h2>\n";
  write_problems(out, matrix.clients, clients, "client");
  write_problems(out, matrix.servers, servers, "server");
  write_differences(out, matrix, clients, servers);
  write_page_end(out, "");
}

}  // namespace parley::conform
