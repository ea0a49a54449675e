#pragma once

#include <signal.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/parleyd.hpp"
#include "tests/support/process.hpp"

namespace parley::test {

struct BrokerSetUp {
  bool has_jetstream = true;
  std::string user = {};  ///< empty: it asks nobody
  std::string password = {};
  std::vector<std::string> more = {};  ///< arguments of nats-server
};

/// A real nats-server on a free port of 127.0.0.1, which it has again each time that it is started. What it
/// stores lives as long as this object. Belongs to one thread.
class BrokerProcess {
 public:
  /// Returns when the broker can be connected to.
  explicit BrokerProcess(BrokerSetUp set_up = {}, Where where = Where::here());
  ~BrokerProcess();
  BrokerProcess(const BrokerProcess&) = delete;
  BrokerProcess& operator=(const BrokerProcess&) = delete;

  /// With the user and password that it asks for, percent-encoded where they must be.
  std::string url(const std::string& scheme = "nats") const;
  std::uint16_t port() const { return port_; }
  /// What it has logged since it was started. It must run.
  std::string log() const { return process_->error().text(); }

  void stop(Where where = Where::here());   ///< by SIGTERM; returns when it has ended
  void kill(Where where = Where::here());   ///< by SIGKILL; returns when it has ended
  void pause(Where where = Where::here());  ///< by SIGSTOP; returns when it stands still
  void resume() { process_->signal(SIGCONT); }
  /// Again, with what it has stored. It must have ended.
  void start(Where where = Where::here());
  /// What it has stored is gone. It must have ended.
  void forget();
  /// From its next start on. (url() goes on with the one of the beginning.)
  void ask_for_password(std::string password) { asked_password_ = std::move(password); }
  bool is_running() const { return process_ != nullptr; }

 private:
  bool try_to_start(Where where);
  void end(int signal, Where where);
  std::vector<std::string> arguments() const;

  BrokerSetUp set_up_;
  std::string asked_password_;
  TemporaryDirectory directory_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Process> process_;
};

/// Three brokers that are one cluster. Belongs to one thread.
class BrokerCluster {
 public:
  explicit BrokerCluster(Where where = Where::here());

  std::vector<std::string> urls() const;
  BrokerProcess& operator[](std::size_t index) { return *brokers_[index]; }
  /// Of those that run, the one that leads the stream; fails when none says so in time.
  BrokerProcess& leader_of(const std::string& stream, Where where = Where::here());

 private:
  std::vector<std::unique_ptr<BrokerProcess>> brokers_;
};

}  // namespace parley::test
