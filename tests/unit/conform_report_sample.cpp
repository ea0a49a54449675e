#include "tests/unit/conform_report_sample.hpp"

#include <utility>

using namespace std::string_literals;

namespace parley::test {

using namespace conform;

namespace {

using enum Happening;

constexpr Clause must_answer{
    "R4.1", Level::must, Bound::server,
    "A server MUST answer a REGISTER that it accepts with REGISTERED, the channel and the "
    "name, on the same socket."};
constexpr Clause count_bytes{
    "F2.1", Level::must, Bound::both,
    "A SEND or FORWARD MUST have a Content-length header line whose value is the number of "
    "bytes, not of characters, in the body that follows the empty line."};
constexpr Clause one_write{"F4.1", Level::should, Bound::both,
                           "A sender SHOULD hand each message to the network in one write."};
constexpr Clause sent_or_send{
    "M2.2", Level::should, Bound::server,
    "A server SHOULD write SENT and the recipient, as it registered, or SENT ALL for a "
    "broadcast."};
constexpr Clause not_before{
    "D2.1", Level::must, Bound::server,
    "A server MUST NOT report a delivery before the recipient has answered RECEIVED."};
constexpr Clause every_byte{"D6.3", Level::must, Bound::server,
                            "A server MUST hand on every byte of a body as it came."};
constexpr Clause any_case{"D4.8", Level::may, Bound::server,
                          "A server MAY take the word ALL in any mixture of capitals and small letters."};
constexpr Clause long_body{"L2.1", Level::must, Bound::both,
                           "A receiver MUST accept a body of up to 65536 bytes."};

Result result(std::string id, std::string title, const Clause& clause, Status status) {
  Result out;
  out.repeat_command = "parley-conform server 127.0.0.1:5050 --only " + id + " --seed 7";
  out.id = std::move(id);
  out.title = std::move(title);
  out.clause = &clause;
  out.status = status;
  out.duration = std::chrono::milliseconds(12);
  return out;
}

void sign_on(Transcript& transcript, const std::string& name) {
  for (const auto& [channel, label] :
       {std::pair{"TOSEND ", ", sending"}, std::pair{"TORECV ", ", receiving"}}) {
    const std::size_t lane = transcript.add_lane(name + label);
    transcript.add(lane, opened);
    transcript.add(lane, sent, "REGISTER " + (channel + name) + "\n\n");
    transcript.add(lane, received, "REGISTERED " + (channel + name) + "\n\n");
  }
}

Result early_report() {
  Result out =
      result("D2.1-silent-recipient", "bob is sent a message and says nothing", not_before, Status::failed);
  sign_on(out.transcript, "alice7");
  sign_on(out.transcript, "bob7");
  out.transcript.add(0, sent, "SEND bob7\nContent-length: 5\n\nhello");
  out.transcript.add(3, received, "FORWARD alice7\nContent-length: 5\n\nhello");
  out.transcript.add(0, received, "SENT bob7\n\n");
  out.transcript.add(0, note, "nothing may come here before bob has said RECEIVED");
  for (std::size_t lane = 0; lane < 4; ++lane) out.transcript.add(lane, closed);
  out.failure = Failure{"nothing on alice7's sending socket before RECEIVED", "a whole message: SENT bob7",
                        "SENT bob7\n\n", std::nullopt, 0};
  out.hint =
      "The server writes SENT as soon as it has written the FORWARD. It has to wait until the recipient's "
      "socket has "
      "brought RECEIVED, and only then tell the sender.";
  return out;
}

Result counted_characters() {
  Result out = result("F2.1-utf8", "a body of 5 characters and 6 bytes", count_bytes, Status::failed);
  sign_on(out.transcript, "alice8");
  out.transcript.add(0, sent, "SEND alice8\nContent-length: 6\n\ncaf\xc3\xa9?");
  out.transcript.add(1, received, "FORWARD alice8\nContent-length: 5\n\ncaf\xc3\xa9?");
  out.transcript.add(1, reset, "");
  out.failure = Failure{"FORWARD alice8 with 6 bytes of body on alice8's receiving socket",
                        "garbage at byte 39: a message can not begin with '?'",
                        "FORWARD alice8\nContent-length: 5\n\ncaf\xc3\xa9?", 39, 1};
  out.hint = "The length is counted in characters. Encode the text first, then count the bytes.";
  return out;
}

Result half_a_frame() {
  Result out = result("L2.1-longest-body", "65536 bytes to oneself", long_body, Status::failed);
  const std::string body(65536, 'x');
  sign_on(out.transcript, "alice9");
  out.transcript.add(0, sent, "SEND alice9\nContent-length: 65536\n\n" + body);
  out.transcript.add(1, received, "FORWARD alice9\nContent-length: 65536\n\n" + body.substr(0, 1024));
  out.transcript.add(1, ended);
  out.failure = Failure{"FORWARD alice9 with all of the 65536 bytes",
                        "the end of the stream inside a frame, after 1062 bytes",
                        "FORWARD alice9\nContent-length: 65536\n\n" + body.substr(0, 1024), std::nullopt, 1};
  out.hint = "One recv() is taken for one message. Read until all of the bytes are there.";
  return out;
}

Result passed(std::string id, std::string title, const Clause& clause) {
  Result out = result(std::move(id), std::move(title), clause, Status::passed);
  sign_on(out.transcript, "carol");
  out.transcript.add(1, sent, std::string("SEND carol\nContent-length: 4\n\n\0\x01\x02\xff", 32));
  return out;
}

Result many_lanes() {
  Result out = passed("L2.1-many", "two hundred connections, opened and dropped", long_body);
  for (int i = 0; i < 200; ++i) {
    const std::size_t lane = out.transcript.add_lane("visitor " + std::to_string(i));
    out.transcript.add(lane, opened);
    out.transcript.add(lane, closed);
  }
  return out;
}

}  // namespace

Report sample_report() {
  Report report;
  report.subject = "server at 127.0.0.1:5050";
  report.version = "0.1.0";
  report.seed = 7;
  report.duration = std::chrono::milliseconds(1834);
  report.results.push_back(counted_characters());
  report.results.push_back(passed("F2.1-plain", "a body of ASCII", count_bytes));
  report.results.push_back(result("F4.1-one-write", "each message in one piece", one_write, Status::failed));
  report.results.back().failure = Failure{"the message in one piece", "three pieces", "", std::nullopt, 0};
  report.results.back().expected_to_fail = true;
  report.results.push_back(passed("M2.2-word", "SENT and the name", sent_or_send));
  report.results.back().expected_to_fail = true;
  report.results.push_back(passed("R4.1-two-sockets", "both sockets, TOSEND first", must_answer));
  report.results.push_back(early_report());
  report.results.push_back(
      result("D6.3-all-bytes", "a body of the bytes 0 to 255", every_byte, Status::skipped));
  report.results.back().blocked_by = "F2.1-utf8";
  report.results.push_back(passed("D4.8-small-letters", "SEND all", any_case));
  report.results.back().weight = 0;
  report.results.push_back(half_a_frame());
  report.results.back().weight = 3;
  report.results.push_back(many_lanes());
  report.results.push_back(
      result("L2.1-sanity-again", "an ordinary exchange at the end", long_body, Status::not_run));
  report.results.back().reason = "the server ended with signal 11 (SIGSEGV) during L2.1-longest-body";
  return report;
}

std::string hostile_text() {
  return "nul:\0 esc:\x1b[2J bad:\xff\xc3(\xed\xa0\x80 fffe:\xef\xbf\xbe bidi:\xe2\x80\xae "
         "quotes:\"'` markup:<script>alert(1)</script><!-- --> </style> &amp; ]]> # \\ \\# ... --- \r\n\tend"s;
}

Report hostile_report() {
  const std::string text = hostile_text();
  static const std::string clause_text = hostile_text();
  static const Clause clause{clause_text, Level::must, Bound::both, clause_text};
  Report report;
  report.subject = text + std::string(65536, 'S');
  report.version = text;
  report.seed = ~std::uint64_t{0};
  for (const Status status :
       {Status::passed, Status::failed, Status::failed, Status::skipped, Status::not_run}) {
    Result out;
    out.id = "D" + std::to_string(report.results.size()) + text;
    out.title = text + std::string(65536, '\xff');
    out.clause = &clause;
    out.status = status;
    out.blocked_by = out.reason = out.hint = out.repeat_command = text;
    const std::size_t lane = out.transcript.add_lane(text);
    for (const Happening happening : {opened, sent, received, ended, reset, closed, note})
      out.transcript.add(lane, happening, text + std::string(65536, '\0'));
    out.transcript.add(99, sent, text);
    if (status == Status::failed)
      out.failure = Failure{text, text, text + std::string(65536, 'x'), 65000, 99};
    report.results.push_back(std::move(out));
  }
  report.results[2].expected_to_fail = true;
  report.results[2].failure->garbage_at = 1'000'000;
  report.results.emplace_back();
  report.results.back().id = "no clause at all";
  report.results.back().status = Status::failed;
  return report;
}

}  // namespace parley::test
