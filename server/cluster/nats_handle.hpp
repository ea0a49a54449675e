#pragma once

#include <nats/nats.h>

#include <memory>
#include <string_view>

namespace parley::cluster {

/// Ends an object of libnats' by the function that the library has for it.
template <auto destroy>
struct NatsDeleter {
  template <typename Object>
  void operator()(Object* object) const {
    destroy(object);
  }
};
template <typename Object, auto destroy>
using NatsHandle = std::unique_ptr<Object, NatsDeleter<destroy>>;

using NatsConnection = NatsHandle<natsConnection, natsConnection_Destroy>;
using NatsOptions = NatsHandle<natsOptions, natsOptions_Destroy>;
using NatsSubscription = NatsHandle<natsSubscription, natsSubscription_Destroy>;
using NatsMessage = NatsHandle<natsMsg, natsMsg_Destroy>;
using JetStream = NatsHandle<jsCtx, jsCtx_Destroy>;
using JetStreamAnswer = NatsHandle<jsPubAck, jsPubAck_Destroy>;
using StreamInfo = NatsHandle<jsStreamInfo, jsStreamInfo_Destroy>;

inline std::string_view bytes_of(natsMsg* message) {
  return {natsMsg_GetData(message), static_cast<std::size_t>(natsMsg_GetDataLength(message))};
}

/// Receives what a function of the library's puts into its first argument; the handle has it at the end of
/// the statement.
template <typename Handle>
class Into {
 public:
  explicit Into(Handle& handle) : handle_(handle) {}
  ~Into() { handle_.reset(object_); }
  Into(const Into&) = delete;
  Into& operator=(const Into&) = delete;

  operator typename Handle::pointer *() { return &object_; }

 private:
  Handle& handle_;
  typename Handle::pointer object_ = nullptr;
};

}  // namespace parley::cluster
