#include "tests/conformance/report/report_bytes.hpp"

#include <algorithm>

#include "protocol/text.hpp"
#include "tests/conformance/report/report.hpp"

namespace parley::conform {
namespace {

constexpr std::size_t lane_name_bytes_shown = 80;

// One byte alone is never the UTF-8 of anything beyond ASCII, so visible() escapes those too.
std::string escaped_byte(std::string_view bytes, std::size_t i) {
  return visible(bytes.substr(i, 1), Backslash::double_);
}

std::string more(std::size_t bytes) {
  return " ... " + byte_count(bytes) + " more";
}

}  // namespace

std::string escaped(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) out += escaped_byte(bytes, i);
  return out;
}

std::string escaped(std::string_view bytes, std::size_t limit) {
  if (bytes.size() <= limit) return escaped(bytes);
  return escaped(bytes.substr(0, limit)) + more(bytes.size() - limit);
}

std::string hex(std::string_view bytes, std::size_t limit) {
  std::string out;
  const std::string_view head = bytes.substr(0, limit);
  out.reserve(head.size() * 3);
  for (const char c : head) {
    if (!out.empty()) out += ' ';
    append_hex(out, static_cast<unsigned char>(c));
  }
  return head.size() == bytes.size() ? out : out + more(bytes.size() - head.size());
}

bool is_text(std::string_view bytes) {
  return std::ranges::all_of(
      bytes, [](char c) { return (c >= 0x20 && c < 0x7F) || c == '\n' || c == '\r' || c == '\t'; });
}

Pointed point_at(std::string_view bytes, std::size_t at, std::size_t columns) {
  at = std::min(at, bytes.size());
  std::size_t begin = at;
  std::size_t before = 0;
  while (begin > 0) {
    const std::size_t width = escaped_byte(bytes, begin - 1).size();
    if (before + width > columns / 2) break;
    before += width;
    --begin;
  }
  Pointed pointed{begin > 0 ? "..." : "", {}, {}};
  const std::size_t caret_column = pointed.line.size() + before;
  std::size_t i = begin;
  for (; i < bytes.size(); ++i) {
    const std::string one = escaped_byte(bytes, i);
    if (i > at && pointed.line.size() + one.size() > columns) break;
    pointed.line += one;
  }
  if (i < bytes.size()) pointed.line += "...";
  pointed.caret = std::string(caret_column, ' ') + '^';
  pointed.where = at == bytes.size()
                      ? "the end, after all " + byte_count(at)
                      : "here, after " + std::to_string(at) + " of " + byte_count(bytes.size());
  return pointed;
}

std::string byte_count(std::size_t bytes) {
  return std::to_string(bytes) + (bytes == 1 ? " byte" : " bytes");
}

std::string_view happening_word(Happening happening) {
  switch (happening) {
    case Happening::opened:
      return "opened";
    case Happening::sent:
      return "sent";
    case Happening::received:
      return "received";
    case Happening::ended:
      return "ended";
    case Happening::reset:
      return "reset";
    case Happening::closed:
      return "closed";
    case Happening::note:
      return "note";
  }
  return "";
}

std::string_view happening_text(Happening happening) {
  switch (happening) {
    case Happening::sent:
      return "->";
    case Happening::received:
      return "<-";
    case Happening::ended:
      return "end of stream";
    case Happening::reset:
      return "connection reset";
    default:
      return happening_word(happening);
  }
}

ShownEvents events_to_show(std::size_t count, std::size_t limit) {
  if (count <= limit) return {count, count};
  return {limit - limit / 2, count - limit / 2};
}

std::string lane_name(const Transcript& transcript, std::size_t lane) {
  if (lane >= transcript.lanes().size()) return "lane " + std::to_string(lane);
  return shown(transcript.lanes()[lane], lane_name_bytes_shown);
}

}  // namespace parley::conform
