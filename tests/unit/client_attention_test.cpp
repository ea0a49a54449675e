// The bell and the title of the window: when they call, and that they are put back.

#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "client/attention.hpp"

using namespace parley::client;
using namespace std::chrono_literals;

namespace {

using Audience = Message::Audience;

const Deadline start{1000s};
const std::string title_back = "\x1b]2;parley\a\x1b[23;2t";

}  // namespace

TEST_CASE("private lines that come while the terminal has not the focus ring and are counted") {
  Attention attention({.bell = true, .title = true}, start);
  CHECK(attention.on_message(Audience::you, start + 1s).empty());
  CHECK(attention.on_sign(UserSign::focus_lost, start + 1s).empty());
  CHECK(attention.on_message(Audience::all, start + 2s).empty());
  CHECK(attention.on_message(Audience::you, start + 2s) == "\a\x1b[22;2t\x1b]2;(1) parley\a");
  CHECK(attention.on_message(Audience::you, start + 2s) == "\x1b]2;(2) parley\a");  // a bell a second
  CHECK(attention.on_message(Audience::you, start + 3s) == "\a\x1b]2;(3) parley\a");
  CHECK(attention.on_sign(UserSign::focus_here, start + 4s) == title_back);
  CHECK(attention.on_message(Audience::you, start + 1h).empty());
  CHECK(attention.leave().empty());
}

TEST_CASE("before the terminal is another's its title is put back, and where the user looks is as before") {
  Attention attention({.bell = true, .title = true}, start);
  (void)attention.on_sign(UserSign::focus_lost, start);
  (void)attention.on_message(Audience::you, start);
  CHECK(attention.on_sign(UserSign::suspended, start) == title_back);
  CHECK(attention.on_sign(UserSign::suspended, start).empty());
  CHECK(attention.on_message(Audience::you, start + 2s) == "\a\x1b[22;2t\x1b]2;(1) parley\a");
}

TEST_CASE("where the server does not tell to whom a line is, the first of an absence rings") {
  Attention attention({.bell = true, .title = false}, start);
  (void)attention.on_sign(UserSign::focus_lost, start);
  CHECK(attention.on_message(Audience::untold, start) == "\a");
  CHECK(attention.on_message(Audience::untold, start + 1min).empty());
  (void)attention.on_sign(UserSign::focus_here, start + 2min);
  (void)attention.on_sign(UserSign::focus_lost, start + 2min);
  CHECK(attention.on_message(Audience::untold, start + 2min) == "\a");
}

TEST_CASE("where the focus is not known, who has not typed for a while is called") {
  Attention attention({.bell = true, .title = true}, start);
  CHECK(attention.on_message(Audience::you, start + 9s).empty());
  CHECK(attention.on_message(Audience::you, start + 10s).starts_with("\a"));
  CHECK(attention.on_sign(UserSign::key, start + 11s) == title_back);
  CHECK(attention.on_message(Audience::you, start + 20s).empty());
  CHECK(attention.on_message(Audience::you, start + 21s).starts_with("\a"));
  CHECK(attention.leave() == title_back);
}

TEST_CASE("who types is here, whatever the terminal has told of the focus") {
  Attention attention({.bell = true, .title = true}, start);
  (void)attention.on_sign(UserSign::focus_lost, start);
  (void)attention.on_sign(UserSign::key, start);
  CHECK(attention.on_message(Audience::you, start + 1h).empty());
}

TEST_CASE("without the means nothing is written") {
  Attention attention({}, start);
  (void)attention.on_sign(UserSign::focus_lost, start);
  CHECK(attention.on_message(Audience::you, start + 1h).empty());
  CHECK(attention.leave().empty());
}
