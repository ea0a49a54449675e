#include "protocol/input_buffer.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "protocol/livecode.hpp"
#include "protocol/names.hpp"
#include "protocol/rooms.hpp"
#include "protocol/telnet.hpp"
#include "protocol/two_socket_parser.hpp"

namespace parley {
namespace {

constexpr std::size_t initial_bytes = 2 * 1024 + 1;

/// Gives a parser the bytes as a server does, each read as large as it allows and at most `read_bytes`. Calls
/// check(come, room) before each read, with what has come so far; the number of reads.
template <typename Parser, typename Check>
std::size_t read_in_place(Parser& parser, std::string_view bytes, std::size_t read_bytes,
                          const Check& check) {
  std::size_t reads = 0;
  for (std::size_t come = 0; come < bytes.size(); ++reads) {
    const auto room = parser.prepare();
    if (room.empty()) FAIL("no room to read into");
    check(come, room.size());
    const std::size_t count = std::min({room.size(), read_bytes, bytes.size() - come});
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(come), count, room.begin());
    parser.commit(count);
    come += count;
    while (!std::holds_alternative<NeedMore>(parser.next())) continue;
  }
  return reads;
}

/// The memory of a parser that has come so far: no more than four times that, whatever it was announced.
template <typename Parser>
void check_memory(Parser parser, const std::string& header) {
  CAPTURE(header);
  const std::string bytes = header + std::string(64 * 1024 - 100, 'x');
  for (const std::size_t read_bytes : {1U, 100U, 1000U, 70'000U}) {
    Parser fresh = parser;
    read_in_place(fresh, bytes, read_bytes, [&](std::size_t come, std::size_t room) {
      const std::size_t capacity = fresh.pending().size() + room;
      if (capacity > std::max(initial_bytes, 4 * come + InputBuffer::least_read_bytes))
        FAIL_CHECK(capacity, " bytes when ", come, " had come, in reads of ", read_bytes);
    });
  }
}

}  // namespace

TEST_CASE("L: the memory for input grows with what has come, not with what was announced") {
  check_memory(two_socket::Parser(two_socket::Side::client), "SEND bob\nContent-length: 65536\n\n");
  check_memory(two_socket::Parser(two_socket::Side::client), "SEND bob\nContent-length: 65437\n\n");
  check_memory(two_socket::Parser(two_socket::Side::client), "GO\nContent-length: 65536\n\n");
  check_memory(livecode::Parser(64 * 1024), "MESG,65536\n");
  check_memory(names::Parser(), "65536MSG bob ");
  check_memory(names::Parser(), "NAME A\nMSG bob ");
  check_memory(rooms::Parser(), "{\"type\": \"");
  check_memory(telnet::Parser(), "");
}

TEST_CASE("L: a body of 16 or 64 KiB is read in few reads") {
  const auto reads_of = [](std::size_t bytes, std::size_t messages) {
    const std::string one =
        "SEND bob\nContent-length: " + std::to_string(bytes) + "\n\n" + std::string(bytes, 'x');
    two_socket::Parser parser(two_socket::Side::client);
    std::size_t reads = 0;
    for (std::size_t i = 0; i < messages; ++i)
      reads = read_in_place(parser, one, one.size(), [](std::size_t, std::size_t) {});
    return reads;
  };
  CHECK(reads_of(1024, 1) == 1);
  CHECK(reads_of(16 * 1024, 1) == 3);
  CHECK(reads_of(16 * 1024, 2) == 1);
  CHECK(reads_of(64 * 1024, 1) == 4);
  CHECK(reads_of(64 * 1024, 2) == 4);
}

TEST_CASE("L: what is kept between two messages is no more than 32 KiB") {
  two_socket::Parser parser(two_socket::Side::client);
  const std::string one = "SEND bob\nContent-length: 65536\n\n" + std::string(65536, 'x');
  read_in_place(parser, one, one.size(), [](std::size_t, std::size_t) {});
  CHECK(parser.prepare().size() <= 32 * 1024);
}

// What CTest's time limit is for: memory that moved at each read would take minutes.
TEST_CASE("L: linear time, read in place") {
  constexpr std::size_t bytes = 4'000'000;
  const std::string one =
      "SEND bob\nContent-length: " + std::to_string(bytes) + "\n\n" + std::string(bytes, 'x');
  for (const std::size_t read_bytes : {1U, 600U}) {
    two_socket::Parser parser(two_socket::Side::client, {4096, bytes});
    read_in_place(parser, one, read_bytes, [](std::size_t, std::size_t) {});
    CHECK(parser.pending().empty());
  }
}

}  // namespace parley
