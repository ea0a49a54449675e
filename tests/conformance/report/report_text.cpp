#include "tests/conformance/report/report_text.hpp"

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <sstream>

#include "protocol/text.hpp"
#include "tests/conformance/report/report_bytes.hpp"

namespace parley::conform {
namespace {

constexpr std::size_t columns_shown = 80;
constexpr std::size_t label_columns = 13;
constexpr std::size_t value_columns = columns_shown - label_columns;

// The bytes of the first `columns` code points: close enough to what a terminal counts.
std::size_t bytes_of_columns(std::string_view text, std::size_t columns) {
  std::size_t bytes = 0;
  for (; columns > 0 && bytes < text.size(); --columns)
    bytes += std::max<std::size_t>(1, utf8_sequence_length(text.substr(bytes)));
  return bytes;
}

void write_label(std::ostream& out, std::string_view label, const Palette& palette) {
  out << palette.faint << "  " << std::left << std::setw(static_cast<int>(label_columns) - 2) << label
      << palette.reset;
}

void write_field(std::ostream& out, std::string_view label, const std::string& value,
                 const Palette& palette) {
  if (value.empty()) return;
  write_label(out, label, palette);
  out << filled(value, value_columns, label_columns) << '\n';
}

// Escaped bytes are cut anywhere, since every blank in them counts.
std::string folded(std::string_view bytes, std::size_t columns, std::size_t indent) {
  const std::string line_end = '\n' + std::string(indent, ' ');
  const std::string text = escaped(bytes.substr(0, console_bytes_shown));
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += columns)
    out += (i == 0 ? "" : line_end) + text.substr(i, columns);
  if (bytes.size() > console_bytes_shown)
    out += line_end + "... " + byte_count(bytes.size() - console_bytes_shown) + " more";
  return out;
}

void write_bytes(std::ostream& out, const Failure& failure, const Palette& palette) {
  if (failure.bytes.empty() && !failure.garbage_at) return;
  write_label(out, "bytes", palette);
  if (failure.garbage_at) {
    const Pointed pointed = point_at(failure.bytes, *failure.garbage_at, value_columns - 6);
    out << pointed.line << '\n'
        << std::string(label_columns, ' ') << palette.bad << pointed.caret << ' ' << pointed.where
        << palette.reset << '\n';
  } else {
    out << folded(failure.bytes, value_columns, label_columns) << '\n';
  }
  if (!is_text(failure.bytes)) write_field(out, "hex", hex(failure.bytes, console_hex_bytes_shown), palette);
}

void write_event(std::ostream& out, const Entry& entry, std::size_t lanes, const Palette& palette) {
  const bool carries = entry.happening == Happening::sent || entry.happening == Happening::received;
  const std::size_t lane_digits = std::to_string(lanes).size();
  const std::size_t indent = label_columns + lane_digits + 6;
  out << palette.faint << std::right << std::setw(static_cast<int>(label_columns))
      << milliseconds_text(entry.at) << palette.reset << "  " << std::setw(static_cast<int>(lane_digits))
      << (entry.lane < lanes ? std::to_string(entry.lane + 1) : "?") << ' '
      << (carries ? happening_text(entry.happening) : "  ") << ' ';
  if (carries) {
    out << folded(entry.bytes, columns_shown - indent, indent) << '\n';
    if (is_text(entry.bytes)) return;
    out << palette.faint << std::string(indent, ' ') << "hex "
        << filled(hex(entry.bytes, console_hex_bytes_shown), columns_shown - indent - 4, indent + 4)
        << palette.reset << '\n';
    return;
  }
  std::string text(happening_text(entry.happening));
  if (!entry.bytes.empty()) text += ": " + shown(entry.bytes);
  out << filled(text, columns_shown - indent, indent) << '\n';
}

}  // namespace

std::string filled(std::string_view text, std::size_t columns, std::size_t indent) {
  std::string out;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::size_t blank = text.find(' ');
    std::string_view word = text.substr(0, blank);
    text.remove_prefix(blank == std::string_view::npos ? text.size() : blank + 1);
    while (!word.empty()) {
      const std::string_view part = word.substr(0, bytes_of_columns(word, columns));
      const auto width = static_cast<std::size_t>(std::ranges::count_if(
          part, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
      if (column > 0 && column + 1 + width > columns) {
        out += '\n' + std::string(indent, ' ');
        column = 0;
      }
      if (column > 0) out += ' ';
      out += part;
      column += width + (column > 0 ? 1 : 0);
      word.remove_prefix(part.size());
    }
  }
  return out;
}

void write_transcript(std::ostream& out, const Transcript& transcript, std::string_view program,
                      const Palette& palette) {
  if (transcript.entries().empty()) return;
  write_label(out, "transcript", palette);
  out << "-> to the " << program << ", <- from it; milliseconds since the case began\n";
  const std::size_t lanes = transcript.lanes().size();
  const std::size_t lane_digits = std::to_string(lanes).size();
  for (std::size_t lane = 0; lane < std::min(lanes, events_shown); ++lane)
    out << std::string(label_columns + 2, ' ') << std::right << std::setw(static_cast<int>(lane_digits))
        << lane + 1 << " = "
        << filled(lane_name(transcript, lane), value_columns - lane_digits - 5,
                  label_columns + lane_digits + 5)
        << '\n';

  const auto& entries = transcript.entries();
  const ShownEvents part = events_to_show(entries.size(), events_shown);
  for (std::size_t i = 0; i < part.first; ++i) write_event(out, entries[i], lanes, palette);
  if (part.first < part.second)
    out << std::string(label_columns, ' ') << "... " << part.second - part.first
        << " events left out here: --json has all of them\n";
  for (std::size_t i = part.second; i < entries.size(); ++i) write_event(out, entries[i], lanes, palette);
}

void write_case(std::ostream& out, const Result& result, std::string_view program, Detail detail,
                const Palette& palette) {
  const Clause& clause = clause_of(result);
  if (!clause.sentence.empty())
    write_field(out, "clause",
                shown(clause.id) + " (" + std::string(to_text(clause.level)) + "): " + shown(clause.sentence),
                palette);
  write_field(out, "why", why_not_tried(result), palette);
  if (result.failure) {
    write_field(out, "expected", shown(result.failure->expected), palette);
    write_field(out, "came", shown(result.failure->came), palette);
    write_bytes(out, *result.failure, palette);
  }
  write_field(out, "tries", shown(result.tries), palette);
  if (!counts_as_passed(result) || result.failure) write_field(out, "hint", shown(result.hint), palette);
  if (detail == Detail::explanation_and_transcript)
    write_transcript(out, result.transcript, program, palette);
  if (result.repeat_command.empty()) return;
  // On one line, however long, so that it can be copied.
  write_label(out, "repeat", palette);
  out << shown(result.repeat_command) << '\n';
}

std::string case_text(const Result& result, std::string_view program, Detail detail) {
  std::ostringstream out;
  write_case(out, result, program, detail);
  return std::move(out).str();
}

}  // namespace parley::conform
