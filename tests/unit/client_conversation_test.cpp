// When a connection that was lost is tried again.

#include <doctest/doctest.h>

#include "client/conversation.hpp"

using namespace parley::client;

TEST_CASE("each pause before a new try is twice as long, up to the longest, and the first again afterwards") {
  RetryPauses pauses;
  for (const int seconds : {1, 2, 4, 8, 16, 32, 60, 60}) CHECK(pauses.next().count() == seconds);
  pauses.begin_anew();
  CHECK(pauses.next().count() == 1);
}
