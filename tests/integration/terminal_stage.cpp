#include "tests/integration/terminal_stage.hpp"

#include <algorithm>
#include <cstdlib>
#include <exception>

#include "protocol/text.hpp"
#include "tests/integration/parley_program.hpp"
#include "tests/support/user.hpp"

namespace parley::test {
namespace {

constexpr std::size_t scenes_at_once = 16;
constexpr milliseconds between_messages{5};

/// In rows of so many columns, each character in one of them; no blanks at their ends, as Screen has it.
std::string in_rows(std::string_view text, std::size_t columns) {
  std::string out;
  std::size_t used = 0;
  const auto end_row = [&] {
    out.erase(out.find_last_not_of(' ') + 1);
    out += '\n';
    used = 0;
  };
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(utf8_sequence_length(text), 1);
    if (used == columns) end_row();
    out += text.substr(0, length);
    ++used;
    text.remove_prefix(length);
  }
  end_row();
  return out;
}

/// The end of the text that stands in the one row of a terminal that cannot move its cursor.
std::string in_one_row(std::string text, std::size_t columns) {
  const auto is_begin = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  auto left = static_cast<std::size_t>(std::ranges::count_if(text, is_begin));
  while (left >= columns - 1) {
    text.erase(0, std::max<std::size_t>(utf8_sequence_length(text), 1));
    --left;
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

std::string without_blanks(std::string_view text) {
  std::string out;
  std::ranges::copy_if(text, std::back_inserter(out), [](char c) { return c != ' ' && c != '\n'; });
  return out;
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

}  // namespace

std::vector<std::string> Setting::environment() const {
  std::vector<std::string> all = {"LC_ALL=", "LC_CTYPE=", "LANG=" + locale, "TERM=" + term};
  if (!locale_path.empty()) all.push_back("LOCPATH=" + locale_path);
  return all;
}

std::string Setting::name() const {
  return std::to_string(columns) + " columns, TERM=" + term + ", LANG=" + locale + (busy ? ", busy" : "");
}

bool make_latin1_locale(const std::string& folder) {
  // The sources are a package that need not be there.
  const std::string made = folder + "/de_DE.ISO-8859-1";
  return std::system(("localedef -i de_DE -f ISO-8859-1 " + made + " >/dev/null 2>&1").c_str()) == 0;
}

Crowd::Crowd(AcceptedSocket& to_recv, bool busy) : to_recv_(to_recv), thread_([this, busy] { run(busy); }) {}

void Crowd::say(std::string_view frames) {
  const std::lock_guard lock(mutex_);
  to_recv_.send(frames);
}

void Crowd::stop() {
  stopped_ = true;
  if (thread_.joinable()) thread_.join();
}

void Crowd::run(bool busy) {
  auto next = std::chrono::steady_clock::now();
  for (int number = 0; !stopped_; ++number) {
    try {
      const std::lock_guard lock(mutex_);
      to_recv_.discard();
      if (busy) to_recv_.send(forward_frame("carol", "tick " + std::to_string(number)));
    } catch (const std::exception&) {
      return;  // the client has gone: whoever waits for it says so
    }
    std::this_thread::sleep_until(next += between_messages);
  }
}

Stage::Stage(const Setting& at, std::vector<std::string> options, Where where)
    : setting(at),
      terminal(parley_path(), server.arguments(std::move(options)), at.environment(), where),
      session(sign_on(where)) {
  wait_for_bottom(prompt(), "", where);
  crowd = std::make_unique<Crowd>(session.to_recv, setting.busy);
}

FakeSession Stage::sign_on(Where where) {
  if (setting.is_latin1()) terminal.set_latin1();
  terminal.resize(PseudoTerminal::rows, setting.columns, where);
  return server.accept_user("alice", where);
}

void Stage::say(std::string_view sender, std::string_view text) {
  crowd->say(forward_frame(sender, text));
}

std::string Stage::prompt(std::string_view recipient, bool online) const {
  std::string text = online ? "alice" : "alice (offline)";
  if (!recipient.empty()) text.append(setting.is_latin1() ? " -> " : " → ").append(recipient);
  return text + "> ";
}

void Stage::wait_for_bottom(std::string_view prompt, std::string_view line, Where where) {
  const std::string text = std::string(prompt) + std::string(line);
  const std::string rows =
      setting.can_move() ? in_rows(text, setting.columns) : in_one_row(text, setting.columns);
  const std::string wanted = "\n" + rows;
  terminal.wait_for_shown(
      [&](const std::string& shown) {
        const std::string all = "\n" + shown;
        return all.ends_with(wanted) && count_of(all, wanted) == 1;
      },
      "at the bottom, once: " + rows, where);
}

void Stage::wait_for_printed(std::string_view text, Where where) {
  const std::string wanted = without_blanks(text);
  terminal.wait_for_shown(
      [&](const std::string&) { return without_blanks(terminal.screen()).find(wanted) != std::string::npos; },
      std::string(text), where);
}

void Stage::wait_for_delivered(Where where) {
  const std::string mark = setting.is_latin1() ? "+" : "✓";
  const std::string behind = without_blanks(sent_text_.substr(sent_text_.rfind('\n') + 1)) + mark;
  const std::string apart =
      mark + sent_to_ + ":\"" + without_blanks(sent_text_.substr(0, sent_text_.find('\n')));
  terminal.wait_for_shown(
      [&](const std::string&) {
        const std::string screen = without_blanks(terminal.screen());
        return screen.find(behind) != std::string::npos || screen.find(apart) != std::string::npos;
      },
      "the mark of " + sent_text_, where);
}

void Stage::resize(std::size_t columns) {
  setting.columns = columns;
  terminal.resize(PseudoTerminal::rows, columns);
}

void Stage::end_session(End end) {
  crowd.reset();
  for (AcceptedSocket* const socket : {&session.to_send, &session.to_recv}) {
    if (end == End::killed) socket->close();
    if (end == End::stopped) socket->end();
    if (end == End::reset) socket->reset();
  }
}

void Stage::accept_again(Where where) {
  session = server.accept_user("alice", where);
  crowd = std::make_unique<Crowd>(session.to_recv, setting.busy);
  wait_for_printed("Connected again; you are alice.", where);
}

std::string play_all(const std::vector<Scene>& scenes) {
  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::string failures;  // under mutex
  const auto play = [&] {
    for (std::size_t i = next++; i < scenes.size(); i = next++) {
      std::string problem;
      try {
        scenes[i].play();
        continue;
      } catch (const std::exception& error) {
        problem = error.what();
      }
      const std::lock_guard lock(mutex);
      failures += scenes[i].name + ": " + problem + "\n";
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < std::min(scenes_at_once, scenes.size()); ++i) threads.emplace_back(play);
  for (std::thread& thread : threads) thread.join();
  return failures;
}

}  // namespace parley::test
