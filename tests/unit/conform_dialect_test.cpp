#include <doctest/doctest.h>

#include "tests/conformance/model/dialect.hpp"

namespace parley::conform {
namespace {

using two_socket::Side;

Dialect everything() {
  Dialect dialect;
  dialect.register_end = "\n \n";
  dialect.number_behind_name = true;
  dialect.delivered_words = {"DELIVERED", "SENT"};
  dialect.report_line_end = false;
  dialect.body_newline = true;
  dialect.broadcast_word = "EVERYONE";
  dialect.error_codes = {{102, 404}};
  return dialect;
}

void check(Side from, const std::string& bytes, const std::string& expected) {
  const Dialect dialect = everything();
  CHECK(DialectWriter(dialect, from).translate(bytes) == expected);
  const Dialect standard;
  CHECK(DialectWriter(standard, from).translate(bytes) == bytes);
}

}  // namespace

TEST_CASE("a client's messages in a dialect") {
  check(Side::client, "REGISTER TOSEND alice\n\n", "REGISTER TOSEND alice 5050\n \n");
  check(Side::client, "REGISTER TOSEND \n\n", "REGISTER TOSEND \n \n");
  check(Side::client, "SEND ALL\nContent-length: 2\n\nhiSEND bob\ncontent-LENGTH:3\n\n\n\n\nRECEIVED x\n\n",
        "SEND EVERYONE\nContent-length: 2\n\nhi\nSEND bob\ncontent-LENGTH:3\n\n\n\n\n\nRECEIVED x\n\n");
  check(Side::client, "\n\nREGISTER TORECV bob\n\nSEND bob\nContent-length: 0\n\n",
        "\n\nREGISTER TORECV bob 5050\n \nSEND bob\nContent-length: 0\n\n\n");
}

TEST_CASE("a server's messages in a dialect") {
  check(Side::server, "REGISTERED TOSEND alice\n\n", "REGISTERED TOSEND alice\n \n");
  check(Side::server, "SENT bob\n\nSENT\n\nERROR 102 Unable to send\n\nERROR 100 Malformed username\n\n",
        "DELIVERED bobDELIVEREDERROR 404 Unable to send\n\nERROR 100 Malformed username\n\n");
  check(Side::server, "FORWARD zoe\nContent-length: 5\n\nHello", "FORWARD zoe\nContent-length: 5\n\nHello\n");
}

TEST_CASE("what is wrong on purpose stays so") {
  for (const std::string bytes :
       {"REGISTER TOSEND \n", "REGISTER TOSEND al ice\r\n\r\n", "SEND bob\n\nHello", "GET / HTTP/1.1\r\n\r\n",
        "SEND bob\nContent-length: abc\n\nREGISTER TOSEND x\n\n",
        "SEND bob\nContent-length: 18446744073709551615\n\nHello"}) {
    const Dialect dialect = everything();
    const std::string written = DialectWriter(dialect, Side::client).translate(bytes);
    CHECK(written == bytes);
  }
}

TEST_CASE("a message in pieces is in the dialect as a whole one, but for a line that has gone out") {
  const Dialect dialect = everything();
  const std::string frame = "SEND bob\nContent-length: 5\n\nHello";
  for (std::size_t cut = 1; cut < frame.size(); ++cut) {
    DialectWriter writer(dialect, Side::client);
    std::string written = writer.translate(frame.substr(0, cut));
    written += writer.translate(frame.substr(cut));
    CHECK(written == frame + '\n');
    CHECK(writer.translate(frame) == frame + '\n');
  }
}

TEST_CASE("what a client wrote in the dialect is put as the page has it") {
  const Dialect dialect = everything();
  CHECK(to_standard("REGISTER TOSEND alice 5050\n \nSEND bob\nContent-length: 5\n\nHello\nSEND", dialect) ==
        "REGISTER TOSEND alice\n\nSEND bob\nContent-length: 5\n\nHelloSEND");
  const std::string exact =
      "REGISTER TOSEND alice\n\nSEND bob\nContent-length: 5\n\nHelloSEND x\nContent-length: 1\n\ny";
  CHECK(to_standard(exact, dialect) == exact);
  for (const std::string odd :
       {"", "\n", "SEND x\nContent-length: 18446744073709551615\n\nabc", "REGISTER ", "REGISTER\n"})
    CHECK(to_standard(odd, dialect) == odd);
}

TEST_CASE("only the keys that differ are written") {
  CHECK(to_toml(Dialect{}) == "[dialect]\n");
  Dialect dialect;
  dialect.register_end = " \n \n";
  dialect.error_codes = {{102, 404}};
  CHECK(to_toml(dialect) == "[dialect]\nregister_end = \" \\n \\n\"\nerror_codes = { 102 = 404 }\n");
  CHECK(differing_keys(everything(), Dialect{}).size() == 7);
  for (const auto& key : differing_keys(everything(), Dialect{})) {
    Dialect copy;
    copy_key(copy, everything(), key);
    CHECK(differing_keys(copy, Dialect{}) == std::vector<std::string>{key});
  }
}

}  // namespace parley::conform
