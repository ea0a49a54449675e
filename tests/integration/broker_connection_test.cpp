#include <doctest/doctest.h>

#include <cstdlib>
#include <optional>
#include <stdexcept>

#include "tests/integration/broker_node.hpp"
#include "tests/support/contains.hpp"

using namespace std::chrono_literals;
using namespace parley::cluster;
using namespace parley::test;

TEST_CASE("a URL that is none is refused with the reason, and no password is shown") {
  for (const char* url :
       {"nats://localhost", "tls://broker.example.org:4222", "nats://127.0.0.1:1", "nats://[::1]:65535",
        "nats://user:p@ss/w:rd@host:4222/", "nats://token@host", "nats://u:%40%25@h"})
    CHECK_MESSAGE(url_fault(url) == "", url);
  for (const char* url : {"",
                          "localhost",
                          "localhost:4222",
                          "http://host",
                          "NATS://host",
                          "nats:/host",
                          "nats://",
                          "nats://u:secret@",
                          "nats://u:secret@:4222",
                          "nats://host:",
                          "nats://host:0",
                          "nats://host:65536",
                          "nats://host:+1",
                          "nats://host:4 222",
                          "nats://u:secret@host:x",
                          "nats://::1",
                          "nats://[::1",
                          "nats://[]",
                          "nats://[::1]x",
                          "nats://host/path",
                          "nats://u:secret%@host",
                          "nats://u:secret%0@host",
                          "nats://u:secret%00@host",
                          "nats://u:sec\"ret@host",
                          "nats://u:secret%5c@host"}) {
    CHECK_MESSAGE(url_fault(url) != "", url);
    CHECK_FALSE_MESSAGE(contains(url_fault(url), "secret"), url);
  }
  CHECK(without_password("nats://user:secret@host:4222") == "nats://host:4222");
  CHECK(without_password("nats://user:se@cr/et@host") == "nats://host");
  CHECK(without_password("user:secret@host") == "host");
  CHECK(without_password("user:sec://ret@host") == "host");
  CHECK(without_password("nats://a:secret@b,nats://c:secret@d") == "nats://d");
  CHECK(without_password("nats://host") == "nats://host");
  CHECK(without_password("") == "");
}

TEST_CASE("a name of a cluster that would be no subject is a bug") {
  CHECK_THROWS_AS(BrokerNode({"nats://127.0.0.1:1"}, [](auto& options) { options.cluster_name = "a.b"; }),
                  std::invalid_argument);
  CHECK_THROWS_AS(BrokerNode({"nats://127.0.0.1:1"}, [](auto& options) { options.cluster_name = ""; }),
                  std::invalid_argument);
}

TEST_CASE("a broker that is not there is no connection, until it is") {
  BrokerProcess process;
  process.stop();
  BrokerNode node(process);
  CHECK_FALSE(node->connect());
  CHECK(contains(node->problem(), "no broker at nats://127.0.0.1:" + std::to_string(process.port())));
  CHECK_FALSE(node->is_connected());
  CHECK_FALSE(node->open_buckets());
  CHECK_FALSE(node->publish("a", "", "b"));
  CHECK_FALSE(node->flush(10ms));
  CHECK_FALSE(node->subscribe("a"));
  CHECK_FALSE(node->listen("a", [](const Broker::Heard&) {}));
  CHECK(node->max_payload_bytes() == 0);
  CHECK(node->create(Bucket::names, "alice", "1").reply == Reply::unavailable);
  CHECK(node->get(Bucket::names, "alice").reply == Reply::unavailable);
  CHECK(node->erase(Bucket::names, 1) == Reply::unavailable);

  process.start();
  node.open();
  CHECK(node.connected == 1);
  CHECK(node->is_connected());
  CHECK(node->max_payload_bytes() == 1024 * 1024);
}

TEST_CASE("user and password are those of the URL, whatever they are made of, and shown to nobody") {
  BrokerProcess process({.user = "node", .password = "a:s/e@c%r'e t"});
  BrokerNode(process).open();

  const std::string host = "127.0.0.1:" + std::to_string(process.port());
  for (const std::string user : {"", "node:secret@", "other:secret@"}) {
    BrokerNode node({"nats://" + user + host});
    const auto text = refusal([&] { node->connect(); });
    CHECK_MESSAGE(contains(text, "the broker at nats://" + host + " refuses this user or password"), text);
    CHECK_FALSE_MESSAGE(contains(text, "secret"), text);
  }
}

TEST_CASE("a credentials file that cannot be read is refused by its name") {
  BrokerProcess process;
  BrokerNode node({process.url()}, [](auto& options) { options.credentials_file = "/nowhere/node.creds"; });
  CHECK(contains(refusal([&] { node->connect(); }), "cannot read /nowhere/node.creds: No such file"));
}

namespace {

/// A broker with TLS, whose certificate these programs trust that are told to.
class TlsBroker {
 public:
  explicit TlsBroker(const std::string& address) {
    Process openssl("/usr/bin/openssl",
                    {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                     "-keyout", key_, "-out", certificate_, "-days", "2", "-subj", "/CN=test", "-addext",
                     "subjectAltName=IP:" + address});
    if (openssl.wait() != Exit{0, 0}) fail(Where::here(), openssl.error().read_all());
    process_.emplace(BrokerSetUp{.more = {"--tls", "--tlscert", certificate_, "--tlskey", key_}});
  }

  BrokerProcess* operator->() { return &*process_; }
  const std::string& certificate() const { return certificate_; }

 private:
  TemporaryDirectory directory_;
  std::string key_ = directory_.path() / "key.pem", certificate_ = directory_.path() / "certificate.pem";
  std::optional<BrokerProcess> process_;
};

/// What the system trusts, for this process.
class Trusted {
 public:
  explicit Trusted(const std::string& certificate) { ::setenv("SSL_CERT_FILE", certificate.c_str(), 1); }
  ~Trusted() { ::unsetenv("SSL_CERT_FILE"); }
  Trusted(const Trusted&) = delete;
  Trusted& operator=(const Trusted&) = delete;
};

}  // namespace

TEST_CASE("TLS is for whom the system trusts, under the name that the URL has") {
  TlsBroker right("127.0.0.1");
  {
    BrokerNode node({right->url("tls")});
    CHECK(contains(refusal([&] { node->connect(); }), "no TLS with the broker at tls://127.0.0.1:"));
  }
  {
    const Trusted trusted(right.certificate());
    BrokerNode({right->url("tls")}).open();
  }
  TlsBroker wrong("127.0.0.2");
  const Trusted trusted(wrong.certificate());
  BrokerNode node({wrong->url("tls")});
  CHECK(contains(refusal([&] { node->connect(); }), "no TLS with the broker at tls://127.0.0.1:"));
}

TEST_CASE("a broker that wants TLS gets it, and one without it is refused when TLS was asked for") {
  TlsBroker tls("127.0.0.1");
  {
    BrokerNode node({tls->url("nats")});
    CHECK(contains(refusal([&] { node->connect(); }), "no TLS with the broker at nats://127.0.0.1:"));
    const Trusted trusted(tls.certificate());
    CHECK(node->connect());
  }
  BrokerProcess plain;
  BrokerNode node({plain.url("tls")});
  CHECK(contains(refusal([&] { node->connect(); }), "has no TLS: write nats:// for tls://"));
}
