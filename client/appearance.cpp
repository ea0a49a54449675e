#include "client/appearance.hpp"

#include <array>
#include <cstdint>
#include <cwchar>
#include <cwctype>

#include "base/overloaded.hpp"
#include "protocol/text.hpp"
#include "protocol/user_name.hpp"

namespace parley::client {
namespace {

constexpr std::string_view red = "31";
constexpr std::string_view green = "32";
constexpr std::string_view dim = "2";

// Those that can be read on a dark and on a light background; red means failure.
constexpr std::array<std::string_view, 8> palette = {"32", "33", "35", "36", "92", "94", "95", "96"};

constexpr std::size_t tab_columns = 8;

std::string styled(std::string_view sgr, std::string_view text, const Display& display) {
  if (!display.color) return std::string(text);
  return std::string("\x1b[").append(sgr).append("m").append(text).append("\x1b[0m");
}

std::string describe_outcome(const Outcome& outcome, const Display& display) {
  std::string text = outcome.delivered ? display.utf8 ? "✓ " : "+ " : display.utf8 ? "✗ " : "- ";
  if (outcome.late) text += "late answer: ";
  text += outcome.delivered ? "delivered" : "not delivered";
  if (!outcome.recipient.empty()) text += " to " + visible(outcome.recipient);
  if (!outcome.delivered) {
    text += ": " + visible(outcome.phrase);
    if (outcome.code != 0) text += " (" + std::to_string(outcome.code) + ")";
  }
  return "  " + styled(outcome.delivered ? green : red, text, display);
}

/// As libedit draws it: itself, ^X, or \U+XXXX.
std::size_t width_of(wchar_t c, std::size_t column) {
  if (c == L'\t') return tab_columns - column % tab_columns;
  if (std::iswcntrl(static_cast<std::wint_t>(c)) != 0) return 2;
  const int width = ::wcwidth(c);
  if (width >= 0) return static_cast<std::size_t>(width);
  return c > 0xffff ? 8 : 7;
}

/// Only a wide character stays whole at a row's end; an escape is cut like any other text.
bool fits(wchar_t c, std::size_t column, std::size_t columns) {
  return ::wcwidth(c) != 2 || column + 2 <= columns;
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

std::string describe(const ClientEvent& event, std::tm time, const Display& display) {
  std::array<char, 8> clock{};
  std::strftime(clock.data(), clock.size(), "%H:%M", &time);
  return std::visit(
      Overloaded{
          [&](const Message& message) {
            return styled(dim, clock.data(), display) + " " + styled_name(message.sender, display) + ": " +
                   visible(message.text);
          },
          [&](const Outcome& outcome) { return describe_outcome(outcome, display); },
          [&](const Strange& strange) { return remark("The server sent " + visible(strange.what), display); },
          [&](const Waiting& waiting) {
            return remark("  waiting for " + visible(waiting.recipient) + " ...", display);
          },
          [](const auto&) { return std::string(); },
          [&](const Lost& lost) { return styled(red, "Connection lost: " + visible(lost.reason), display); },
      },
      event);
}

std::string describe_refusal(std::string_view name, const Refused& refused, const Display& display) {
  const std::string code = refused.code == 0 ? "" : " (" + std::to_string(refused.code) + ")";
  return styled(red, "The name " + visible(name) + " was refused: " + visible(refused.phrase) + code,
                display);
}

std::string describe_failure(std::string_view reason, const Display& display) {
  return styled(red, "No connection: " + visible(reason), display);
}

std::string remark(std::string_view text, const Display& display) {
  return styled(dim, text, display);
}

Position position_after(std::size_t prompt_columns, std::wstring_view text, std::size_t columns,
                        wchar_t next) {
  Position position{prompt_columns / columns, prompt_columns % columns};
  for (const wchar_t c : text) {
    const std::size_t width = width_of(c, position.column);
    if (!fits(c, position.column, columns)) position = {position.row + 1, 0};
    position.column += width;
    position.row += position.column / columns;
    position.column %= columns;
  }
  return fits(next, position.column, columns) ? position : Position{position.row + 1, 0};
}

std::size_t column_count(std::wstring_view text) {
  std::size_t column = 0;
  for (const wchar_t c : text) column += width_of(c, column);
  return column;
}

}  // namespace parley::client
