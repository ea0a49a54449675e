#include "tests/conformance/cases/tables.hpp"

#include <algorithm>
#include <iterator>

namespace parley::conform {

// Basic first: what others need stands before them.

std::vector<Case> server_cases() {
  std::vector<Case> all;
  for (auto* section : {registration_cases, channel_cases, delivery_cases, answer_cases, body_cases,
                        piece_cases, header_cases, framing_cases, broadcast_cases, concurrency_cases,
                        leaving_cases, hygiene_cases, service_cases, notice_cases})
    std::ranges::move(section(), std::back_inserter(all));
  return all;
}

std::vector<ClientCase> client_cases() {
  std::vector<ClientCase> all;
  for (auto* section : {client_registration_cases, client_sending_cases, client_receiving_cases,
                        client_framing_cases, client_ending_cases})
    std::ranges::move(section(), std::back_inserter(all));
  return all;
}

}  // namespace parley::conform
