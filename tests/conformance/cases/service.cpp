#include <algorithm>
#include <optional>

#include "protocol/user_name.hpp"
#include "protocol/words.hpp"
#include "tests/conformance/cases/asker.hpp"
#include "tests/conformance/cases/tables.hpp"

// SERVER, who answers questions: what is asked, and how the answers come.
namespace parley::conform {

using two_socket::Channel;
using two_socket::ErrorCode;

namespace {

/// Lines with LF between them, and none at the end.
bool is_in_lines(std::string_view body) {
  return !body.empty() && body.back() != '\n' && body.find('\r') == std::string_view::npos;
}

void answers(Trial& t) {
  Asker alice(t, "alice");
  alice.ask("version");
  alice.ask("help");
  const User bob = t.sign_on("bob");
  t.exchange(alice.user(), bob);
  t.exchange(bob, alice.user());
}

/// On one socket it shows which of the two was written first.
void behind_its_report(Trial& t) {
  Asker(t, "bob").ask("version");  // so that it has one
  Link& link = t.connect("alice");
  t.register_for(link, t.first(), t.name("alice"));
  link.send(to_frame(two_socket::Register{t.second(), t.name("alice")}));
  const auto came = link.receive();
  const auto* frame = std::get_if<Frame>(&came);
  if (frame == nullptr || !std::holds_alternative<two_socket::Registered>(frame->event))
    throw CaseNotOffered{"It takes no user with one socket, on which this would show (R5.1)."};
  Asker alice(t, User{t.name("alice"), &link, &link});
  for (int i = 0; i < 10; ++i) alice.ask("version");
}

void any_capitals(Trial& t) {
  Asker alice(t, "alice");
  const std::string version = alice.ask("version");
  for (const auto* name : {"server", "sErVeR"}) alice.ask_again("version", version, name);
}

void reserved(Trial& t) {
  Asker alice(t, "alice");
  alice.ask("version");
  for (const auto* name : {"SERVER", "server", "sErVeR"}) {
    Link& link = t.connect("somebody who wants to be SERVER");
    link.send(to_frame(two_socket::Register{t.first(), name}));
    t.expect_error(link, ErrorCode::malformed_username);
  }
}

void unknown_question(Trial& t) {
  Asker alice(t, "alice");
  alice.ask("version");
  for (const std::string word : {"frobnicate", "versions"})
    alice.ask_again(word, "unknown command: " + word + "; help lists them");
}

void other_spellings(Trial& t) {
  Asker alice(t, "alice");
  const std::string version = alice.ask("version");
  for (const auto* spelling : {"VERSION", "  Version\n", "\r\n\tversion \r\n"})
    alice.ask_again(spelling, version);
  const std::string nobody = t.name("nobody");
  const std::string not_here = "whois " + nobody + ": not here";
  alice.ask_for("whois " + nobody, not_here);
  alice.ask_again(" WhoIs \t " + nobody + "\n", not_here);
}

void several_questions(Trial& t) {
  Asker alice(t, "alice");
  const std::string version = alice.ask("version");
  const std::string help = alice.ask("help");
  for (const auto* question : {"help", "version", "help", "version"}) alice.send(question);
  for (int i = 0; i < 4; ++i) alice.expect_taken();
  for (int i = 0; i < 4; ++i) alice.expect_answer(i % 2 == 0 ? help : version);
}

void help(Trial& t) {
  Asker alice(t, "alice");
  const Lines lines = split_lines(alice.ask("help", "lines, with LF between them", is_in_lines));
  // Whatever it lists it knows.
  for (const auto* question : {"who", "version", "features"}) {
    const auto begins = [&](const std::string& line) {
      return split_word(line, [](char c) { return c == ' ' || c == ':'; }).first == question;
    };
    if (std::ranges::none_of(lines, begins)) continue;
    alice.send(question);
    alice.expect_taken();
    alice.take("an answer to " + std::string(question),
               [](std::string_view body) { return is_something(body) && !is_unknown(body); });
    alice.acknowledge();
  }
}

/// "who 1/3, 120 here", and a line for each user: name, dialect, room, since when.
struct Part {
  std::size_t number = 0, parts = 0, count = 0;
  Lines names;
};

std::optional<Part> to_part(std::string_view body) {
  const Lines lines = split_lines(body);
  const std::string& head = lines.front();
  const auto slash = head.find('/');
  const auto comma = head.find(", ");
  if (!head.starts_with("who ") || !head.ends_with(" here") || slash == std::string::npos ||
      comma == std::string::npos || comma < slash)
    return std::nullopt;
  Part part{to_count(std::string_view(head).substr(4)),
            to_count(std::string_view(head).substr(slash + 1)),
            to_count(std::string_view(head).substr(comma + 2)),
            {}};
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const auto [name, rest] = split_word(lines[i], is_space);
    const auto [dialect, room_and_time] = split_word(rest, is_space);
    constexpr std::size_t time_length = std::string_view("2026-11-26T20:31:05Z").size();
    if (name.empty() || dialect.empty() || room_and_time.size() < time_length + 2 ||
        !room_and_time.ends_with('Z') || room_and_time[room_and_time.size() - time_length - 1] != ' ')
      return std::nullopt;
    part.names.emplace_back(name);
  }
  return part;
}

/// Asks who is there, and takes all parts, each when the one before was answered.
Lines ask_who(Asker& user) {
  constexpr std::size_t most_parts = 1000;
  Lines names;
  user.send("who");
  user.expect_taken();
  for (std::size_t number = 1; number <= most_parts; ++number) {
    const std::string name = "part " + std::to_string(number) + " of the list of who is here";
    const std::string body = user.take(name, [&](std::string_view answer) {
      const auto part = to_part(answer);
      const bool is_part =
          part && part->number == number && part->parts >= number && part->names.size() <= 50;
      return is_unknown(answer) || is_part;
    });
    const auto part = to_part(body);
    if (!part) throw CaseNotOffered{"Its SERVER does not know \"who\"."};
    names.insert(names.end(), part->names.begin(), part->names.end());
    user.acknowledge();
    if (part->number == part->parts) break;
  }
  return names;
}

void check_list(Trial& t, const Lines& names, const std::vector<User>& users) {
  for (const User& user : users)
    if (std::ranges::count(names, user.name) != 1)
      t.fail("each user once in the list, and " + user.name, "a list without");
  const auto folded = [](const std::string& name) { return fold_case(name); };
  if (!std::ranges::is_sorted(names, {}, folded)) t.fail("a list sorted by name", "another order");
}

void who(Trial& t) {
  Asker alice(t, "alice");
  const User zoe = t.sign_on("zoe");
  const User bob = t.sign_on("Bob");
  check_list(t, ask_who(alice), {alice.user(), bob, zoe});
}

void list_in_parts(Trial& t) {
  Asker alice(t, "alice");
  check_list(t, ask_who(alice), {alice.user()});
  std::vector<User> users;
  for (int i = 0; i < 55; ++i) {
    const std::string name = t.name("user") + 'x' + std::to_string(i);
    users.push_back({name, &t.connect_for(name + ", sending", Channel::to_send, name), nullptr});
  }
  for (User& user : users)
    user.receiving = &t.connect_for(user.name + ", receiving", Channel::to_recv, user.name);
  check_list(t, ask_who(alice), users);
}

void whois(Trial& t) {
  Asker alice(t, "alice");
  const User bob = t.sign_on("bob");
  alice.ask("whois " + bob.name, "\"whois " + bob.name + ": \", dialect, room and time",
            [&](std::string_view body) {
              return body.starts_with("whois " + bob.name + ": ") &&
                     body.find(", room ") != std::string_view::npos &&
                     body.find(", since ") != std::string_view::npos && body.ends_with('Z');
            });
  alice.ask_for("whois " + t.name("nobody"), "whois " + t.name("nobody") + ": not here");
}

/// As many as it takes are answered, and what it does not take is refused.
void many_questions(Trial& t) {
  constexpr int count = 40;
  Asker alice(t, "alice");
  const std::string version = alice.ask("version");
  for (int i = 0; i < count; ++i) alice.send("version");
  int taken = 0;
  const Expected report = delivered(t.settings(), service_name);
  const Expected refusal = error(t.settings(), ErrorCode::unable_to_send);
  for (int i = 0; i < count; ++i) {
    const Frame frame = t.answering(alice.user())
                            .expect({report.text + ", or " + refusal.text,
                                     [&](const two_socket::Event& event, std::string_view bytes) {
                                       return report.matches(event, bytes) || refusal.matches(event, bytes);
                                     }});
    if (std::holds_alternative<two_socket::Delivered>(frame.event)) ++taken;
  }
  for (int i = 0; i < taken; ++i) alice.expect_answer(version);
  alice.ask_again("version", version);
}

void one_answer_at_a_time(Trial& t) {
  Asker alice(t, "alice");
  const std::string version = alice.ask("version");
  const User bob = t.sign_on("bob");
  for (int i = 0; i < 3; ++i) alice.send("version");
  for (int i = 0; i < 3; ++i) alice.expect_taken();
  for (int i = 0; i < 3; ++i) {
    alice.take("its version", [&](std::string_view body) { return body == version; });
    t.fence();
    alice.receiving().expect_nothing("no second FORWARD from SERVER before the first is answered");
    alice.acknowledge();
  }
  t.exchange(bob, alice.user());
}

/// No message waits for SERVER's receipt, and SERVER's FORWARD may wait for a message's. Receipts come in the
/// order of the FORWARDs: by name is SV2.3's.
void beside_messages(Trial& t) {
  Asker alice(t, "alice");
  alice.ask("version");
  const User bob = t.sign_on("bob");
  alice.send("version");
  alice.expect_taken();
  alice.take("its version", is_something);
  t.begin_exchange(bob, alice.user(), "meanwhile");
  t.exchange(alice.user(), bob, "meanwhile");
  alice.acknowledge();
  t.end_exchange(bob, alice.user());
  t.begin_exchange(bob, alice.user(), "take your time");
  alice.send("version");
  alice.expect_taken();
  t.end_exchange(bob, alice.user());
  alice.take("its version", is_something);
  alice.acknowledge();
  alice.ask("version");
}

void receipts_by_name(Trial& t) {
  Asker alice(t, "alice");
  const std::string version = alice.ask("version");
  const auto take_version = [&] {
    alice.take("its version", [&](std::string_view body) { return body == version; });
  };
  const User bob = t.sign_on("bob");
  const auto both_are_out = [&] {
    alice.send("version");
    alice.send("version");
    alice.expect_taken();
    alice.expect_taken();
    take_version();
    t.begin_exchange(bob, alice.user(), "Hello");
  };
  both_are_out();
  alice.acknowledge();
  t.fence();
  bob.sending->expect_nothing("no report while only SERVER has its receipt");
  t.end_exchange(bob, alice.user());
  take_version();
  alice.acknowledge();

  both_are_out();
  t.end_exchange(bob, alice.user());
  t.fence();
  alice.receiving().expect_nothing("nothing from SERVER while only bob has his receipt");
  alice.acknowledge();
  take_version();
  // Who is no sender of anything is taken for SERVER.
  t.receipts(alice.user()).send(to_frame(two_socket::Received{t.name("nobody")}));
  alice.ask_again("version", version);
}

void objection(Trial& t) {
  Asker alice(t, "alice");
  const std::string version = alice.ask("version");
  const User bob = t.sign_on("bob");
  alice.send("version");
  alice.expect_taken();
  alice.take("its version", is_something);
  t.receipts(alice.user()).send(rejection);
  alice.ask_again("version", version);
  t.exchange(bob, alice.user());
}

}  // namespace

std::vector<Case> service_cases() {
  std::vector<Case> cases{
      {answers_questions,
       "a question to SERVER is reported, and answered by a FORWARD from it",
       {delivers, "D1.5-unknown"},
       "The question is reported as delivered, and nothing answers it.",
       answers},
      {"SV1.1-behind-its-report",
       "the answer to a user with one socket comes behind the report",
       {},
       "The FORWARD is written before the report, by the same thread or another.",
       behind_its_report},
      {"SV1.1-capitals",
       "messages to server and sErVeR",
       {},
       "The name is compared with its case.",
       any_capitals},
      {"SV1.1-reserved",
       "nobody can register as SERVER, in whatever capitals",
       {},
       "The name is not kept.",
       reserved},
      {"SV1.2-unknown",
       "a question that it does not know",
       {},
       "What is unknown is passed over in silence.",
       unknown_question},
      {"SV1.2-spellings",
       "questions in capitals, with blanks and line ends around their words",
       {},
       "The whole body is compared with the word.",
       other_spellings},
      {"SV1.2-order",
       "four questions at once are answered in their order",
       {"F3.2-two-sends"},
       "Each question has a thread of its own.",
       several_questions},
      {"SV1.2-help", "help, and what it lists", {}, "The list names what nothing answers.", help},
      {"SV1.2-who",
       "who is here: each once, sorted by name",
       {},
       "The map is written in its own order.",
       who},
      {"SV1.2-whois", "whois of one who is here, and of nobody", {}, "", whois},
      {"SV1.3-many",
       "forty questions before the first answer is acknowledged",
       {"F3.2-two-sends"},
       "What there is no room for is dropped without an ERROR, or was reported as delivered.",
       many_questions},
      {"SV2.1-one-at-a-time",
       "the next answer waits for the receipt of the last",
       {"F3.2-two-sends"},
       "FORWARDs from SERVER are written as they come.",
       one_answer_at_a_time},
      {"SV2.1-parts",
       "a list of 56 users comes in parts",
       {},
       "All are written into one FORWARD.",
       list_in_parts},
      {"SV2.2-beside",
       "messages do not wait for SERVER's receipt, and questions are answered behind them",
       {},
       "SERVER's FORWARD is in the user's queue of messages.",
       beside_messages},
      {"SV2.3-names",
       "receipts that name SERVER, and the sender of a message",
       {"SV2.1-one-at-a-time", "SV2.2-beside"},
       "A RECEIVED is taken for the oldest FORWARD, whatever name it has.",
       receipts_by_name},
      {"SV2.4-objection",
       "an answer that the user refuses with ERROR 103",
       {},
       "The refused answer counts as unanswered for ever.",
       objection},
  };
  for (Case& one : cases)
    if (one.id != answers_questions) one.needs.insert(one.needs.begin(), answers_questions);
  return cases;
}

}  // namespace parley::conform
