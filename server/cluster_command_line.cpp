#include "server/cluster_command_line.hpp"

#include <chrono>
#include <stdexcept>
#include <string>

#include "base/command_line.hpp"
#include "base/seconds.hpp"
#include "server/cluster/broker.hpp"
#include "server/cluster/bus_format.hpp"

namespace parley {
namespace {

constexpr const char* several_machines = "Several machines";
constexpr std::chrono::milliseconds least_lease{1'000};
constexpr std::chrono::milliseconds most_lease = std::chrono::hours{1};

std::string check_node(const std::string& name) {
  return cluster::is_valid_node_name(name) ? "" : "a node has a name of 1 to 64 bytes, printable";
}

std::string check_cluster(const std::string& name) {
  return cluster::is_valid_cluster_name(name) ? ""
                                              : "a cluster has a name of 1 to 64 of A-Z, a-z, 0-9, - and _";
}

}  // namespace

ClusterCommandLine::ClusterCommandLine(CLI::App& app, cluster::ClusterOptions& options)
    : cluster_(add_list(
          app, "--cluster", [&options](const auto& urls) { options.urls = urls; },
          "Be one server with others: the NATS brokers between them, as nats://HOST:PORT, or tls:// for TLS; "
          "USER:PASSWORD@ may stand before the host",
          cluster::url_fault)) {
  const auto add = [&](CLI::Option* option) {
    others_.push_back(option);
    return option->group(several_machines);
  };
  cluster_->group(several_machines)->type_name("URL[,...]");
  add(add_text(app, "--node", options.node,
               "This node's name, one in the cluster; usually host name and port"))
      ->type_name("NAME")
      ->check(CLI::Validator(check_node, ""));
  add(add_text(app, "--cluster-name", options.cluster_name,
               "The cluster's name, where brokers carry several; A-Z, a-z, 0-9, - and _"))
      ->type_name("NAME")
      ->check(CLI::Validator(check_cluster, ""))
      ->capture_default_str();
  add(add_seconds(app, "--cluster-lease", options.lease, least_lease, most_lease,
                  "A node that has not been heard of for so long, and a quarter, is taken for dead"))
      ->type_name("SECONDS")
      ->default_str(to_seconds_text(options.lease));
  add(add_text(app, "--cluster-credentials", options.credentials_file, "File of credentials for the brokers"))
      ->type_name("PATH");
  add(app.add_flag("--cluster-required", options.is_required, "Do not start while no broker answers"));
}

void ClusterCommandLine::check() const {
  if (cluster_->count() > 0) return;
  for (const CLI::Option* option : others_)
    if (option->count() > 0)
      throw std::invalid_argument(option->get_name() + " means nothing without --cluster, the brokers' URLs");
}

}  // namespace parley
