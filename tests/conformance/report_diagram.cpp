#include "tests/conformance/report_diagram.hpp"

#include <algorithm>
#include <cstdlib>
#include <ostream>
#include <vector>

#include "tests/conformance/report.hpp"
#include "tests/conformance/report_bytes.hpp"
#include "tests/conformance/report_markup.hpp"

namespace parley::conform {
namespace {

// In pixels of the drawing; the font sizes are those of report.css.
constexpr int time_width = 84;
constexpr int narrowest_column = 176;
constexpr int widest_column = 240;
constexpr int width_aimed_at = 900;  // what a page on a desk has room for
constexpr int margin = 72;           // left of the first lifeline and right of the last: half a name
constexpr int head_height = 56;
constexpr int row_height = 30;
constexpr int character_width = 7;  // of the labels, rounded up
constexpr std::size_t label_characters = 44;
constexpr std::size_t head_characters = 22;

std::string cut(std::string text, std::size_t characters) {
  if (text.size() <= characters) return text;
  std::size_t end = characters - 1;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  text.resize(end);
  return text + "\u2026";
}

// Draws one transcript; lives as long as that takes.
class Diagram {
 public:
  Diagram(std::ostream& out, const Transcript& transcript, std::string_view program,
          const std::string& anchor, std::size_t marked_lane)
      : out_(out), transcript_(transcript), program_(program), anchor_(anchor), marked_lane_(marked_lane) {
    choose_lanes();
    choose_events();
  }

  void write() const;

 private:
  void choose_lanes();
  void choose_events();
  int x_of_slot(std::size_t slot) const {
    return time_width + margin + static_cast<int>(slot) * column_width_;
  }
  int x_of_program() const { return x_of_slot(program_slot_); }
  int x_of_lane(std::size_t lane) const;
  int width() const { return x_of_slot(lanes_.size()) + margin; }
  int height() const { return head_height + static_cast<int>(events_.size()) * row_height + 12; }
  void write_head(int x, std::string_view css_class, const std::string& name) const;
  void write_event(std::size_t index, int y) const;
  void write_mark(const Entry& entry, int x, int y) const;
  void write_arrow(const Entry& entry, int x, int y) const;
  void write_label(const std::string& text, int x, int y, int room) const;
  void write_left_out() const;

  std::ostream& out_;
  const Transcript& transcript_;
  const std::string_view program_;
  const std::string& anchor_;
  const std::size_t marked_lane_;
  std::vector<std::size_t> lanes_;   // those drawn
  std::vector<std::size_t> events_;  // those drawn
  std::size_t program_slot_ = 0;
  int column_width_ = widest_column;
};

void Diagram::choose_lanes() {
  const std::size_t count = transcript_.lanes().size();
  for (std::size_t lane = 0; lane < std::min(count, lanes_drawn); ++lane) lanes_.push_back(lane);
  if (marked_lane_ < count && marked_lane_ >= lanes_drawn) lanes_.back() = marked_lane_;
  program_slot_ = (lanes_.size() + 1) / 2;
  const int gaps = std::max(1, static_cast<int>(lanes_.size()));
  column_width_ =
      std::clamp((width_aimed_at - time_width - 2 * margin) / gaps, narrowest_column, widest_column);
}

// Of the events that the page lists, those on a lane that is drawn.
void Diagram::choose_events() {
  const auto& entries = transcript_.entries();
  const ShownEvents part = events_to_show(entries.size(), events_shown);
  for (std::size_t i = 0; i < entries.size(); ++i)
    if ((i < part.first || i >= part.second) && std::ranges::binary_search(lanes_, entries[i].lane))
      events_.push_back(i);
}

int Diagram::x_of_lane(std::size_t lane) const {
  const auto slot = static_cast<std::size_t>(std::ranges::lower_bound(lanes_, lane) - lanes_.begin());
  return x_of_slot(slot < program_slot_ ? slot : slot + 1);
}

// "alice, sending" on two lines.
void Diagram::write_head(int x, std::string_view css_class, const std::string& name) const {
  const std::size_t comma = name.find(", ");
  out_ << "<g class=\"head " << css_class << "\"><title>" << markup(name)
       << "</title><line class=\"life\" x1=\"" << x << "\" y1=\"" << head_height - 8 << "\" x2=\"" << x
       << "\" y2=\"" << height() << "\"/><text x=\"" << x << "\" y=\""
       << (comma == std::string::npos ? 32 : 24) << "\">"
       << markup(cut(name.substr(0, comma), head_characters)) << "</text>";
  if (comma != std::string::npos)
    out_ << "<text class=\"part\" x=\"" << x << "\" y=\"40\">"
         << markup(cut(name.substr(comma + 2), head_characters)) << "</text>";
  out_ << "</g>\n";
}

void Diagram::write_label(const std::string& text, int x, int y, int room) const {
  const bool leftwards = x > x_of_program();
  const auto characters = std::min(label_characters, static_cast<std::size_t>(room / character_width));
  out_ << "<text class=\"label\" x=\"" << (leftwards ? x - 10 : x + 10) << "\" y=\"" << y - 5 << '"'
       << (leftwards ? " text-anchor=\"end\"" : "") << '>' << markup(cut(text, characters)) << "</text>";
}

void Diagram::write_arrow(const Entry& entry, int x, int y) const {
  const bool to_program = entry.happening == Happening::sent;
  const int from = to_program ? x : x_of_program();
  const int to = to_program ? x_of_program() : x;
  const int back = to > from ? -8 : 8;
  out_ << "<line class=\"shaft\" x1=\"" << from << "\" y1=\"" << y << "\" x2=\"" << to << "\" y2=\"" << y
       << "\"/><path class=\"tip\" d=\"M" << to << ' ' << y << 'l' << back << " -4v8z\"/>";
}

// What happens at the lane itself: a ring where it opens, a bar where it ends, a cross where it breaks.
void Diagram::write_mark(const Entry& entry, int x, int y) const {
  if (entry.happening == Happening::opened)
    out_ << "<circle class=\"mark\" cx=\"" << x << "\" cy=\"" << y << "\" r=\"4\"/>";
  else if (entry.happening == Happening::reset)
    out_ << "<path class=\"mark\" d=\"M" << x - 5 << ' ' << y - 5 << "l10 10m0 -10l-10 10\"/>";
  else if (entry.happening == Happening::note)
    out_ << "<path class=\"mark\" d=\"M" << x - 3 << ' ' << y - 3 << "h6v6h-6z\"/>";
  else
    out_ << "<path class=\"mark\" d=\"M" << x - 8 << ' ' << y << "h16\"/>";
}

void Diagram::write_event(std::size_t index, int y) const {
  const Entry& entry = transcript_.entries()[index];
  const bool carries = entry.happening == Happening::sent || entry.happening == Happening::received;
  const bool by_program = entry.happening == Happening::ended || entry.happening == Happening::reset;
  const int x = x_of_lane(entry.lane);
  std::string label =
      carries ? escaped(entry.bytes, label_characters) : std::string(happening_text(entry.happening));
  if (entry.happening == Happening::note) label = shown(entry.bytes, label_characters);

  out_ << "<a tabindex=\"-1\" class=\"event " << happening_word(entry.happening) << "\" href=\"#" << anchor_
       << ':' << index << "\"><rect class=\"row\" x=\"0\" y=\"" << y - row_height / 2 - 4 << "\" width=\""
       << width() << "\" height=\"" << row_height << "\"/><text class=\"time\" x=\"" << time_width - 12
       << "\" y=\"" << y + 4 << "\">" << milliseconds_text(entry.at) << "</text>";
  if (carries || by_program) write_arrow(entry, x, y);
  if (!carries) write_mark(entry, x, y);
  write_label(label, x, y, std::abs(x - x_of_program()) - 20);
  out_ << "</a>\n";
}

void Diagram::write_left_out() const {
  const std::size_t lanes = transcript_.lanes().size() - lanes_.size();
  const std::size_t events = transcript_.entries().size() - events_.size();
  if (events == 0 && lanes == 0) return;
  out_ << "<p class=\"left-out\">Not drawn: " << lanes << " of " << transcript_.lanes().size() << " lanes, "
       << events << " of " << transcript_.entries().size()
       << " events. The JSON report has all of them.</p>\n";
}

void Diagram::write() const {
  out_ << "<div class=\"diagram\" tabindex=\"0\"><svg width=\"" << width() << "\" height=\"" << height()
       << "\" viewBox=\"0 0 " << width() << ' ' << height()
       << "\" role=\"group\" aria-label=\"Sequence diagram\">\n"
       << "<text class=\"time\" x=\"" << time_width - 12 << "\" y=\"32\">ms</text>\n";
  for (const std::size_t lane : lanes_)
    write_head(x_of_lane(lane), lane == marked_lane_ ? "lane marked" : "lane", lane_name(transcript_, lane));
  write_head(x_of_program(), "program", std::string(program_));
  int y = head_height + row_height / 2;
  for (const std::size_t event : events_) {
    write_event(event, y);
    y += row_height;
  }
  out_ << "</svg></div>\n";
  write_left_out();
}

}  // namespace

void write_diagram(std::ostream& out, const Transcript& transcript, std::string_view program,
                   const std::string& anchor, std::size_t marked_lane) {
  if (transcript.entries().empty()) return;
  Diagram(out, transcript, program, anchor, marked_lane).write();
}

}  // namespace parley::conform
