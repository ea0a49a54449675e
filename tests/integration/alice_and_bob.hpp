#pragma once

#include "tests/support/parleyd.hpp"
#include "tests/support/user.hpp"

namespace parley::test {

/// A server with two users: for TEST_CASE_FIXTURE.
struct AliceAndBob {
  Parleyd server;
  User alice{server.endpoint(), "alice"};
  User bob{server.endpoint(), "bob"};
};

}  // namespace parley::test
