#include "server/metrics/exposition.hpp"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace parley::metrics {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricType;

constexpr std::array<const char*, handshake_faults> handshake_words = {"in_clear", "time", "cut_off",
                                                                       "declined", "protocol"};

/// The metrics in the order in which they are shown.
class Families {
 public:
  template <typename Number>
  void counter(const char* name, const char* help, Number value) {
    begin(name, help, MetricType::Counter);
    add({}, {}, value);
  }
  template <typename Number>
  void gauge(const char* name, const char* help, Number value) {
    begin(name, help, MetricType::Gauge);
    add({}, {}, value);
  }

  void begin(const char* name, const char* help, MetricType type) {
    families_.push_back({name, help, type, {}});
  }
  /// One more of the metric that was begun last.
  template <typename Number>
  void add(const char* label, std::string_view value_of_label, Number value) {
    ClientMetric metric;
    if (label != nullptr) metric.label.push_back({label, std::string(value_of_label)});
    // Every count here is less than the 2^53 up to which a double tells all whole numbers apart.
    const auto number = static_cast<double>(value);
    (families_.back().type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = number;
    families_.back().metric.push_back(std::move(metric));
  }

  template <std::size_t count>
  void counters_by_reason(const char* name, const char* help, const std::array<const char*, count>& words,
                          const std::array<std::uint64_t, count>& values) {
    begin(name, help, MetricType::Counter);
    for (std::size_t i = 0; i < count; ++i) add("reason", words[i], values[i]);
  }

  void answer_times(const char* name, const char* help, const Figures& figures) {
    begin(name, help, MetricType::Histogram);
    ClientMetric metric;
    auto& histogram = metric.histogram;
    constexpr double milliseconds_in_s = 1e3;
    constexpr double microseconds_in_s = 1e6;
    for (std::size_t i = 0; i < AnswerTimes::bounds_ms.size(); ++i) {
      histogram.sample_count += figures.answer_times[i];
      const double bound_s = static_cast<double>(AnswerTimes::bounds_ms[i]) / milliseconds_in_s;
      histogram.bucket.push_back({histogram.sample_count, bound_s});
    }
    histogram.sample_count += figures.answer_times.back();
    histogram.bucket.push_back({histogram.sample_count, std::numeric_limits<double>::infinity()});
    histogram.sample_sum = static_cast<double>(figures.answer_times_sum_us) / microseconds_in_s;
    families_.back().metric.push_back(std::move(metric));
  }

  std::string to_text() const { return prometheus::TextSerializer().Serialize(families_); }

 private:
  std::vector<prometheus::MetricFamily> families_;
};

void add_users(Families& families, const Figures& figures) {
  families.begin("parley_users", "Users signed on at this server.", MetricType::Gauge);
  for (const auto& dialect : figures.dialects) families.add("dialect", dialect.name, dialect.users);
  families.gauge("parley_users_elsewhere", "Users signed on at the other nodes of the cluster.",
                 figures.users_elsewhere);
  families.gauge("parley_rooms", "Rooms with somebody in them.", figures.rooms);
  families.counter("parley_sign_ons_total", "Users who have signed on.", figures.sign_ons);
}

void add_connections(Families& families, const Figures& figures) {
  families.gauge("parley_connections", "Sockets that are served now.", figures.connections);
  families.gauge("parley_connections_limit", "Sockets that may be served at once.", figures.most_connections);
  families.begin("parley_connections_accepted_total",
                 "Connections that have come, whether there was room or not.", MetricType::Counter);
  for (const auto& dialect : figures.dialects) families.add("dialect", dialect.name, dialect.accepted);
  families.counters_by_reason("parley_connections_refused_total", "Connections for which there was no room.",
                              turned_away_words, figures.turned_away);
  families.counters_by_reason("parley_connections_dropped_total",
                              "Connections that the server has ended by itself.", drop_words,
                              figures.dropped);
  families.counters_by_reason("parley_tls_handshakes_failed_total",
                              "Connections on which TLS did not come about.", handshake_words,
                              figures.handshakes_failed);
}

void add_messages(Families& families, const Figures& figures) {
  families.begin("parley_messages_total", "Messages, counted once for each recipient.", MetricType::Counter);
  families.add("outcome", "delivered", figures.delivered);
  families.add("outcome", "refused", figures.refused);
  families.counter("parley_message_bytes_total", "Bytes of the bodies of messages that were delivered.",
                   figures.body_bytes);
  families.answer_times("parley_answer_seconds",
                        "Time from a SEND to its answer, of one in 64 of each two-socket sender.", figures);
  families.gauge("parley_unanswered_sends",
                 "SENDs, and messages with an id, that have been read and not answered yet.",
                 figures.unanswered);
}

void add_queues(Families& families, const Figures& figures) {
  families.gauge("parley_queued_connections", "Sockets for which something waits.",
                 figures.queues.connections);
  families.gauge("parley_queued_frames", "Frames that wait for their sockets.", figures.queues.frames);
  families.gauge("parley_queued_bytes", "Bytes that wait for their sockets.", figures.queues.bytes);
  families.gauge("parley_longest_queue_bytes", "Bytes that wait for the socket for which most waits.",
                 figures.queues.most_bytes);
  families.gauge("parley_waiting_bytes",
                 "Memory of all that waits, in mailboxes, too, and of unfinished large requests.",
                 figures.waiting_bytes);
  families.gauge("parley_waiting_limit_bytes", "What that memory may be.", figures.most_waiting_bytes);
}

void add_cluster(Families& families, const Figures::OfCluster& cluster) {
  families.gauge("parley_broker_connected", "1 while a broker of the cluster answers, 0 while none does.",
                 cluster.has_broker ? 1 : 0);
  families.gauge("parley_nodes", "Other nodes of the cluster, of which all users are known.", cluster.nodes);
  families.gauge("parley_nodes_waiting_items", "What waits to be published for other nodes.",
                 cluster.waiting_items);
  families.gauge("parley_nodes_waiting_bytes", "The same in bytes.", cluster.waiting_bytes);
  families.gauge("parley_nodes_unanswered_lines", "Lines that other nodes have not answered yet.",
                 cluster.unanswered_lines);
  families.begin("parley_nodes_packets_total", "Packets for other nodes, by what became of them.",
                 MetricType::Counter);
  families.add("outcome", "published", cluster.published);
  families.add("outcome", "lost", cluster.lost);
  families.counter("parley_nodes_items_dropped_total",
                   "What was said for a node that cannot be reached, or takes too little.", cluster.dropped);
}

void add_log(Families& families, const Figures& figures) {
  families.begin("parley_log_lines_lost_total", "Lines that are not in the log.", MetricType::Counter);
  families.add("reason", "too_many", figures.log_lines_left_out);
  families.add("reason", "no_room", figures.log_lines_dropped);
}

void add_process(Families& families, const Process& process) {
  families.begin("parley_build_info", "Which parleyd this is; always 1.", MetricType::Gauge);
  families.add("version", PARLEY_VERSION, 1);
  families.counter("process_cpu_seconds_total", "Processor time of the process.", process.cpu_s);
  families.gauge("process_start_time_seconds", "When the process was started, in seconds since 1970.",
                 process.started_s);
  families.gauge("process_resident_memory_bytes", "Memory of the process that is in RAM.",
                 process.resident_bytes);
  families.gauge("process_virtual_memory_bytes", "Address space of the process.", process.virtual_bytes);
  families.gauge("process_threads", "Threads of the process.", process.threads);
  families.gauge("process_open_fds", "Descriptors that are open.", process.open_files);
  families.gauge("process_max_fds", "Descriptors that may be open.", process.most_open_files);
}

}  // namespace

std::string to_exposition(const Figures& figures, const Process& process) {
  Families families;
  add_users(families, figures);
  add_connections(families, figures);
  add_messages(families, figures);
  add_queues(families, figures);
  if (figures.cluster) add_cluster(families, *figures.cluster);
  add_log(families, figures);
  add_process(families, process);
  return families.to_text();
}

}  // namespace parley::metrics
