#include "tests/conformance/bench/client_trial.hpp"

#include <algorithm>
#include <array>
#include <regex>
#include <utility>

#include "base/seconds.hpp"
#include "protocol/text.hpp"
#include "tests/conformance/model/crash_text.hpp"

namespace parley::conform {
namespace {

using std::chrono::milliseconds;

// While a socket is waited for the terminal is served this often.
constexpr milliseconds link_slice{3};
// Long enough for most clients to act; one that still wants the processor then is given more.
constexpr milliseconds look_time{150};
constexpr milliseconds rest_look_time{10};
constexpr int looks_at_rest = 3;
constexpr milliseconds time_to_read_piece{10};
constexpr milliseconds time_to_read_byte{2};
// A process whose sockets have just ended may still be on its way out.
constexpr milliseconds time_to_end{300};
constexpr std::size_t compared_bytes = 4 * 1024;
// What was typed and is shorter may as well be part of a word.
constexpr std::size_t least_echo_bytes = 4;

void remove_all(std::string& text, std::string_view part) {
  if (part.empty()) return;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at))
    text.erase(at, part.size());
}

/// The text as a regular expression that stands for nothing else.
std::string as_pattern(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (std::string_view(R"(^$\.*+?()[]{}|)").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

Expected send_to(std::string_view recipient, std::string_view text) {
  return {"SEND " + std::string(recipient) + " with a body of " + std::to_string(text.size()) + " bytes: \"" +
              visible(text.substr(0, described_body_bytes)) + '"',
          [recipient = std::string(recipient), text = std::string(text)](const two_socket::Event& event,
                                                                         std::string_view) {
            const auto* message = std::get_if<two_socket::Send>(&event);
            return message != nullptr && message->recipient == recipient && message->body == text;
          }};
}

Expected received_from(std::string_view sender) {
  return {"RECEIVED " + std::string(sender),
          [sender = std::string(sender)](const two_socket::Event& event, std::string_view) {
            const auto* message = std::get_if<two_socket::Received>(&event);
            return message != nullptr && message->sender == sender;
          }};
}

}  // namespace

std::string ClientTrial::name(std::string_view stem) const {
  return std::string(stem) + std::to_string(number_);
}

void ClientTrial::type(const std::vector<std::string>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) terminal_->settle();
    typed_.push_back(lines[i]);
    terminal_->type(lines[i] + '\r');
  }
}

std::string ClientTrial::type_half(std::string_view recipient, std::string_view text) {
  auto lines = fill_in(profile_.send_line, recipient, text);
  std::string last = std::move(lines.back());
  lines.pop_back();
  type(lines);
  const std::size_t half = last.size() - text.size() / 2;
  typed_.push_back(last.substr(0, half));
  typed_.push_back(last);
  terminal_->type(std::string_view(last).substr(0, half));
  terminal_->settle();
  return last.substr(half);
}

void ClientTrial::type_rest(std::string_view rest) {
  terminal_->type(std::string(rest) + '\r');
}

ClientTrial::Moment ClientTrial::settled() {
  terminal_->settle();
  return terminal_->now();
}

std::string ClientTrial::news_since(Moment moment) const {
  static const std::regex times(R"(\d{1,4}-\d{2}-\d{2}|\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?)");
  auto shown = terminal_->text_since(moment);
  if (shown.size() > compared_bytes) shown.remove_prefix(shown.size() - compared_bytes);
  std::string text = std::regex_replace(std::string(shown), times, "");
  for (const auto& line : typed_)
    if (line.size() >= least_echo_bytes) remove_all(text, line);
  std::string news;
  for (std::string& line : lines_of(text)) {
    if (known_lines_.contains(line)) continue;
    remove_all(line, prompt_);
    if (!squeezed(line).empty()) news += (news.empty() ? "" : "\n") + line;
  }
  return news;
}

std::string ClientTrial::expect_news(Moment since, const std::optional<Pattern>& pattern,
                                     const std::string& expected, std::optional<milliseconds> timeout) {
  const auto time = timeout.value_or(settings_.timeout);
  const bool came = terminal_->read_until(
      [&] { return pattern ? pattern->is_in(terminal_->text_since(since)) : !news_since(since).empty(); },
      time);
  if (!came) {
    const std::string what = pattern ? "nothing that fits " + pattern->text() : "nothing new";
    fail(expected, terminal_->ended() ? what : what + " for " + to_seconds_text(time) + " s");
  }
  terminal_->settle();
  if (const std::string crash = crash_in(terminal_->text_since(since)); !crash.empty())
    fail(expected, "an exception: " + crash);
  return news_since(since);
}

bool ClientTrial::is_shown(Moment since, std::string_view part) const {
  const std::string wanted = squeezed(part);
  const auto shown = terminal_->text_since(since);
  return squeezed(shown).find(wanted) != std::string::npos ||
         (!shown.empty() && squeezed(terminal_->screen()).find(wanted) != std::string::npos);
}

void ClientTrial::expect_shown(Moment since, std::string_view sender, const std::vector<std::string>& parts) {
  if (settings_.lacking.display) return;
  std::string missing;
  std::optional<Pattern> pattern;
  if (!profile_.shows_message.empty()) {
    std::string text;
    for (const auto& part : parts) text += (text.empty() ? "" : R"([^]*)") + as_pattern(part);
    pattern = Pattern(replace_placeholders(profile_.shows_message, sender, text));
  }
  const auto is_all_shown = [&] {
    missing.clear();
    if (!is_shown(since, sender)) missing = "the sender's name " + std::string(sender);
    for (const auto& part : parts)
      if (missing.empty() && !is_shown(since, part)) missing = '"' + visible(part) + '"';
    const bool fits = !pattern || terminal_->text_since(since).size() > compared_bytes ||
                      pattern->is_in(terminal_->text_since(since));
    if (!fits) missing = "something that fits " + pattern->text();
    return missing.empty();
  };
  if (terminal_->read_until(is_all_shown, settings_.timeout)) return;
  fail(missing + " on the terminal", (news_since(since).empty() ? "nothing new" : "not that") +
                                         (" for " + to_seconds_text(settings_.timeout) + " s"));
}

bool ClientTrial::has_ended_with_a_word(Moment since) {
  look();
  return terminal_->ended() && !news_since(since).empty() && crash_in(terminal_->text_since(since)).empty();
}

void ClientTrial::expect_news_or_end(Moment since, const std::string& expected) {
  const auto& pattern = profile_.server_gone;
  const auto is_told = [&] {
    return pattern ? pattern->is_in(terminal_->text_since(since)) : !news_since(since).empty();
  };
  if (!terminal_->read_until(is_told, settings_.timeout) && !terminal_->ended())
    fail(expected, "nothing new for " + to_seconds_text(settings_.timeout) + " s");
}

std::variant<Frame, WaitEnd> ClientTrial::receive(Link& link, milliseconds timeout) {
  Patience patience(timeout, terminal_->is_at_rest());
  for (;;) {
    const bool is_last =
        patience.left().count() == 0;  // first, so that what came before the end is looked at
    if (terminal_->read()) patience.note_progress();
    auto came = link.receive(link_slice);
    auto* end = std::get_if<WaitEnd>(&came);
    if (end == nullptr || end->kind != WaitEnd::Kind::silence) return came;
    end->waited = timeout;
    if (is_last) return came;
  }
}

Frame ClientTrial::expect(Link& link, const Expected& expected, std::optional<milliseconds> timeout) {
  auto came = receive(link, timeout.value_or(settings_.timeout));
  auto* frame = std::get_if<Frame>(&came);
  if (frame == nullptr || !expected.matches(frame->event, frame->bytes)) fail(link, expected.text, came);
  return std::move(*frame);
}

void ClientTrial::look() {
  terminal_->read_for(look_time);
  Work work(terminal_->is_at_rest());
  for (int at_rest = 0; at_rest < looks_at_rest && !work.is_at_least(settings_.timeout);) {
    at_rest = terminal_->process().is_at_rest() ? at_rest + 1 : 0;
    terminal_->read_for(rest_look_time);
  }
}

void ClientTrial::expect_nothing(Link& link, const std::string& expected) {
  constexpr milliseconds time_for_the_rest{50};
  if (!link.has_input()) return;
  const auto came = receive(link, time_for_the_rest);
  const auto* end = std::get_if<WaitEnd>(&came);
  // An empty line that ended the last message.
  if (end != nullptr && end->kind == WaitEnd::Kind::silence && end->bytes.empty()) return;
  fail(link, expected, came);
}

void ClientTrial::expect_send(std::string_view recipient, std::string_view text,
                              std::optional<milliseconds> timeout) {
  expect(sending(), send_to(recipient, text), timeout);
}

void ClientTrial::expect_received(std::string_view sender) {
  if (settings_.lacking.receipts) return;
  expect(receiving(), received_from(sender));
}

void ClientTrial::expect_error_103() {
  expect(receiving(), error(settings_, two_socket::ErrorCode::header_incomplete));
}

void ClientTrial::forward(std::string_view sender, std::string_view text) {
  receiving().send(to_frame(two_socket::Forward{sender, text}));
}

void ClientTrial::let_read(milliseconds time) {
  terminal_->read_for(time);
  wait_until_at_rest(terminal_->is_at_rest(), longest_pause);
}

void ClientTrial::send_slowly(Link& link, std::string_view bytes, const std::vector<std::size_t>& cuts) {
  std::size_t begin = 0;
  for (const std::size_t cut : cuts) {
    link.send(bytes.substr(begin, cut - begin));
    let_read(time_to_read_piece);
    begin = cut;
  }
  link.send(bytes.substr(begin));
}

void ClientTrial::send_byte_by_byte(Link& link, std::string_view bytes) {
  for (const char byte : link.in_dialect(bytes)) {
    link.send_as_it_is({&byte, 1});
    let_read(time_to_read_byte);
  }
}

void ClientTrial::expect_taken(Moment since, std::string_view sender, const std::vector<std::string>& parts) {
  expect_received(sender);
  expect_shown(since, sender, parts);
}

void ClientTrial::deliver(std::string_view sender, std::string_view text) {
  deliver(sender, text, {std::string(text)});
}

void ClientTrial::deliver(std::string_view sender, std::string_view text,
                          const std::vector<std::string>& parts) {
  const Moment before = now();
  forward(sender, text);
  expect_taken(before, sender, parts);
}

void ClientTrial::type_and_expect(std::string_view recipient, std::string_view text) {
  type_message(recipient, text);
  expect_send(recipient, text);
}

void ClientTrial::converse(std::string_view recipient, std::string_view text) {
  type_and_expect(recipient, text);
  reports().send(to_frame(two_socket::Delivered{recipient}));
}

void ClientTrial::fence() {
  converse(name("bob"), "fence " + std::to_string(++fences_));
}

std::string ClientTrial::bytes_of(const Link& link) const {
  const auto& lanes = transcript_.lanes();
  const auto lane = std::ranges::find(lanes.rbegin(), lanes.rend(), link.label());
  const auto index = static_cast<std::size_t>(lanes.rend() - lane) - 1;
  std::string bytes;
  for (const Entry& entry : transcript_.entries())
    if (entry.lane == index && entry.happening == Happening::received) bytes += entry.bytes;
  return bytes;
}

void ClientTrial::fail(const std::string& expected, const std::string& came) {
  throw CaseFailed{{expected, came + "; " + terminal_->describe(), {}, {}, 0}};
}

/// Adds what the socket cannot tell: what became of the process, and what came on another socket.
void ClientTrial::fail(Link& link, const std::string& expected, const std::variant<Frame, WaitEnd>& came) {
  try {
    if (const auto* frame = std::get_if<Frame>(&came)) link.fail(expected, *frame);
    link.fail(expected, std::get<WaitEnd>(came));
  } catch (CaseFailed& failed) {
    const auto* end = std::get_if<WaitEnd>(&came);
    if (end != nullptr && end->kind != WaitEnd::Kind::silence)
      terminal_->read_until([&] { return terminal_->ended().has_value(); }, time_to_end);
    for (Link& other : links_) {
      if (&other == &link || !other.has_input()) continue;
      const auto instead = other.receive(link_slice);
      if (const auto* frame = std::get_if<Frame>(&instead))
        failed.failure.came +=
            "; on " + other.label() + " came the message " + describe(frame->event, described_body_bytes);
    }
    failed.failure.came += "; " + terminal_->describe();
    throw;
  }
}

}  // namespace parley::conform
