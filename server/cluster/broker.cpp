#include "server/cluster/broker.hpp"

#include "server/cluster/broker_connection.hpp"

namespace parley::cluster {

Broker::Broker(BrokerOptions options, spdlog::logger& log, Events events)
    : connection_(std::make_unique<Connection>(std::move(options), log, std::move(events))) {}

Broker::~Broker() = default;

bool Broker::connect() {
  return connection_->connect();
}

std::string Broker::problem() const {
  return connection_->problem();
}

bool Broker::may_hang() const {
  return connection_->may_hang();
}

bool Broker::is_connected() const {
  return connection_->is_connected();
}

bool Broker::open_buckets() {
  return connection_->open_bucket(Bucket::nodes) && connection_->open_bucket(Bucket::names);
}

std::size_t Broker::max_payload_bytes() const {
  natsConnection* const nats = connection_->nats();
  const std::int64_t bytes = nats == nullptr ? 0 : natsConnection_GetMaxPayload(nats);
  return bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
}

bool Broker::subscribe(const std::string& subject) {
  return connection_->subscribe(subject);
}

std::optional<std::string> Broker::next(std::chrono::milliseconds timeout) {
  return connection_->next(timeout);
}

bool Broker::listen(const std::string& subject, std::function<void(const Heard&)> heard) {
  return connection_->listen(subject, std::move(heard));
}

bool Broker::publish(const std::string& subject, const std::string& reply, std::string_view bytes) {
  return connection_->publish(subject, reply, bytes);
}

bool Broker::flush(std::chrono::milliseconds timeout) {
  if (!is_connected()) return false;
  const auto bounded = std::max(timeout, std::chrono::milliseconds(1));
  return natsConnection_FlushTimeout(connection_->nats(), bounded.count()) == NATS_OK;
}

Broker::Written Broker::create(Bucket bucket, const std::string& key, std::string_view value) {
  const auto written = connection_->write(bucket, key, value, 0);
  if (written.reply != Reply::conflict) return written;
  // A marker that an operator's tool has left where it deleted the key is no key.
  const auto read = connection_->read(bucket, key);
  const bool is_marker = read.reply == Reply::missing && read.revision != 0;
  return is_marker ? connection_->write(bucket, key, value, read.revision) : written;
}

Broker::Written Broker::update(Bucket bucket, const std::string& key, std::string_view value,
                               std::uint64_t revision) {
  return connection_->write(bucket, key, value, revision);
}

Broker::Read Broker::get(Bucket bucket, const std::string& key) {
  return connection_->read(bucket, key);
}

std::vector<std::string> Broker::keys(Bucket bucket) {
  return connection_->keys(bucket);
}

Reply Broker::erase(Bucket bucket, std::uint64_t revision) {
  return connection_->erase(bucket, revision);
}

std::string Broker::subject(std::string_view rest) const {
  return to_subject(connection_->options().cluster_name, rest);
}

std::string to_subject(std::string_view cluster_name, std::string_view rest) {
  return std::string("parley.").append(cluster_name).append(".").append(rest);
}

}  // namespace parley::cluster
