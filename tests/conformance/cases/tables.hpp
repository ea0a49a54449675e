#pragma once

#include <vector>

#include "tests/conformance/bench/case.hpp"
#include "tests/conformance/bench/client_case.hpp"

namespace parley::conform {

// For a server, by section of the page; each in the order in which it is to run.
std::vector<Case> registration_cases();
std::vector<Case> channel_cases();
std::vector<Case> delivery_cases();
std::vector<Case> answer_cases();
std::vector<Case> body_cases();
std::vector<Case> piece_cases();
std::vector<Case> header_cases();
std::vector<Case> framing_cases();
std::vector<Case> broadcast_cases();
std::vector<Case> concurrency_cases();
std::vector<Case> leaving_cases();
std::vector<Case> hygiene_cases();
std::vector<Case> service_cases();
std::vector<Case> notice_cases();

// For a client.
std::vector<ClientCase> client_registration_cases();
std::vector<ClientCase> client_sending_cases();
std::vector<ClientCase> client_receiving_cases();
std::vector<ClientCase> client_framing_cases();
std::vector<ClientCase> client_ending_cases();

/// Every clause that binds a server.
std::vector<Case> server_cases();

/// Every clause that binds a client.
std::vector<ClientCase> client_cases();

}  // namespace parley::conform
