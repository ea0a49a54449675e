#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/tls.hpp"
#include "base/tls_stream.hpp"
#include "server/log.hpp"
#include "server/net/tls_identity.hpp"
#include "tests/unit/connected_pair.hpp"

namespace parley {
namespace {

using State = TlsStream::State;

/// A server's certificate in a folder that is gone afterwards.
class OwnIdentity {
 public:
  OwnIdentity() : identity_({{}, {}, folder_}, *log_) {}
  ~OwnIdentity() { std::filesystem::remove_all(folder_); }
  OwnIdentity(const OwnIdentity&) = delete;
  OwnIdentity& operator=(const OwnIdentity&) = delete;

  std::unique_ptr<TlsStream> make_stream() const { return identity_.make_stream(); }

 private:
  static std::string make_folder() {
    std::string path = std::filesystem::temp_directory_path() / "parley-tls-XXXXXX";
    REQUIRE(::mkdtemp(path.data()) != nullptr);
    return path;
  }

  const std::shared_ptr<spdlog::logger> log_ = make_logger("test", spdlog::level::off);
  const std::string folder_ = make_folder();
  const TlsIdentity identity_;
};

/// What the stream has to send, so many bytes at most.
std::string take(TlsStream& stream, std::size_t most = SIZE_MAX) {
  std::string bytes(stream.outgoing().substr(0, most));
  stream.sent(bytes.size());
  return bytes;
}

/// A client and a server without a network, that have shaken hands.
struct Joined {
  explicit Joined(std::size_t piece_bytes = SIZE_MAX) {
    REQUIRE(client.shake_hands({}) == State::open);
    while (!client.is_established() || !server->is_established() || !client.outgoing().empty()) {
      if (!server->is_established()) REQUIRE(server->shake_hands(take(client, piece_bytes)) == State::open);
      REQUIRE(client.shake_hands(take(*server, piece_bytes)) == State::open);
    }
    REQUIRE(server->outgoing().empty());
  }

  OwnIdentity identity;
  TlsContext context = make_tls_context(TLS_client_method());
  TlsStream client{*context, TlsStream::Side::client};
  std::unique_ptr<TlsStream> server = identity.make_stream();
};

/// All that is to be read of these bytes, through a room of that size.
std::string read_all(TlsStream& stream, std::string_view bytes, std::size_t room_bytes) {
  std::string read;
  std::string room(room_bytes, '\0');
  do {
    const auto [count, state] = stream.read(room, bytes);
    bytes = {};
    read += room.substr(0, count);
    REQUIRE(state != State::failed);
    if (state == State::ended) break;
  } while (stream.has_input());
  return read;
}

TEST_CASE("a handshake in pieces of any size") {
  for (const std::size_t piece_bytes : {1U, 2U, 7U, 100U, 10'000U}) {
    const Joined joined(piece_bytes);
    CHECK(joined.client.description() == joined.server->description());
    CHECK(joined.client.description().starts_with("TLSv1.3 "));
  }
}

TEST_CASE("header and body are one record, and no more than that is taken") {
  Joined joined;
  const std::string header = "SEND bob\n\n";
  const std::string body(40'000, 'b');
  const auto count = joined.client.write(header, body);
  REQUIRE(count == TlsStream::max_record_bytes);
  CHECK(joined.client.outgoing().size() < TlsStream::max_record_bytes + 100);
  CHECK(read_all(*joined.server, take(joined.client), 100'000) == (header + body).substr(0, *count));
  CHECK(joined.client.write("one", "two") == 6);
  CHECK(read_all(*joined.server, take(joined.client), 100) == "onetwo");
}

TEST_CASE("what does not fit into the room is kept, whatever the room and the pieces") {
  for (const std::size_t room_bytes : {1U, 10U, 5'000U, 50'000U}) {
    Joined joined;
    std::string sent;
    std::string wire;
    for (const std::size_t bytes : {1U, 16'000U, 3U, 200U, 16'384U}) {
      sent += std::string(bytes, static_cast<char>('a' + bytes % 26));
      REQUIRE(joined.client.write(std::string_view(sent).substr(sent.size() - bytes), {}) == bytes);
      wire += take(joined.client);
    }
    std::string read;
    for (std::size_t begin = 0; begin < wire.size(); begin += 777)
      read += read_all(*joined.server, std::string_view(wire).substr(begin, 777), room_bytes);
    CHECK(read == sent);
    CHECK_FALSE(joined.server->has_input());
  }
}

TEST_CASE("TLS's end comes behind all that was written, and the other direction goes on") {
  Joined joined;
  REQUIRE(joined.client.write("bye", {}) == 3);
  joined.client.end();
  CHECK(read_all(*joined.server, take(joined.client), 100) == "bye");
  std::string room(10, '\0');
  CHECK(joined.server->read(room, {}).state == State::ended);
  REQUIRE(joined.server->write("still here", {}) == 10);
  CHECK(read_all(joined.client, take(*joined.server), 100) == "still here");
}

TEST_CASE("new keys are taken and answered") {
  Joined joined;
  REQUIRE(SSL_key_update(joined.client.handle(), SSL_KEY_UPDATE_REQUESTED) == 1);
  REQUIRE(joined.client.write("after", {}) == 5);
  CHECK(read_all(*joined.server, take(joined.client), 100) == "after");
  REQUIRE(joined.server->write("answer", {}) == 6);
  CHECK(read_all(joined.client, take(*joined.server), 100) == "answer");
}

TEST_CASE("what a peer never takes whole is not kept") {
  Joined joined;
  std::size_t left = 0;
  for (int i = 0; i < 2'000; ++i) {  // 2 MB, of which a byte is always still to leave
    REQUIRE(joined.server->write(std::string(1'000, 'a'), {}) == 1'000);
    joined.server->sent(joined.server->outgoing().size() - 1);
    left = std::max(left, joined.server->outgoing_capacity());
  }
  CHECK(left < 4 * TlsStream::max_record_bytes);
}

TEST_CASE("bytes that were changed, and what is no TLS") {
  Joined joined;
  REQUIRE(joined.client.write("hello", {}) == 5);
  std::string wire = take(joined.client);
  wire.back() = static_cast<char>(wire.back() ^ 1);
  std::string room(100, '\0');
  const auto [count, state] = joined.server->read(room, wire);
  CHECK(count == 0);
  CHECK(state == State::failed);
  CHECK(joined.server->failure() != nullptr);

  const auto server = joined.identity.make_stream();
  CHECK(server->shake_hands("REGISTER TOSEND alice\n\n") == State::failed);
  CHECK(std::string(server->failure()) == "it speaks in clear, not TLS");
}

TEST_CASE("what is wrong behind a request is why the stream has failed, not that it can't be answered") {
  Joined joined;
  REQUIRE(joined.client.write("SEND bob", {}) == 8);
  std::array<char, 100> room;
  const auto read = joined.server->read(room, take(joined.client) + "junk junk junk");
  CHECK(read.count == 8);
  CHECK(read.state == State::open);
  const std::string why = joined.server->failure();
  CHECK(why.find("version") != std::string::npos);
  CHECK(joined.server->write("ERROR", {}) == std::nullopt);
  CHECK(joined.server->failure() == why);
}

/// Ends a connection for which a test waits too long, so that it fails instead of standing still.
class Bound {
 public:
  explicit Bound(Connection& connection)
      : thread_([&connection](const std::stop_token& stop) {
          const test::Deadline deadline(std::chrono::minutes{1});
          std::mutex mutex;
          std::unique_lock lock(mutex);
          std::condition_variable_any().wait_until(lock, stop, deadline.time(), [] { return false; });
          if (!stop.stop_requested()) connection.abort("the test waits too long");
        }) {}

 private:
  std::jthread thread_;
};

/// A connection of the server and a client of it, over a socket.
struct JoinedConnection {
  explicit JoinedConnection(const Limits& limits = {}, const test::PeerOptions& peer = {})
      : pair(limits, peer, identity.make_stream()) {
    REQUIRE(client.shake_hands({}) == State::open);
    pair.peer().send(take(client));
    // The server's thread answers in the middle of the handshake; here the test is it.
    std::thread owner([&] {
      pair.connection()->attach_owner();
      is_done = pair.connection()->shake_hands(std::chrono::seconds{60});
    });
    while (!client.is_established()) REQUIRE(client.shake_hands(pair.peer().receive_once()) == State::open);
    pair.peer().send(take(client));
    owner.join();
    REQUIRE(is_done);
    pair.connection()->attach_owner();
  }

  std::string read(std::error_code& error) {
    std::string room(1000, '\0');
    room.resize(pair.connection()->read_some(room, error));
    return room;
  }

  OwnIdentity identity;
  test::ConnectedPair pair;
  TlsContext context = make_tls_context(TLS_client_method());
  TlsStream client{*context, TlsStream::Side::client};
  bool is_done = false;
  Bound bound{*pair.connection()};
};

TEST_CASE("a connection with TLS: both ways, and both ends") {
  JoinedConnection joined;
  std::error_code error;
  REQUIRE(joined.client.write("hello", {}) == 5);
  joined.pair.peer().send(take(joined.client));
  CHECK(joined.read(error) == "hello");
  CHECK(joined.pair.connection()->send("good", " day", [] { return std::unique_ptr<Departure>(); }) ==
        Sent::now);
  CHECK(read_all(joined.client, joined.pair.peer().receive_once(), 100) == "good day");
  joined.client.end();
  joined.pair.peer().send(take(joined.client));
  CHECK(joined.read(error).empty());
  CHECK(error == asio::error::eof);
  CHECK(joined.pair.connection()->failure() == nullptr);
}

TEST_CASE("a record that is longer than the room is read to its end") {
  JoinedConnection joined;
  std::error_code error;
  const std::string text(5'000, 'x');
  REQUIRE(joined.client.write(text, {}) == text.size());
  joined.pair.peer().send(take(joined.client));
  std::string read;
  while (read.size() < text.size() && !error) read += joined.read(error);
  CHECK(read == text);
}

TEST_CASE("a stream that is cut off is no end") {
  JoinedConnection joined;
  std::error_code error;
  joined.pair.peer().half_close();
  CHECK(joined.read(error).empty());
  CHECK(std::string(joined.pair.connection()->failure()) == "cut its TLS stream off");
}

TEST_CASE("who only changes keys is cut off") {
  JoinedConnection joined;
  std::error_code error;
  std::size_t sent_bytes = 0;
  while (joined.pair.connection()->is_open() && sent_bytes < 1'000'000) {
    REQUIRE(SSL_key_update(joined.client.handle(), SSL_KEY_UPDATE_NOT_REQUESTED) == 1);
    REQUIRE(SSL_do_handshake(joined.client.handle()) == 1);
    const std::string record = take(joined.client);
    sent_bytes += record.size();
    joined.pair.peer().send(record);
    (void)joined.read(error);
  }
  CHECK(std::string(joined.pair.connection()->failure()) == "sends too much of TLS and too little in it");
  CHECK(sent_bytes > 64'000);
  CHECK(sent_bytes < 70'000);
}

TEST_CASE("what waits for a client with TLS is bounded, counted, and leaves whole") {
  JoinedConnection joined;
  Connection& connection = *joined.pair.connection();
  std::string expected;
  for (int i = 0; expected.size() < 900'000; ++i) {
    const std::string frame(10'000, static_cast<char>('a' + i % 26));
    REQUIRE(connection.send(make_frame(frame), [] { return std::unique_ptr<Departure>(); }) != Sent::never);
    expected += frame;
  }
  CHECK(connection.waiting_bytes() > 0);
  CHECK(joined.pair.budget().used_bytes() > 0);
  std::string read;
  const auto read_up_to = [&](std::size_t bytes) {
    while (read.size() < bytes) read += read_all(joined.client, joined.pair.peer().receive_once(), 4096);
  };
  read_up_to(expected.size());
  connection.finish("the end");
  read_up_to(expected.size() + 7);
  CHECK(read == expected + "the end");
  test::wait_until([&] { return connection.waiting_bytes() == 0; }, "all has left");
  test::wait_until([&] { return joined.pair.budget().used_bytes() == 0; }, "nothing is counted any more");
}

/// Such a connection whose socket takes nothing more, which the connection itself does not know yet: what
/// fills it is no TLS, and the client passes over it.
struct FullConnection {
  static Limits small() {
    Limits limits;
    limits.max_header_bytes = 128;
    limits.max_body_bytes = 2048;
    limits.progress_timeout = std::chrono::hours{1};
    return limits;
  }

  FullConnection() {
    const std::string filling(100, '-');
    for (;;) {
      const ssize_t count = ::send(joined.pair.descriptor(), filling.data(), filling.size(), MSG_DONTWAIT);
      if (count < 0) break;
      filling_bytes += static_cast<std::size_t>(count);
    }
  }

  /// What comes next at the client; fails when nothing does.
  std::string receive() {
    std::string came = joined.pair.peer().receive_once();
    const std::size_t filled = std::min(filling_bytes, came.size());
    filling_bytes -= filled;
    return came.substr(filled);
  }

  JoinedConnection joined{small(), {.receive_buffer_bytes = 4096}};
  Connection& connection = *joined.pair.connection();
  std::size_t filling_bytes = 0;
};

TEST_CASE("a frame that is encrypted whole waits while its record is not in the socket") {
  FullConnection full;
  CHECK(full.connection.send("hello") == Sent::later);
  CHECK(full.connection.waiting_frames() == 1);
  std::string read;
  while (read.empty()) read += read_all(full.joined.client, full.receive(), 100);
  CHECK(read == "hello");
  test::wait_until([&] { return full.connection.waiting_bytes() == 0; }, "all has left");
  CHECK(full.joined.pair.budget().used_bytes() == 0);
}

TEST_CASE("a long frame is encrypted record by record, as each has left") {
  FullConnection full;
  const std::string frame(200'000, 'x');
  CHECK(full.connection.send(frame) == Sent::later);
  CHECK(full.connection.waiting_bytes() < frame.size() + 2 * TlsStream::max_record_bytes);
}

TEST_CASE("the end of TLS's stream waits for room, and ours comes behind it") {
  FullConnection full;
  full.connection.finish({});
  CHECK(full.connection.deadline(Deadline::linger) == Connection::Clock::time_point::max());
  CHECK(full.connection.deadline(Deadline::progress) < Connection::Clock::time_point::max());
  std::string room(100, '\0');
  auto state = State::open;
  while (state == State::open) state = full.joined.client.read(room, full.receive()).state;
  CHECK(state == State::ended);
  full.joined.pair.peer().expect_end();
}

TEST_CASE("answers of TLS's own wait for room, in several turns, each of which is progress") {
  FullConnection full;
  TlsStream& client = full.joined.client;
  std::string questions;
  for (int i = 0; i < 2'000; ++i) {  // each asks for new keys of the server's
    REQUIRE(SSL_key_update(client.handle(), SSL_KEY_UPDATE_REQUESTED) == 1);
    REQUIRE(SSL_do_handshake(client.handle()) == 1);
    questions += take(client);
  }
  REQUIRE(client.write("done", {}) == 4);
  full.joined.pair.peer().send(questions + take(client));
  std::error_code error;
  while (full.joined.read(error) != "done") REQUIRE_FALSE(error);
  const std::size_t waiting_bytes = full.connection.waiting_bytes();
  CHECK(waiting_bytes > 2'000 * 15);  // less what the socket has taken
  CHECK(full.connection.waiting_frames() == 0);
  const auto deadline = full.connection.deadline(Deadline::progress);
  CHECK(deadline < Connection::Clock::time_point::max());
  std::string room(100, '\0');
  const auto receive = [&] {
    const std::string came = full.receive();  // throws when nothing does, and CHECK would go on
    CHECK(client.read(room, came).state == State::open);
  };
  while (full.connection.waiting_bytes() == waiting_bytes) receive();
  CHECK(full.connection.deadline(Deadline::progress) > deadline);
  while (full.connection.waiting_bytes() > 0) receive();
}

TEST_CASE("a frame waits until the last of its records is in the socket") {
  Limits limits;  // and so small a socket that one takes several turns
  limits.max_header_bytes = 128;
  limits.max_body_bytes = 2048;
  JoinedConnection joined(limits);
  const Connection& connection = *joined.pair.connection();
  const std::string frame = std::string(200'000, 'x') + "the last";
  CHECK(joined.pair.connection()->send(frame) == Sent::later);
  std::string read;
  while (read.size() < frame.size()) {
    read += read_all(joined.client, joined.pair.peer().receive_once(), 1000);
    const bool has_left = connection.waiting_frames() == 0;
    CHECK_FALSE((has_left && connection.waiting_bytes() > 0));
  }
  CHECK(read == frame);
  test::wait_until([&] { return connection.waiting_bytes() == 0; }, "all has left");
}

}  // namespace
}  // namespace parley
