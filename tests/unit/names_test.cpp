#include "protocol/names.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/text.hpp"
#include "tests/unit/cuts.hpp"
#include "tests/unit/names_frame.hpp"

namespace parley::names {
namespace {

using namespace std::string_literals;

struct Words : test::SharedWords {
  using SharedWords::operator();
  std::string operator()(const SetName& m) const { return "NAME" + quoted(m.name); }
  std::string operator()(const GetNames&) const { return "GET_NAMES"; }
  std::string operator()(const Tell& m) const { return "MSG" + quoted(m.recipient) + quoted(m.text); }
  std::string operator()(const Exit&) const { return "EXIT"; }
};

constexpr auto describe = test::describe_with<Words>;

const std::string wrong = "refused: Wrong protocol";
const std::string last_wrong = "the end: Wrong protocol";
const std::string unknown = "refused: Unknown command. Use NAME, GET_NAMES, MSG or EXIT.";
const std::string no_word = "refused: GET_NAMES and EXIT have no word behind them.";
const std::string bad_tell = "refused: A message is written so: MSG <name> <message>";
const std::string too_long = "refused: That message is too long.";

/// The events, and that the same parser reads on behind them; however the bytes are cut.
void check(const std::string& bytes, std::vector<std::string> expected, std::size_t max_payload_bytes = 65536,
           std::size_t length_digits = 2) {
  CAPTURE(visible(bytes.substr(0, 200)));
  test::check_however_cut(Parser(max_payload_bytes), bytes, expected, describe);
  expected.emplace_back("EXIT");
  test::check_however_cut(Parser(max_payload_bytes), bytes + frame("EXIT", length_digits), expected,
                          describe);
}

/// What a parser says about these pieces.
std::vector<std::string> events_of(const std::vector<std::string>& pieces, Parser parser = Parser()) {
  std::vector<std::string> events;
  for (const std::string& piece : pieces) {
    parser.feed(piece);
    while (const auto event = describe(parser.next())) events.push_back(*event);
  }
  return events;
}

Framing framing_after(const std::string& bytes) {
  Parser parser;
  parser.feed(bytes);
  parser.next();
  return parser.framing();
}

}  // namespace

TEST_CASE("NM1.1 NM3: the four commands") {
  check("06NAME A", {"NAME <A>"});
  check("09GET_NAMES", {"GET_NAMES"});
  check("11MSG B HELLO", {"MSG <B> <HELLO>"});
  check("04EXIT", {"EXIT"});
  check("06NAME A09GET_NAMES11MSG B HELLO04EXIT", {"NAME <A>", "GET_NAMES", "MSG <B> <HELLO>", "EXIT"});
}

TEST_CASE("NM1.2: two to ten digits") {
  for (std::size_t length_digits = 2; length_digits <= 10; ++length_digits) {
    CAPTURE(length_digits);
    check(frame("NAME A", length_digits) + frame("MSG B 12", length_digits), {"NAME <A>", "MSG <B> <12>"},
          65536, length_digits);
    CHECK(framing_after(frame("NAME A", length_digits)).length_digits == length_digits);
  }
  CHECK(framing_after("").length_digits == 2);
  CHECK(framing_after("0006").length_digits == 2);
}

TEST_CASE("NM1.2: one digit and eleven are no length") {
  CHECK(events_of({"6NAME A"}) == std::vector{wrong});
  CHECK(events_of({"00000000006NAME A"}) == std::vector{wrong});
  CHECK(events_of({"00000000000"}) == std::vector{wrong});
  CHECK(events_of({"6NAME A", "06NAME A"}) == std::vector{wrong, "NAME <A>"s});
  CHECK(events_of({"6NAME A", "00000000006NAME A", "6NAME A", "06NAME A"}) ==
        std::vector{wrong, wrong, last_wrong});
}

TEST_CASE("NM1.3: line ends between frames are skipped, those at a payload's end are cut") {
  check("\r\n06NAME A\r\n\r\n09GET_NAMES\n\n\r", {"NAME <A>", "GET_NAMES"});
  check("08NAME A\r\n", {"NAME <A>"});
  check("07NAME A\n", {"NAME <A>"});
  check("05EXIT\r", {"EXIT"});
  check("15MSG B HELLO\r\n\r\n", {"MSG <B> <HELLO>"});
  check("10MSG B a\r\nb", {"MSG <B> <a\\r\\nb>"});
  check("02\r\n", {unknown});
}

TEST_CASE("NM1.4: a length of zeros means to leave") {
  check("06NAME A00", {"NAME <A>", "EXIT"});
  check("0006NAME A0000", {"NAME <A>", "EXIT"}, 65536, 4);
  check("00\r\n", {"EXIT"});
  // Not yet: it may be the begin of a longer length.
  check("0009GET_NAMES", {"GET_NAMES"}, 65536, 4);
}

TEST_CASE("NM1.4: a first frame of zeros means to leave when no more digits are waited for") {
  for (std::size_t zeros = 2; zeros <= 10; ++zeros) {
    for (const std::string line_ends : {"", "\r\n"}) {
      Parser parser;
      parser.feed(line_ends + std::string(zeros, '0'));
      CHECK(describe(parser.next()) == std::nullopt);
      CHECK(parser.may_be_exit());
      CHECK(parser.in_frame());
      parser.end_input();
      CHECK(describe(parser.next()) == "EXIT");
      CHECK(parser.framing().length_digits == zeros);
      CHECK_FALSE(parser.may_be_exit());
    }
  }
  for (const std::string other : {"", "0", "06", "60", "00000000000", "00x", "006NAME", "\r\n", "x00"}) {
    CAPTURE(other);
    Parser parser;
    parser.feed(other);
    parser.next();
    CHECK_FALSE(parser.may_be_exit());
    parser.end_input();
    CHECK(describe(parser.next()) != "EXIT");
  }
  // More digits came in time.
  Parser parser;
  parser.feed("00");
  CHECK(describe(parser.next()) == std::nullopt);
  parser.feed("06NAME A00");
  CHECK(describe(parser.next()) == "NAME <A>");
  CHECK_FALSE(parser.may_be_exit());
}

TEST_CASE("NM1.5: a payload is as long as its length says, whatever it holds") {
  check(frame("MSG B 00\0\xff 04EXIT"s), {"MSG <B> <00\\x00\\xff 04EXIT>"});
  check(frame("MSG B " + std::string(93, '7')), {"MSG <B> <" + std::string(93, '7') + ">"});
  check(frame("MSG B é€😀"), {"MSG <B> <é€😀>"});
  check(frame("MSG B " + std::string(9000, 'x'), 4), {"MSG <B> <" + std::string(9000, 'x') + ">"}, 65536, 4);
}

TEST_CASE("NM1.6: no digit where a length must be") {
  for (const std::string& bytes : {"x6NAME A"s, "0xNAME A"s, "-6NAME A"s, "+6NAME A"s, " 6NAME A"s, "NAME A"s,
                                   "0\n6NAME A"s, "\xff\xfe"s, "\0"s}) {
    CAPTURE(visible(bytes));
    CHECK(events_of({"04EXIT" + bytes}) == std::vector{"EXIT"s, wrong});
    CHECK(events_of({"04EXIT", bytes}) == std::vector{"EXIT"s, wrong});
    // What had come with it is dropped, what comes later is a frame.
    CHECK(events_of({"04EXIT" + bytes + "06NAME A", "09GET_NAMES"}) ==
          std::vector{"EXIT"s, wrong, "GET_NAMES"s});
  }
}

TEST_CASE("NM1.6: after three of them nothing is read") {
  Parser parser;
  CHECK(events_of({"04EXIT", "x", "04EXIT", "x", "04EXIT", "x", "04EXIT"}, parser) ==
        std::vector{"EXIT"s, wrong, "EXIT"s, wrong, "EXIT"s, last_wrong});
  parser.feed("04EXIT");
  CHECK(describe(parser.next()) == "EXIT");
  for (int count = 0; count < 3; ++count) {
    parser.feed("?");
    CHECK(describe(parser.next()) == (count < 2 ? wrong : last_wrong));
  }
  for (int round = 0; round < 100; ++round) {
    parser.feed(std::string(1000, '1'));
    CHECK(describe(parser.next()) == std::nullopt);
    CHECK(parser.pending().empty());
    CHECK(!parser.in_frame());
  }
}

TEST_CASE("NM1.7: a payload over the limit is refused once, and thrown away") {
  check(frame("MSG B " + std::string(95, 'x'), 3), {too_long}, 100, 3);
  check(frame("MSG B " + std::string(94, 'x'), 3), {"MSG <B> <" + std::string(94, 'x') + ">"}, 100, 3);
  check(frame("MSG B " + std::string(70'000, '0'), 5) + frame("NAME A", 5), {too_long, "NAME <A>"}, 65536, 5);
  check(frame("MSG B " + std::string(93, 'x')), {"MSG <B> <" + std::string(93, 'x') + ">"}, 1);

  Parser parser;
  parser.feed("9999999999GET_NAMES");
  for (int round = 0; round < 1000; ++round) {
    CHECK(describe(parser.next()) == std::nullopt);
    CHECK(parser.pending().empty());
    CHECK(parser.in_frame());
    parser.feed(std::string(10'000, '1'));
  }
}

TEST_CASE("NM1.8: a frame has begun from the first byte of its length to the last of its payload") {
  Parser parser;
  CHECK(!parser.in_frame());
  parser.feed("\r\n");
  CHECK(describe(parser.next()) == std::nullopt);
  CHECK(!parser.in_frame());
  for (const char c : "06NAME "s) {
    parser.feed({&c, 1});
    CHECK(describe(parser.next()) == std::nullopt);
    CHECK(parser.in_frame());
  }
  parser.feed("A");
  CHECK(describe(parser.next()) == "NAME <A>");
  CHECK(describe(parser.next()) == std::nullopt);
  CHECK(!parser.in_frame());
  parser.feed("0");
  CHECK(describe(parser.next()) == std::nullopt);
  CHECK(parser.in_frame());
}

TEST_CASE("NM2.1: a first byte that is no digit makes it raw, and each piece a command") {
  CHECK(events_of({"NAME A", "GET_NAMES", "MSG B HELLO", "EXIT"}) ==
        std::vector{"NAME <A>"s, "GET_NAMES"s, "MSG <B> <HELLO>"s, "EXIT"s});
  CHECK(events_of({"NAME A", "MSG B a\nGET_NAMES"}) ==
        std::vector{"NAME <A>"s, "MSG <B> <a>"s, "GET_NAMES"s});
  CHECK(events_of({"EXIT", "04EXIT", "06"}) == std::vector{"EXIT"s, unknown, unknown});
  CHECK(events_of({"EXIT", "MSG B " + std::string(20'000, 'x')}) ==
        std::vector{"EXIT"s, "MSG <B> <" + std::string(20'000, 'x') + '>'});
  CHECK(events_of({"NAME A", std::string(65537, 'x')}) == std::vector{"NAME <A>"s, too_long});
  CHECK(framing_after("NAME A").length_digits == 0);
  CHECK(!framing_after("NAME A").has_lines);
}

TEST_CASE("NM2.1: a piece that is longer than the room for one read is not torn") {
  for (const std::size_t bytes : {100U, 2048U, 2100U, 4096U, 8192U, 20'000U, 65'000U, 65'536U}) {
    CAPTURE(bytes);
    Parser parser;
    parser.feed("EXIT");
    CHECK(describe(parser.next()) == "EXIT");
    const std::string piece = "MSG B " + std::string(bytes - 6, 'x');
    std::vector<std::string> events;
    for (std::size_t come = 0; come < piece.size();) {
      const auto room = parser.prepare();
      const std::size_t count = std::min(room.size(), piece.size() - come);
      std::copy_n(piece.data() + come, count, room.data());
      parser.commit(count);
      come += count;
      while (const auto event = describe(parser.next())) events.push_back(*event);
    }
    CHECK(events == std::vector{"MSG <B> <" + std::string(bytes - 6, 'x') + '>'});
  }
}

TEST_CASE("NM2.1: what is fed ends a piece, and so does the end of the stream") {
  for (const bool is_fed : {true, false}) {
    Parser parser;
    const auto room = parser.prepare();
    const std::string piece = "MSG B " + std::string(room.size() - 6, 'x');
    std::ranges::copy(piece, room.begin());
    parser.commit(piece.size());
    CHECK(describe(parser.next()) == std::nullopt);
    is_fed ? parser.feed("y") : parser.end_input();
    CHECK(describe(parser.next()) == "MSG <B> <" + piece.substr(6) + (is_fed ? "y>" : ">"));
  }
}

TEST_CASE("NM2.1: a piece over the limit is refused once, and the next one read") {
  Parser parser(99);
  parser.feed("EXIT");
  parser.next();
  std::vector<std::string> events;
  for (const std::size_t bytes : {parser.prepare().size(), std::size_t{10}, std::size_t{4}}) {
    std::copy_n(std::string(bytes, 'x').data(), bytes, parser.prepare().data());
    parser.commit(bytes);
    while (const auto event = describe(parser.next())) events.push_back(*event);
  }
  CHECK(events == std::vector{too_long, unknown});
}

TEST_CASE("NM2.2: when the first command ends with its line, so do all") {
  const std::vector lines = {"NAME <A>"s, "GET_NAMES"s, "MSG <B> <a  b >"s, "EXIT"s};
  for (const std::string& end : {"\n"s, "\r\n"s, "\r"s}) {
    CAPTURE(visible(end));
    const std::string first = "NAME A" + end;
    const std::string rest = "GET_NAMES" + end + end + "MSG B a  b " + end + "EXIT" + end;
    CHECK(events_of({first + rest}) == lines);
    std::vector pieces = {first};
    for (const char c : rest) pieces.emplace_back(1, c);
    CHECK(events_of(pieces) == lines);
    for (std::size_t cut = 0; cut < rest.size(); ++cut)
      CHECK(events_of({first + rest.substr(0, cut), rest.substr(cut)}) == lines);
    CHECK(framing_after(first).has_lines);
    CHECK(framing_after("NAM" + end + "E").length_digits == 0);
  }
}

TEST_CASE("NM2.3: a last line without its end counts when the stream ends") {
  Parser parser;
  parser.feed("NAME A\nGET_NA");
  CHECK(describe(parser.next()) == "NAME <A>");
  CHECK(describe(parser.next()) == std::nullopt);
  CHECK(!parser.in_frame());
  parser.feed("MES");
  parser.end_input();
  CHECK(describe(parser.next()) == "GET_NAMES");
  CHECK(describe(parser.next()) == std::nullopt);
  CHECK(parser.pending().empty());

  Parser framed;
  framed.feed("06NAME ");
  framed.end_input();
  CHECK(describe(framed.next()) == std::nullopt);
}

TEST_CASE("NM2.4: a line over the limit is refused once, and kept nowhere") {
  const std::string line(101, 'x');
  CHECK(events_of({"EXIT\n", line + "\nEXIT\n"}, Parser(100)) == std::vector{"EXIT"s, too_long, "EXIT"s});
  CHECK(events_of({"EXIT\n", line, line, line + "\r", "\nEXIT\n"}, Parser(100)) ==
        std::vector{"EXIT"s, too_long, "EXIT"s});
  CHECK(events_of({"EXIT\n", line.substr(1) + "\n"}, Parser(100)) == std::vector{"EXIT"s, unknown});
  Parser parser;
  parser.feed("EXIT\n");
  CHECK(describe(parser.next()) == "EXIT");
  for (int round = 0; round < 1000; ++round) {
    parser.feed(std::string(10'000, 'x'));
    CHECK(describe(parser.next()) == std::nullopt);
    CHECK(parser.pending().size() <= 65536);
  }
}

TEST_CASE("NM3: words in any case, and more blanks than needed") {
  check(frame("name A"), {"NAME <A>"});
  check(frame("Get_Names "), {"GET_NAMES"});
  check(frame("  EXIT  "), {"EXIT"});
  check(frame(" NAME  A "), {"NAME <A>"});
  check(frame("MSG   B HELLO"), {"MSG <B> <HELLO>"});
  check(frame("MSG B  HELLO "), {"MSG <B> < HELLO >"});
}

TEST_CASE("NM3.1: what cannot be a name is told as it is") {
  check(frame("NAME"), {"NAME <>"});
  check(frame("NAME "), {"NAME <>"});
  check(frame("NAME A B"), {"NAME <A B>"});
  check(frame("NAME A\tB"), {"NAME <A\\tB>"});
}

TEST_CASE("NM3.6: wrong words") {
  for (const char* payload : {"MSG", "MSG ", "MSG   ", "MSG B", "MSG B "}) check(frame(payload), {bad_tell});
  for (const char* payload : {"GET_NAMES A", "EXIT now"}) check(frame(payload), {no_word});
  for (const char* payload :
       {"HELLO", "NAMES", "NAMEA", "MSGB HELLO", "GET NAMES", "QUIT", "?", " ", "NAME\tA"})
    check(frame(payload), {unknown});
  check(frame("\xff\0\n"s), {unknown});
}

TEST_CASE("NM1.5: time is linear in the bytes, however they come") {
  // Quadratic code would look at each of these bytes 32 Ki times: minutes, not a moment.
  for (const std::string& first : {"000006NAME A"s, "NAME A\n"s}) {
    Parser parser;
    parser.feed(first);
    CHECK(describe(parser.next()) == "NAME <A>");
    const std::string text = "MSG B " + std::string(65'000, 'x');
    const std::string bytes = first[0] == '0' ? frame(text, 6) : text + '\n';
    std::size_t messages = 0;
    for (int round = 0; round < 20; ++round) {
      for (const char& c : bytes) {
        parser.feed({&c, 1});
        messages += std::holds_alternative<Tell>(parser.next()) ? 1 : 0;
      }
    }
    CHECK(messages == 20);
  }
}

}  // namespace parley::names
