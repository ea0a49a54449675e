#include <doctest/doctest.h>

#include <climits>
#include <string>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/output.hpp"

namespace parley {
namespace {

using namespace std::chrono_literals;

bool is_blocking(const FileDescriptor& file) {
  return (::fcntl(file.get(), F_GETFL) & O_NONBLOCK) == 0;
}

TEST_CASE("a socket that nobody reads takes what it can hold, and waits for nobody") {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  const FileDescriptor reading(ends[0]);
  const FileDescriptor writing(ends[1]);
  const int least = 1;  // the system makes it its own least, which is less than twice what is put
  REQUIRE(::setsockopt(writing.get(), SOL_SOCKET, SO_SNDBUF, &least, sizeof least) == 0);
  const Output output = Output::to(writing.get());
  CHECK(output.put("first\n", 0ms));
  const std::string text(PIPE_BUF, 'x');
  while (output.put(text, 0ms)) {
  }
  CHECK(is_blocking(writing));  // as it was for all others who have it
  char first[6];
  CHECK(::read(reading.get(), first, sizeof first) == 6);
  CHECK(std::string(first, sizeof first) == "first\n");
}

TEST_CASE("a socket whose reader has gone raises no signal") {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  const FileDescriptor writing(ends[1]);
  const Output output = Output::to(writing.get());
  ::close(ends[0]);
  CHECK_FALSE(output.put("lost", 0ms));
  CHECK(errno == EPIPE);
}

}  // namespace
}  // namespace parley
