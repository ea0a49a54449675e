#include <algorithm>
#include <optional>

#include "protocol/text.hpp"
#include "tests/conformance/cases/asker.hpp"
#include "tests/conformance/cases/tables.hpp"

// What SERVER tells who has asked for it: who comes and goes, and for whom a message is.
namespace parley::conform {
namespace {

constexpr std::string_view came = " came";
constexpr std::string_view left = " left";

/// Whom a line of a notice names, and of how many it tells.
struct Told {
  Lines names;
  std::size_t others = 0;
};

/// "ann came", "ann and bob came", "ann, bob and eve came", "ann, bob and 118 others came".
std::optional<Told> to_told(std::string_view line, std::string_view happening) {
  if (!line.ends_with(happening)) return std::nullopt;
  line.remove_suffix(happening.size());
  Told told;
  constexpr std::string_view others = " others";
  constexpr std::string_view conjunction = " and ";
  std::string_view last = line;
  if (const auto at = line.rfind(conjunction); at != std::string_view::npos) {
    last = line.substr(at + conjunction.size());
    for (std::string_view rest = line.substr(0, at); !rest.empty();) {
      const auto end = std::min(rest.find(", "), rest.size());
      told.names.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 2, rest.size()));
    }
  }
  if (last.ends_with(others))
    told.others = to_count(last);
  else
    told.names.emplace_back(last);
  const bool has_blanks = std::ranges::any_of(told.names, [](const std::string& name) {
    return name.empty() || name.find(' ') != std::string::npos;
  });
  if (has_blanks || told.names.size() > 3 || (last.ends_with(others) && told.others < 2)) return std::nullopt;
  return told;
}

bool is_notice(std::string_view body) {
  return std::ranges::all_of(
      split_lines(body), [](const std::string& line) { return to_told(line, came) || to_told(line, left); });
}

/// Takes notices until this one has been told, by name or among so many others; users of other cases may
/// leave meanwhile.
void take_notices(Asker& user, std::string_view happening, std::vector<User> whom) {
  std::size_t nameless = 0;
  while (whom.size() > nameless) {
    const std::string body = user.take("a notice of who" + std::string(happening), is_notice);
    user.acknowledge();
    for (const std::string& line : split_lines(body)) {
      const auto told = to_told(line, happening);
      if (!told) continue;
      nameless += told->others;
      std::erase_if(whom, [&](const User& one) {
        return std::ranges::find(told->names, one.name) != told->names.end();
      });
    }
  }
}

void notices(Trial& t) {
  Asker alice(t, "alice");
  alice.ask_for("notices on", "notices on");
  const User bob = t.sign_on("bob");
  take_notices(alice, came, {bob});
  t.exchange(bob, alice.user());
  end_properly(bob);
  take_notices(alice, left, {bob});
  const User carol = t.sign_on("carol");
  take_notices(alice, came, {carol});
  t.exchange(alice.user(), carol);
}

void many_come(Trial& t) {
  Asker alice(t, "alice");
  alice.ask_for("notices on", "notices on");
  const User bob = t.sign_on("bob");
  take_notices(alice, came, {bob});
  t.begin_exchange(bob, alice.user());
  std::vector<User> newcomers;
  for (const auto* stem : {"carol", "dave", "eve", "frank", "grace"}) newcomers.push_back(t.sign_on(stem));
  t.end_exchange(bob, alice.user());
  take_notices(alice, came, newcomers);
  t.exchange(bob, alice.user());
}

/// When dave is told, the others would have been, too.
void only_who_asked(Trial& t) {
  const User carol = t.sign_on("carol");
  Asker alice(t, "alice");
  alice.ask_for("notices on", "notices on");
  const User bob = t.sign_on("bob");
  take_notices(alice, came, {bob});
  alice.ask_for("notices off", "notices off");
  Asker dave(t, "dave");
  dave.ask_for("notices on", "notices on");
  for (int i = 0; i < 2; ++i) {
    const User eve = t.sign_on("eve", t.name("eve") + static_cast<char>('a' + i));
    take_notices(dave, came, {eve});
  }
  t.fence();
  carol.receiving->expect_nothing("no FORWARD to who has asked for nothing");
  alice.receiving().expect_nothing("no FORWARD behind \"notices off\"");
  t.exchange(carol, alice.user());
}

/// The FORWARD, byte by byte; `line` stands before its Content-length.
void expect_exactly(Trial& t, const User& to, const User& from, std::string_view line,
                    std::string_view body) {
  const std::string exact = "FORWARD " + from.name + '\n' + std::string(line) +
                            "Content-length: " + std::to_string(body.size()) + "\n\n" + std::string(body);
  to.receiving->expect({"exactly the bytes \"" + visible(exact) + '"',
                        [&](const two_socket::Event&, std::string_view bytes) { return bytes == exact; }});
  t.acknowledge(to, from);
}

void audience(Trial& t) {
  Asker alice(t, "alice");
  const User bob = t.sign_on("bob");
  alice.ask_for("features audience", "features on: audience");
  t.send(bob, alice.user().name, "for you");
  expect_exactly(t, alice.user(), bob, "Audience: " + alice.user().name + '\n', "for you");
  t.take_report(bob, alice.user().name);
  alice.ask("version");
  alice.ask("features none");
  t.send(bob, alice.user().name, "as before");
  expect_exactly(t, alice.user(), bob, "", "as before");
  t.take_report(bob, alice.user().name);
}

/// All others answer, too: what is reported is D4's affair.
void audience_of_broadcast(Trial& t) {
  Asker alice(t, "alice");
  const User bob = t.sign_on("bob");
  const User carol = t.sign_on("carol");
  alice.ask_for("features audience", "features on: audience");
  t.send(bob, "ALL", "for everybody");
  expect_exactly(t, alice.user(), bob, "Audience: ALL\n", "for everybody");
  expect_exactly(t, carol, bob, "", "for everybody");
  t.expect_some_answer(bob);
  t.send(bob, alice.user().name, "for you");
  expect_exactly(t, alice.user(), bob, "Audience: " + alice.user().name + '\n', "for you");
  t.take_report(bob, alice.user().name);
}

void audience_for_who_asked(Trial& t) {
  const User carol = t.sign_on("carol");
  Asker alice(t, "alice");
  alice.ask_for("features audience", "features on: audience");
  const User dave = t.sign_on("dave");
  for (const User& other : {carol, dave}) {
    t.send(alice.user(), other.name, "for you");
    expect_exactly(t, other, alice.user(), "", "for you");
    t.take_report(alice.user(), other.name);
  }
}

}  // namespace

std::vector<Case> notice_cases() {
  std::vector<Case> cases{
      {"SV3.1-notices", "who comes and goes is told", {}, "", notices},
      {"SV3.1-many",
       "five users who come while a message is unanswered",
       {"SV3.1-notices"},
       "What happens meanwhile is lost.",
       many_come},
      {"SV3.1-only-who-asked",
       "nobody else is told, and nobody behind notices off",
       {"SV3.1-notices"},
       "Notices go to everybody.",
       only_who_asked},
      {"SV4.1-audience", "a private line to who has asked for the header line", {}, "", audience},
      {"SV4.1-broadcast",
       "a broadcast to who has asked for the header line",
       {"SV4.1-audience", "D4.1-everyone"},
       "The line has the recipient's name, whoever the message is for.",
       audience_of_broadcast},
      {"SV4.1-only-who-asked",
       "not a byte is changed for others",
       {},
       "The line is written for all as soon as one has asked for it.",
       audience_for_who_asked},
  };
  for (Case& one : cases) {
    one.needs.insert(one.needs.begin(), answers_questions);
    one.is_broadcast = one.id == "SV4.1-broadcast";
    one.leaves_early = one.id == "SV3.1-notices";
  }
  return cases;
}

}  // namespace parley::conform
