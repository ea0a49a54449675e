#include <fmt/format.h>

#include <stdexcept>

#include "server/cluster/broker_connection.hpp"

// A bucket is what other tools know as a key-value bucket: the stream KV_<bucket> with the subjects
// $KV.<bucket>.<key> of which it keeps the last message. It is spoken to as a stream, since the library's
// key-value functions hide which error it was, and make buckets from which nothing can be erased without a
// marker.

namespace parley::cluster {
namespace {

/// What newer brokers say for "wrong last sequence", without the sequence.
constexpr auto wrong_last_sequence = static_cast<jsErrCode>(10164);
constexpr std::size_t copies_of_a_cluster = 3;
/// In the header of a message that stands for a deleted key.
constexpr const char* marker_header = "KV-Operation";

std::string stream_of(const std::string& bucket) {
  return "KV_" + bucket;
}

std::string subject_of(const std::string& bucket, const std::string& key) {
  return fmt::format("$KV.{}.{}", bucket, key);
}

bool is_marker(natsMsg* message) {
  const char* operation = nullptr;
  return natsMsgHeader_Get(message, marker_header, &operation) == NATS_OK;
}

natsStatus look_up(StreamInfo& info, jsCtx* jetstream, const std::string& stream, jsErrCode& code) {
  return js_GetStreamInfo(Into(info), jetstream, stream.c_str(), nullptr, &code);
}

natsStatus make(StreamInfo& info, jsCtx* jetstream, const std::string& bucket, std::size_t urls,
                jsErrCode& code) {
  const std::string stream = stream_of(bucket), subjects = subject_of(bucket, ">");
  const char* const subject = subjects.c_str();
  const char* subject_list[] = {subject};
  jsStreamConfig config;
  jsStreamConfig_Init(&config);
  config.Name = stream.c_str();
  config.Subjects = subject_list;
  config.SubjectsLen = 1;
  config.MaxMsgsPerSubject = 1;
  config.Storage = js_FileStorage;
  config.Discard = js_DiscardNew;
  config.Replicas = urls >= copies_of_a_cluster ? copies_of_a_cluster : 1;
  config.AllowRollup = true;
  config.AllowDirect = true;
  return js_AddStream(Into(info), jetstream, &config, nullptr, &code);
}

}  // namespace

std::string Broker::Connection::bucket_name(Bucket bucket) const {
  return fmt::format("parley-{}-{}", options_.cluster_name, bucket == Bucket::nodes ? "nodes" : "names");
}

bool Broker::Connection::open_bucket(Bucket bucket) {
  if (!is_connected()) {
    set_problem(fmt::format("not connected to the broker at {}", hosts()));
    return false;
  }
  const std::string name = bucket_name(bucket), stream = stream_of(name);
  jsErrCode code{};
  StreamInfo info;
  natsStatus status = look_up(info, jetstream(), stream, code);
  if (status != NATS_OK && code == JSStreamNotFoundErr) {
    status = make(info, jetstream(), name, options_.urls.size(), code);
    // Another node, with other options, was faster.
    if (status != NATS_OK && code == JSStreamNameExistErr) status = look_up(info, jetstream(), stream, code);
  }
  if (status != NATS_OK) {
    explain_bucket(status, code);
    return false;
  }
  if (info->Config->DenyDelete)
    throw std::runtime_error(
        fmt::format("from the bucket {} of the broker at {} nothing can be erased, so parleyd did not make "
                    "it: remove it, "
                    "or take another --cluster-name",
                    name, hosts()));
  return true;
}

void Broker::Connection::explain_bucket(natsStatus status, jsErrCode code) {
  if (code == JSNotEnabledErr || code == JSNotEnabledForAccountErr ||
      (status == NATS_NO_RESPONDERS && is_connected()))
    throw std::runtime_error(fmt::format(
        "the broker at {} has no JetStream: start nats-server with -js, or put jetstream {{}} into its "
        "configuration",
        hosts()));
  if (code == JSStreamReplicasNotSupportedErr)
    throw std::runtime_error(
        fmt::format("the broker at {} is no cluster, though {} URLs of one were given: give its one URL",
                    hosts(), options_.urls.size()));
  set_problem(fmt::format("the broker at {} does not open its buckets: {} ({})", hosts(),
                          natsStatus_GetText(status), static_cast<int>(code)));
}

Reply Broker::Connection::judge(natsStatus status, jsErrCode code, std::string_view what) {
  if (status == NATS_OK) return Reply::done;
  if (code == JSStreamWrongLastSequenceErr || code == wrong_last_sequence) return Reply::conflict;
  if (code == JSNoMessageFoundErr || code == JSSequenceNotFoundErr) return Reply::missing;
  say(question_lines_, spdlog::level::warn,
      fmt::format("the broker did not {}: {} ({})", what, natsStatus_GetText(status),
                  static_cast<int>(code)));
  return Reply::unavailable;
}

Broker::Written Broker::Connection::write(Bucket bucket, const std::string& key, std::string_view value,
                                          std::uint64_t revision) {
  if (!is_connected()) return {};
  const std::string name = bucket_name(bucket), stream = stream_of(name);
  jsPubOptions options;
  jsPubOptions_Init(&options);
  options.MaxWait = options_.request_timeout.count();
  options.ExpectStream = stream.c_str();
  options.ExpectLastSubjectSeq = revision;
  options.ExpectNoMessage = revision == 0;
  jsErrCode code{};
  JetStreamAnswer answer;
  const natsStatus status = js_Publish(Into(answer), jetstream(), subject_of(name, key).c_str(), value.data(),
                                       static_cast<int>(value.size()), &options, &code);
  return {judge(status, code, "write a claim"), status == NATS_OK ? answer->Sequence : 0};
}

Broker::Read Broker::Connection::read(Bucket bucket, const std::string& key) {
  if (!is_connected()) return {};
  const std::string name = bucket_name(bucket);
  jsErrCode code{};
  NatsMessage message;
  const natsStatus status = js_GetLastMsg(Into(message), jetstream(), stream_of(name).c_str(),
                                          subject_of(name, key).c_str(), nullptr, &code);
  if (status != NATS_OK) return {.reply = judge(status, code, "read a claim"), .value = {}, .revision = 0};
  const std::uint64_t revision = natsMsg_GetSequence(message.get());
  if (is_marker(message.get())) return {Reply::missing, {}, revision};
  return {Reply::done, std::string(bytes_of(message.get())), revision};
}

std::vector<std::string> Broker::Connection::keys(Bucket bucket) {
  if (!is_connected()) return {};
  const std::string name = bucket_name(bucket), all = subject_of(name, ">");
  jsOptions options;
  jsOptions_Init(&options);
  options.Wait = options_.request_timeout.count();
  options.Stream.Info.SubjectsFilter = all.c_str();
  jsErrCode code{};
  StreamInfo info;
  const natsStatus status =
      js_GetStreamInfo(Into(info), jetstream(), stream_of(name).c_str(), &options, &code);
  if (judge(status, code, "list its claims") != Reply::done || info->State.Subjects == nullptr) return {};
  std::vector<std::string> keys;
  keys.reserve(static_cast<std::size_t>(info->State.Subjects->Count));
  const std::size_t prefix = all.size() - 1;
  for (int i = 0; i < info->State.Subjects->Count; ++i)
    keys.emplace_back(std::string_view(info->State.Subjects->List[i].Subject).substr(prefix));
  return keys;
}

Reply Broker::Connection::erase(Bucket bucket, std::uint64_t revision) {
  if (!is_connected()) return Reply::unavailable;
  const std::string stream = stream_of(bucket_name(bucket));
  jsErrCode code{};
  natsStatus status = js_DeleteMsg(jetstream(), stream.c_str(), revision, nullptr, &code);
  if (code == JSStreamMsgDeleteFailed) {  // says that for whatever reason; of a bare broker it has no other
    NatsMessage message;
    status = js_GetMsg(Into(message), jetstream(), stream.c_str(), revision, nullptr, &code);
    if (status == NATS_OK) return Reply::unavailable;
  }
  return judge(status, code, "erase a claim");
}

}  // namespace parley::cluster
