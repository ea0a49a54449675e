#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <atomic>
#include <chrono>
#include <list>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/function_ref.hpp"
#include "base/thread_annotations.hpp"
#include "server/bans/ban_file.hpp"
#include "server/cluster/cluster.hpp"
#include "server/context.hpp"
#include "server/control/control.hpp"
#include "server/control/steward.hpp"
#include "server/dialects.hpp"
#include "server/figures.hpp"
#include "server/net/admission.hpp"
#include "server/net/listener.hpp"
#include "server/net/sessions.hpp"
#include "server/net/tls_identity.hpp"
#include "server/net/writer.hpp"
#include "server/options.hpp"
#include "server/passed_sockets.hpp"
#include "server/recent_refusals.hpp"

namespace parley {

/// The chat server: accepts sockets, gives each a session with a thread of its own, and ends them all.
class Server {
 public:
  /// Listens. Throws std::runtime_error, whose text says what to do, when it cannot, when a limit does not
  /// fit this system, and when the system has no thread for it.
  /// Where sockets were passed, they are their dialects' only ones.
  Server(const Options& options, spdlog::logger& log, std::vector<PassedSocket> passed);

  /// Stops at once, if nobody did.
  ~Server();

  /// A dialect and where it is spoken; those of one dialect stand together.
  struct Endpoint {
    const Dialect& dialect;
    asio::ip::tcp::endpoint address;
    bool is_tls;
  };
  std::vector<Endpoint> endpoints() const;

  /// Who connects from now on is shown the certificate that is in the files now. A bad one is told of in the
  /// log, and the old one stays. Any thread.
  void reload_certificate();
  /// As OpenSSL shows it; empty without TLS. Any thread.
  std::string certificate_fingerprint() const;

  /// Joins the cluster, if it is to be a node of one, and begins to accept. Throws std::runtime_error, whose
  /// text says what to do, when the system has no thread for that or the node cannot join. `is_hurried` is
  /// asked again and again while it waits for the cluster: true ends the wait.
  void start(FunctionRef<bool()> is_hurried);

  /// No new connections; answers that are out are finished, and every socket gets an orderly end, all within
  /// the stop timeout, and at once when `is_hurried` has said so, which is asked again and again until then.
  /// Every thread is joined. The thread that made the server.
  void stop(FunctionRef<bool()> is_hurried);

  /// Reads the file of accounts anew, if there is one; the log says what became of it. The thread that made
  /// the server.
  void reload_accounts();

  /// How long nobody has been connected; zero while somebody is, and until the first one came. Any thread.
  std::chrono::milliseconds idle_for() const { return admission_.idle_for(); }

  /// Once stopped: whether to destroy this may wait without end, for a broker that is silent.
  bool may_hang() const { return cluster_ && cluster_->may_hang(); }

  /// Why it had to stop by itself; empty when it had not.
  std::string failure() const EXCLUDES(failure_mutex_);

  /// Grows for as long as the server lives, several times in a second. Any thread.
  std::uint64_t looks() const { return sessions_.looks(); }

  /// Any thread; looks at every user and every connection.
  Figures figures() const;

  const Counters& counters() const { return context_.counters; }

 private:
  /// What holds for the whole process, since nothing narrower does: the stack of a thread that asks for none
  /// of its own, and the signal that wakes threads.
  struct ProcessSetup {
    ProcessSetup();
  };

  /// One dialect's listening socket, with a thread that accepts.
  struct Door {
    /// Throws std::system_error when it cannot listen there.
    Door(asio::io_context& io_context, const Options& options, const ListenPort& wanted, Context& context,
         const std::string& host, std::uint16_t port, Listener::Families families);
    Door(asio::io_context& io_context, const Options& options, PassedSocket passed, Context& context);

    const Dialect& dialect;
    const bool is_tls;
    const SessionFactory make_session;
    Listener listener;
    std::atomic<std::uint64_t> accepted{0};
    std::thread acceptor;
  };

  void open_doors(const Options& options, std::vector<PassedSocket> passed);
  void open_doors(const Options& options, const ListenPort& wanted);
  cluster::OperatorDuties operator_duties();
  std::unique_ptr<cluster::Cluster> make_cluster(cluster::ClusterOptions options);
  void fail(const std::string& why) EXCLUDES(failure_mutex_);

  // The door's thread.
  void take(Door& door, asio::ip::tcp::socket socket) noexcept;
  bool welcome(const Door& door, const std::shared_ptr<Connection>& connection);
  void end_if_late(Connection& connection) const noexcept;
  void refuse(const Door& door, const std::shared_ptr<Connection>& connection, TurnedAway why,
              std::string_view reason);
  // A session's thread, at its end.
  void note_drop(const Door& door, const Connection& connection, Drop why);

  const ProcessSetup process_setup_;  // before the first thread
  Context context_;
  BanFile ban_file_;
  Admission admission_;
  Budget waiting_;
  PeerLog peer_log_;
  RecentRefusals refusals_;
  asio::io_context io_context_;  // before the writer, whose thread may be the last to let go of a socket
  Lookout lookout_;              // before the writer too, whose thread may be the last to wake one
  Writer writer_;
  const Connection::Shared shared_;
  const std::unique_ptr<TlsIdentity> tls_;  // null without TLS
  std::list<Door> doors_;
  mutable Mutex failure_mutex_;  // taken alone
  std::string failure_ GUARDED_BY(failure_mutex_);
  std::unique_ptr<cluster::Cluster> cluster_;  // null without one
  Sessions sessions_;                          // they use all of the above
  control::Steward steward_{context_, sessions_, ban_file_};
  std::unique_ptr<control::Control> control_;  // last; null without one
};

}  // namespace parley
