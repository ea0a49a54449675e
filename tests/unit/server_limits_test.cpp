#include <doctest/doctest.h>

#include <asio/ip/address.hpp>

#include "server/log_limit.hpp"
#include "server/net/admission.hpp"
#include "server/net/flood.hpp"
#include "server/net/flood_policy.hpp"

namespace parley {
namespace {

using namespace std::chrono_literals;
using asio::ip::make_address;

AddressBytes bytes_of(const char* text) {
  const auto address = make_address(text);
  return address.is_v4() ? asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()).to_bytes()
                         : address.to_v6().to_bytes();
}

TEST_CASE("a peer may ask for a burst at once and for its rate on and on") {
  Flood flood({10, 3}, {0, 0});
  auto now = Flood::Clock::now();
  for (int i = 0; i < 3; ++i) {
    CHECK(flood.next_at(now) <= now);
    flood.charge_request(now);
  }
  CHECK(flood.next_at(now) <= now);  // the burst is used up, and not more
  flood.charge_request(now);
  CHECK(flood.next_at(now) - now > 99ms);
  CHECK(flood.next_at(now) - now < 101ms);
  for (int i = 0; i < 100; ++i) {
    now = flood.next_at(now);
    flood.charge_request(now);
  }
  CHECK(flood.next_at(now) - now < 101ms);
  now += 1h;
  for (int i = 0; i < 3; ++i) flood.charge_request(now);
  CHECK(flood.next_at(now) <= now);
}

TEST_CASE("bytes have a rate of their own, and none of zero") {
  auto now = Flood::Clock::now();
  Flood bytes({0, 0}, {1000, 2000});
  for (int i = 0; i < 1000; ++i) bytes.charge_request(now);
  CHECK(bytes.next_at(now) <= now);
  bytes.charge_bytes(2500, now);
  CHECK(bytes.next_at(now) - now > 499ms);
  CHECK(bytes.next_at(now) - now < 501ms);
}

TEST_CASE("noise has the rate of requests for itself") {
  auto now = Flood::Clock::now();
  Flood flood({10, 3}, {0, 0});
  for (int i = 0; i < 3; ++i) flood.charge_request(now);
  flood.charge_noise(3 * Flood::noise_bytes_per_request, now);
  CHECK(flood.next_at(now) <= now);
  CHECK_FALSE(flood.has_debt());
  flood.charge_noise(Flood::noise_bytes_per_request / 2, now);
  CHECK(flood.has_debt());
  for (const auto at : {flood.noise_paid_at(now), flood.next_at(now)}) {
    CHECK(at - now > 49ms);
    CHECK(at - now < 51ms);
  }
  flood.charge_request(now);
  CHECK(flood.next_at(now) - now > 99ms);
  CHECK(flood.noise_paid_at(now) - now < 51ms);
  Flood unlimited({0, 0}, {1, 1});
  unlimited.charge_noise(1'000'000, now);
  CHECK(unlimited.noise_paid_at(now) <= now);
  CHECK_FALSE(unlimited.has_debt());
}

TEST_CASE("networks are exempt from the rate of requests only") {
  const FloodPolicy policy{{1, 1},
                           {1, 1},
                           {*AddressRange::parse("10.0.0.0/8"), *AddressRange::parse("fd00::/16"),
                            *AddressRange::parse("192.0.2.7")}};
  const auto now = Flood::Clock::now();
  const auto waits_for = [&](const char* address, bool has_receipts, auto charge) {
    Flood flood = policy.for_peer(bytes_of(address), has_receipts);
    charge(flood);
    return flood.next_at(now) > now;
  };
  const auto requests = [&](Flood& flood) {
    for (int i = 0; i < 3; ++i) flood.charge_request(now);
  };
  const auto bytes = [&](Flood& flood) { flood.charge_bytes(3, now); };
  for (const char* address : {"10.1.2.3", "fd00::7", "192.0.2.7"}) {
    CHECK_FALSE(waits_for(address, true, requests));
    CHECK(waits_for(address, false, bytes));
    CHECK_FALSE(waits_for(address, true, bytes));
  }
  for (const char* address : {"11.1.2.3", "fd01::7", "192.0.2.8", "::1"})
    CHECK(waits_for(address, true, requests));
}

TEST_CASE("lines that a peer causes are limited, and those left out are counted") {
  LogLimit lines({1, 2});
  auto now = LogLimit::Clock::now();
  CHECK(lines.take(now) == 0);
  CHECK(lines.take(now) == 0);
  for (int i = 0; i < 5; ++i) CHECK(lines.take(now) == std::nullopt);
  now += 1s;
  CHECK(lines.take(now, 10) ==
        std::nullopt);  // there is room for one line, and the number of those is another
  now += 1s;
  CHECK(lines.take(now) == 15);
  CHECK(lines.take(now) == std::nullopt);
  CHECK(lines.take_left_out() == 1);
  CHECK(lines.take_left_out() == 0);
}

TEST_CASE("caps hold at n - 1, n and n + 1, for all and for an address") {
  Admission admission({3, 2, true, 1});
  using Verdict = Admission::Verdict;
  const auto far = make_address("192.0.2.1");
  const auto here = make_address("127.0.0.1");
  CHECK(admission.idle_for() == 0ms);
  CHECK(admission.admit(far) == Verdict::welcome);
  CHECK(admission.admit(far) == Verdict::welcome);
  CHECK(admission.admit(far) == Verdict::address_full);
  CHECK(admission.admit(here) == Verdict::welcome);
  CHECK(admission.admit(here) == Verdict::server_full);
  admission.let_go(far);
  CHECK(admission.admit(here) == Verdict::welcome);
  admission.let_go(here);
  CHECK(admission.admit(here) == Verdict::welcome);  // this host is no address to be capped
  CHECK(admission.begin_refusal());
  CHECK_FALSE(admission.begin_refusal());
  admission.end_refusal();
  CHECK(admission.begin_refusal());
}

}  // namespace
}  // namespace parley
