#include "protocol/livecode.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/cp1252.hpp"
#include "protocol/text.hpp"
#include "tests/unit/cuts.hpp"

namespace parley::livecode {
namespace {

using namespace std::string_literals;

constexpr std::size_t max_body_bytes = 64 * 1024;

struct Words : test::SharedWords {
  using SharedWords::operator();
  std::string operator()(const SignOn& m) const { return "AUTH" + quoted(m.name); }
  std::string operator()(const Say& m) const { return "MESG" + quoted(m.text); }
  std::string operator()(const SignOff& m) const { return "DCNX" + quoted(m.name); }
  std::string operator()(const Stop& m) const { return "STOP" + quoted(m.name); }
  std::string operator()(const Unknown& m) const { return "unknown" + quoted(m.body); }
  std::string operator()(const InvalidLength&) const { return "invalid length"; }
  std::string operator()(const TooLong&) const { return "too long"; }
};

constexpr auto describe = test::describe_with<Words>;

/// The events of whole requests, and that the same parser reads on behind them unless the last one is the
/// end.
void check(const std::string& bytes, std::vector<std::string> expected) {
  CAPTURE(visible(bytes.substr(0, 200)));
  const Parser fresh(max_body_bytes);
  test::check_however_cut(fresh, bytes, expected, describe);
  if (expected.empty() || expected.back() != "too long") expected.emplace_back("MESG <on>");
  test::check_however_cut(fresh, bytes + "MESG,2\non\n", expected, describe);
}

std::string request(const std::string& word, const std::string& body) {
  return word + ',' + std::to_string(body.size()) + '\n' + body + '\n';
}

/// Nothing has come out of these bytes, and a frame has begun or has not.
void check_unfinished(const std::string& bytes, bool in_frame) {
  CAPTURE(visible(bytes));
  Parser parser(max_body_bytes);
  parser.feed(bytes);
  CHECK(std::holds_alternative<NeedMore>(parser.next()));
  CHECK(parser.in_frame() == in_frame);
}

}  // namespace

TEST_CASE("LC1.1 a request is a word, a comma, a length, LF, and that many bytes") {
  check("AUTH,3\nbob\n", {"AUTH <bob>"});
  check("MESG,5\nhello\n", {"MESG <hello>"});
  check("DCNX,3\nbob\n", {"DCNX <bob>"});
  check("STOP,3\nbob\n", {"STOP <bob>"});
  check("", {});
}

TEST_CASE("LC1.1 the length decides, whatever the bytes are") {
  check("MESG,0\n\n", {"MESG <>"});
  check("MESG,0005\nhello\n", {"MESG <hello>"});
  check(request("MESG", "caf\xc3\xa9"), {"MESG <caf\xc3\xa9>"});
  check(request("MESG", "caf\xe9"), {"MESG <caf\\xe9>"});
  check(request("MESG", "\nDCNX,3\nbob\n"), {"MESG <\\nDCNX,3\\nbob\\n>"});
  check(request("MESG", "a\0b"s), {"MESG <a\\x00b>"});
  const std::string longest(max_body_bytes, 'x');
  check(request("MESG", longest), {"MESG <" + longest + '>'});
}

TEST_CASE("LC1.2 words in any case") {
  check("auth,3\nbob\nMesg,2\nhi\ndcnX,3\nbob\nsToP,3\nbob\n",
        {"AUTH <bob>", "MESG <hi>", "DCNX <bob>", "STOP <bob>"});
}

TEST_CASE("LC1.2 an unknown word, its body consumed") {
  check("FILE,3\nbob\n", {"unknown <bob>"});
  check("MESGS,2\nhi\nMES,2\nho\n,1\nx\nVERI,0\n",
        {"unknown <hi>", "unknown <ho>", "unknown <x>", "unknown <>"});
}

TEST_CASE("LC1.3 a request is complete at its last counted byte; the LF behind it is a blank line") {
  check("AUTH,3\nbobMESG,2\nhi", {"AUTH <bob>", "MESG <hi>"});
  check("\n\nAUTH,3\nbob\n\n\r\n \t\nMESG,2\nhi\n\n\n", {"AUTH <bob>", "MESG <hi>"});
  check(std::string(10'000, '\n'), {});
}

TEST_CASE("LC1.4 CR and blanks around the word and the length do not count") {
  check("AUTH,3\r\nbob\r\nMESG,2\r\nhi\r\n", {"AUTH <bob>", "MESG <hi>"});
  check(" AUTH , 3 \nbob\n\tMESG,\t2\nhi\n", {"AUTH <bob>", "MESG <hi>"});
}

TEST_CASE("LC1.6 a line without a length of digits is complained about, and the next line is a header") {
  for (const auto* line :
       {"AUTH", "hello", "MESG,", "MESG, ", "MESG,-5", "MESG,+5", "MESG,x", "MESG,5x", "MESG,5 5", "MESG,5,5",
        "MESG,0x5", "MESG,5.0", ",", "MESG;5", "\x01", "\xff,\xff"}) {
    check(line + "\n"s, {"invalid length"});
    check(line + "\r\nAUTH,3\nbob\n"s, {"invalid length", "AUTH <bob>"});
  }
  check("MESG,5\0\n"s, {"invalid length"});
  // A length in characters: the rest of the body cannot be told from a header.
  check("MESG,4\ncaf\xc3\xa9\n", {"MESG <caf\\xc3>", "invalid length"});
}

TEST_CASE("LC1.6 a header line of 64 bytes, and of more") {
  const std::string zeros(max_header_line_bytes - "MESG,2"s.size(), '0');
  check("MESG," + zeros + "2\nhi\n", {"MESG <hi>"});
  check("MESG,0" + zeros + "2\n", {"invalid length"});
  check(std::string(max_header_line_bytes + 1, 'x') + '\n', {"invalid length"});
  check(std::string(100'000, 'x') + "\nAUTH,3\nbob\n", {"invalid length", "AUTH <bob>"});
}

TEST_CASE("LC1.6 an endless line is complained about once, and none of it is kept") {
  Parser parser(max_body_bytes);
  std::size_t complaints = 0;
  for (int i = 0; i < 1000; ++i) {
    parser.feed(std::string(1000, 'x'));
    while (const auto event = describe(parser.next())) complaints += *event == "invalid length" ? 1 : 100;
    CHECK(parser.in_frame());
    REQUIRE(parser.pending().empty());
  }
  CHECK(complaints == 1);
}

TEST_CASE("LC1.7 a length over the limit is the end") {
  for (const auto* length : {"65537", "99999999999999999999999999999999999999999"})
    check("AUTH,3\nbob\nMESG,"s + length + "\nhello\nDCNX,3\nbob\n", {"AUTH <bob>", "too long"});
  Parser parser(max_body_bytes);
  parser.feed("MESG,65537\n");
  CHECK(describe(parser.next()) == "too long");
  parser.feed(std::string(1000, 'x'));
  CHECK(std::holds_alternative<NeedMore>(parser.next()));
  CHECK(parser.pending().empty());
  CHECK_FALSE(parser.in_frame());
}

TEST_CASE("LC1 what has begun and is not complete") {
  for (const auto* bytes : {"A", "AUTH,3", "AUTH,3\n", "AUTH,3\nbo"}) check_unfinished(bytes, true);
  for (const auto* bytes : {"", "\n", " \r\n\t"}) check_unfinished(bytes, false);
}

TEST_CASE("LC3 every frame that the family knows, byte for byte") {
  CHECK(verified == "VERI,0\n");
  CHECK(disconnected == "DCNX,0\n");
  CHECK(message("bob connected", Charset::utf8) == "MESG,13\nbob connected\n");
  CHECK(message("bob: hello", Charset::utf8) == "MESG,10\nbob: hello\n");
  CHECK(message("bob disconnected", Charset::utf8) == "MESG,16\nbob disconnected\n");
  CHECK(error(username_taken) == "ERRO,23\nUsername already taken\n");
  CHECK(error(not_verified) == "ERRO,20\nClient not verified\n");
  CHECK(warning(already_verified) == "WARN,26\nCustomer already verified\n");
  CHECK(error(unknown_command) == "ERRO,16\nUnknown command\n");
  CHECK(invalid_length() == "WARN,23\nInvalid message length\n\n");
  CHECK(to_sentence("No.") == "ERRO,4\nNo.\n");
}

TEST_CASE("LC3.2 a message has the length of its bytes") {
  CHECK(message("bob: caf\xc3\xa9", Charset::utf8) == "MESG,10\nbob: caf\xc3\xa9\n");
  CHECK(message("bob: caf\xc3\xa9", Charset::cp1252) == "MESG,9\nbob: caf\xe9\n");
  CHECK(message("bob: ", Charset::utf8) == "MESG,5\nbob: \n");
  CHECK(message("", Charset::utf8) == "MESG,0\n\n");
}

TEST_CASE("LC2.5 a text is one line, both ways") {
  for (const auto charset : {Charset::utf8, Charset::cp1252}) {
    CHECK(to_text("a\nb\rc\r\nd", charset) == "a b c d");
    CHECK(to_text("\n\na\n", charset) == "  a");
    CHECK(to_text("hello\r\n\n", charset) == "hello");
    CHECK(to_text("\r\n", charset).empty());
    CHECK(message("bob: a\nb\r\nMESG,1\n!", charset) == "MESG,17\nbob: a b MESG,1 !\n");
    CHECK(message("bob: hello\r\n", charset) == "MESG,10\nbob: hello\n");
  }
}

TEST_CASE("LC4.1 bytes that are not UTF-8 are CP1252") {
  for (const auto* text : {"", "hello", "caf\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
    CHECK(charset_of(text) == Charset::utf8);
    CHECK(to_text(text, Charset::utf8) == text);
  }
  for (const auto* text : {"caf\xe9", "\x80", "\xc3", "\xc3\xa9\xe9"})
    CHECK(charset_of(text) == Charset::cp1252);
  CHECK(to_text("caf\xe9 \x80", Charset::cp1252) == "caf\xc3\xa9 \xe2\x82\xac");
}

TEST_CASE("LC4 every byte has a character in CP1252, and comes back") {
  std::string all_bytes;
  for (int byte = 0; byte < 256; ++byte) all_bytes += static_cast<char>(byte);
  const std::string text = cp1252_to_utf8(all_bytes);
  CHECK(to_utf8(text) == text);
  CHECK(utf8_to_cp1252(text) == all_bytes);
  CHECK(cp1252_to_utf8("\x80\x8a\x8e\x91\x92\x93\x94\x95\x96\x97\x99\x9f") ==
        "\u20ac\u0160\u017d\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u2122\u0178");
  CHECK(cp1252_to_utf8("\x81\x9d") == "\xc2\x81\xc2\x9d");
  CHECK(cp1252_to_utf8("\xa0\xbf\xc0\xe9\xff") == "\u00a0\u00bf\u00c0\u00e9\u00ff");
}

TEST_CASE("LC4.3 what CP1252 has no byte for becomes a question mark") {
  CHECK(utf8_to_cp1252("a\u0100b\u4e2dc\U0001f600d\u0301") == "a?b?c?d?");
  CHECK(utf8_to_cp1252("\xc2\x80\xc2\x9f") == "??");  // controls whose bytes are letters in CP1252
  CHECK(utf8_to_cp1252("a\xff\xc3") == "a??");
  CHECK(utf8_to_cp1252("\xef\xbf\xbd") == "?");
}

}  // namespace parley::livecode
