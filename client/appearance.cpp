#include "client/appearance.hpp"

#include <array>
#include <cstdint>

#include "base/overloaded.hpp"
#include "client/clock_time.hpp"
#include "client/graphemes.hpp"
#include "client/line_layout.hpp"
#include "protocol/password.hpp"
#include "protocol/text.hpp"
#include "protocol/unwelcome.hpp"
#include "protocol/user_name.hpp"

namespace parley::client {
namespace {

constexpr std::string_view red = "31";
constexpr std::string_view green = "32";
constexpr std::string_view dim = "2";

// Of one message: a screen or ten. Others could push everything else out of what the terminal keeps.
constexpr std::size_t max_message_lines = 500;

// Those that can be read on a dark and on a light background; red means failure.
constexpr std::array<std::string_view, 8> palette = {"32", "33", "35", "36", "92", "94", "95", "96"};

std::string styled(std::string_view sgr, std::string_view text, const Display& display) {
  if (!display.color) return std::string(text);
  // Bold is what eight colours have for bright.
  const bool is_bright = sgr.starts_with('9') && !display.bright;
  const std::string plain = is_bright ? "1;3" + std::string(sgr.substr(1)) : std::string(sgr);
  return std::string("\x1b[").append(plain).append("m").append(text).append("\x1b[0m");
}

/// A tab shows as blanks up to the next column, counted from the line's beginning.
std::string visible_line(std::string_view line) {
  std::string out;
  for (std::size_t columns = 0;;) {
    const auto tab = line.find('\t');
    const std::string part = visible(line.substr(0, tab));
    out += part;
    if (tab == std::string_view::npos) return out;
    columns += column_count(part);
    const std::size_t blanks = tab_columns - columns % tab_columns;
    out.append(blanks, ' ');
    columns += blanks;
    line.remove_prefix(tab + 1);
  }
}

/// The text of a message as it was written, in lines. The line end behind the last one is the way of some
/// clients.
std::string lines_of_message(std::string_view text, const Display& display) {
  const std::string_view gutter = display.utf8 ? "\r\n      │ " : "\r\n      | ";
  std::string lines;
  for (std::size_t count = 1;; ++count) {
    const auto end = text.find('\n');
    const bool is_last = end == std::string_view::npos || end + 1 == text.size();
    // What has more lines than anyone reads goes on in one, escaped.
    if (count == max_message_lines && !is_last) return lines + visible(text);
    std::string_view line = text.substr(0, end);
    if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
    lines += visible_line(line);
    if (is_last) return lines;
    lines += gutter;
    text.remove_prefix(end + 1);
  }
}

/// What the server or another program said, behind what it means.
std::string said(int code, std::string_view phrase, const Display& display) {
  return " " + styled(dim, "(" + std::to_string(code) + " " + visible(phrase) + ")", display);
}

/// Why a message was not delivered, as far as the code and the time that it took can tell.
std::string describe_error(const Outcome& outcome) {
  const std::string name = visible(outcome.recipient);
  const bool is_broadcast = is_broadcast_name(name);
  if (outcome.recipient.empty()) return "not delivered";
  switch (outcome.code) {
    case 101:
      return "not delivered to " + name + ": the server does not know you any more";
    case 102:
      if (is_broadcast) return "not delivered to everybody, or nobody else is here";
      return name + (outcome.slow ? " did not answer in time" : " is not here");
    case 103:
      return name + "'s program could not read it";
    default:
      return "not delivered to " + name;
  }
}

/// " ▸ you" behind the sender's name, where the server tells.
std::string_view describe_audience(Message::Audience audience, const Display& display) {
  switch (audience) {
    case Message::Audience::all:
      return display.utf8 ? " ▸ all" : " > all";
    case Message::Audience::you:
      return display.utf8 ? " ▸ you" : " > you";
    case Message::Audience::untold:
      break;
  }
  return "";
}

/// "✓", and the colour that goes with it.
struct Sign {
  std::string_view text;
  std::string_view color;
};

Sign sign_of(const Outcome& outcome, const Display& display) {
  if (outcome.delivered) return {display.utf8 ? "✓" : "+", green};
  if (outcome.code == 0) return {"?", red};
  return {display.utf8 ? "✗" : "-", red};
}

/// Why the server does not want a name, as far as the name itself can tell.
std::string describe_fault(std::string_view name, const Refused& refused) {
  if (refused.code != static_cast<int>(two_socket::ErrorCode::malformed_username)) return "";
  if (is_about_accounts(refused.phrase) || is_dismissal(refused.phrase)) return "";
  if (check_name(name) == NameFault::reserved) return "it means something else here";
  if (!is_valid_name(name))
    return "the name may have letters A-Z a-z and digits, at most " + std::to_string(max_name_bytes);
  return "somebody has it already, or this server does not allow it";
}

}  // namespace

std::string_view color_of(std::string_view name) {
  std::uint32_t hash = 2166136261U;  // FNV-1a: the same in every run and on every machine
  for (const char c : fold_case(name)) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return palette[(hash >> 8U) % palette.size()];  // the lowest bits of this hash are its weakest
}

std::string styled_name(std::string_view name, const Display& display) {
  return styled(color_of(name), name.empty() ? "?" : visible(name), display);
}

std::string describe(const ClientEvent& event, std::time_t time, const Display& display) {
  return std::visit(
      Overloaded{
          [&](const Message& message) {
            return styled(dim, clock_time(time), display) + " " + styled_name(message.sender, display) +
                   std::string(describe_audience(message.audience, display)) + ": " +
                   lines_of_message(message.text, display);
          },
          [&](const Strange& strange) { return remark("The server sent " + visible(strange.what), display); },
          [](const auto&) { return std::string(); },
          [&](const Lost& lost) {
            if (lost.is_dismissal) return styled(red, visible(lost.reason), display);
            if (lost.in_good_order) return styled(red, "The server has ended the connection", display);
            return styled(red, "Connection lost: " + visible(lost.reason), display);
          },
      },
      event);
}

std::string describe_own(std::string_view recipient, std::string_view text, std::time_t time,
                         const Display& display) {
  return styled(dim, clock_time(time), display) + (display.utf8 ? " → " : " -> ") +
         styled_name(recipient, display) + ": " + lines_of_message(text, display);
}

std::string describe_mark(const Outcome& outcome, const Display& display) {
  const Sign sign = sign_of(outcome, display);
  if (outcome.delivered) return styled(sign.color, sign.text, display);
  if (outcome.code == 0)
    return styled(sign.color, "? perhaps delivered: " + visible(outcome.phrase), display);
  return styled(sign.color, std::string(sign.text) + " " + describe_error(outcome), display) +
         said(outcome.code, outcome.phrase, display);
}

std::string describe_mark(const Outcome& outcome, std::string_view quote, std::time_t time,
                          const Display& display) {
  const Sign sign = sign_of(outcome, display);
  std::string what = outcome.recipient.empty() ? "delivered" : visible(outcome.recipient);
  if (!outcome.delivered) what = outcome.code == 0 ? "perhaps delivered to " + what : describe_error(outcome);
  std::string line =
      styled(dim, clock_time(time), display) + " " +
      styled(sign.color, std::string(sign.text) + (outcome.late ? " late answer: " : " ") + what, display);
  if (!quote.empty()) line.append(": \"").append(quote).append("\"");
  if (outcome.delivered) return line;
  if (outcome.code != 0) return line + said(outcome.code, outcome.phrase, display);
  return line + " " + styled(dim, "(" + visible(outcome.phrase) + ")", display);
}

std::string describe_refusal(std::string_view name, const Refused& refused, const Display& display) {
  if (is_about_every_name(refused.phrase)) return styled(red, visible(refused.phrase), display);
  const std::string fault = describe_fault(name, refused);
  return styled(red,
                "The name " + visible(name) + " was refused" + (fault.empty() ? "" : ": " + fault) +
                    (refused.code == 0 ? ": " + visible(refused.phrase) : ""),
                display) +
         (refused.code == 0 ? "" : said(refused.code, refused.phrase, display));
}

std::string describe_failure(std::string_view reason, const Display& display) {
  return styled(red, "No connection: " + visible(reason), display);
}

std::string remark(std::string_view text, const Display& display) {
  return styled(dim, text, display);
}

}  // namespace parley::client
