#include "tests/bench/cluster_nodes.hpp"

#include <fmt/format.h>

#include <chrono>
#include <iterator>
#include <sstream>
#include <string>

#include "tests/bench/peers_server.hpp"
#include "tests/support/check.hpp"
#include "tests/support/peer.hpp"

namespace parley::bench {
namespace {

constexpr std::chrono::milliseconds listing_patience{60'000};

/// How many are signed on, asked by the names dialect, which answers somebody without a name, too: who asks
/// is not among those whom it counts.
std::size_t count_users(std::uint16_t names_port) {
  test::Peer peer({"127.0.0.1", names_port});
  peer.send("GET_NAMES\nEXIT\n");
  const std::string answer = peer.receive_until_end();
  if (answer.starts_with("Nobody has a name yet.")) return 0;
  std::istringstream words(answer);
  using Word = std::istream_iterator<std::string>;
  return static_cast<std::size_t>(std::distance(Word(words), Word())) - 1;  // the last one is EXIT
}

}  // namespace

std::unique_ptr<Server> start_broker() {
  return start_program("nats-server",
                       [](const auto& directory, std::uint16_t port) -> std::vector<std::string> {
                         return {"--addr",      "127.0.0.1",   "--port", std::to_string(port),
                                 "--jetstream", "--store_dir", directory};
                       });
}

ClusterNodes::ClusterNodes(std::size_t nodes) : broker_(start_broker()) {
  const std::string url = fmt::format("nats://127.0.0.1:{}", broker_->port());
  for (std::size_t i = 1; i <= nodes; ++i)
    nodes_.push_back(std::make_unique<test::Parleyd>(
        std::vector<std::string>{"--log-level", "off", "--names", "0", "--cluster", url, "--cluster-required",
                                 "--node", fmt::format("node{}", i)}));
}

std::vector<pid_t> ClusterNodes::processes() const {
  std::vector<pid_t> processes;
  for (const auto& node : nodes_) processes.push_back(node->process().pid());
  processes.push_back(broker_->pid());
  return processes;
}

void ClusterNodes::wait_until_all_list(std::size_t users) const {
  for (const auto& node : nodes_)
    test::wait_until([port = node->port_of("names"), users] { return count_users(port) == users; },
                     fmt::format("a node lists {} users", users), test::Deadline(listing_patience));
}

}  // namespace parley::bench
