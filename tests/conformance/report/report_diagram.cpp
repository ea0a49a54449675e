#include "tests/conformance/report/report_diagram.hpp"

#include <algorithm>
#include <ostream>
#include <vector>

#include "tests/conformance/report/report.hpp"
#include "tests/conformance/report/report_bytes.hpp"
#include "tests/conformance/report/report_markup.hpp"

namespace parley::conform {
namespace {

// In pixels of the drawing; the font sizes are those of report.css.
constexpr int character_width = 7;  // of the labels, rounded up
constexpr int head_character_width = 9;
constexpr std::size_t label_characters = 56;
constexpr std::size_t lanes_with_all_details = 4;  // more of them are too many to see what counts

/// What differs between a drawing for a desk and one for a phone.
struct Shape {
  std::string_view css_class;
  int width;          // at most; what the page has room for
  int time_width;     // 0: no times
  int margin;         // left of the first lifeline and right of the last
  int widest_column;  // between two lifelines
  int narrowest_column;
  int graph_width;  // at most, of what the lifelines take with their margins
  int head_height;
  int row_height;
  bool is_compact;  // lanes are numbers, and what was carried stands to the right of them
};
constexpr Shape wide{"wide", 912, 84, 62, 240, 90, 912, 56, 30, false};
constexpr Shape narrow{"narrow", 318, 0, 12, 34, 16, 152, 26, 24, true};

std::string cut(std::string text, std::size_t characters) {
  if (text.size() <= characters) return text;
  std::size_t end = std::max<std::size_t>(characters, 1) - 1;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) --end;
  text.resize(end);
  return text + "\u2026";
}

bool carries_bytes(const Entry& entry) {
  return entry.happening == Happening::sent || entry.happening == Happening::received;
}

bool is_by_program(const Entry& entry) {
  return entry.happening == Happening::ended || entry.happening == Happening::reset;
}

/// What is drawn of a transcript.
struct Drawn {
  std::vector<std::size_t> lanes;
  std::vector<std::size_t> events;
};

/// Whether anything but a sign-on went over it.
bool is_used(const Transcript& transcript, std::size_t lane) {
  return std::ranges::any_of(transcript.entries(), [&](const Entry& entry) {
    const bool signs_on = carries_bytes(entry) && entry.bytes.starts_with("REGISTER");
    return entry.lane == lane && (carries_bytes(entry) || is_by_program(entry)) && !signs_on;
  });
}

std::vector<std::size_t> choose_lanes(const Transcript& transcript, std::size_t marked_lane) {
  const std::size_t count = transcript.lanes().size();
  std::vector<bool> speaks(count);
  for (const Entry& entry : transcript.entries())
    if (entry.lane < count && (carries_bytes(entry) || is_by_program(entry))) speaks[entry.lane] = true;
  std::vector<std::size_t> lanes;
  for (std::size_t lane = 0; lane < count; ++lane)
    if (speaks[lane] || lane == marked_lane) lanes.push_back(lane);
  if (lanes.size() > lanes_with_all_details)
    std::erase_if(lanes, [&](std::size_t lane) { return lane != marked_lane && !is_used(transcript, lane); });
  if (lanes.size() <= lanes_drawn) return lanes;
  const bool has_marked = std::ranges::find(lanes, marked_lane) >= lanes.begin() + lanes_drawn;
  lanes.resize(lanes_drawn);
  if (has_marked && marked_lane < count) lanes.back() = marked_lane;
  return lanes;
}

/// Of the events that the page lists, those on a lane that is drawn.
Drawn choose(const Transcript& transcript, std::size_t marked_lane) {
  Drawn drawn{choose_lanes(transcript, marked_lane), {}};
  const auto& entries = transcript.entries();
  const ShownEvents part = events_to_show(entries.size(), events_shown);
  for (std::size_t i = 0; i < entries.size(); ++i)
    if ((i < part.first || i >= part.second) && std::ranges::binary_search(drawn.lanes, entries[i].lane))
      drawn.events.push_back(i);
  return drawn;
}

// Draws one transcript in one shape; lives as long as that takes.
class Diagram {
 public:
  Diagram(std::ostream& out, const Transcript& transcript, const Drawn& drawn, std::string_view program,
          const std::string& anchor, std::size_t marked_lane, const Shape& shape)
      : out_(out),
        transcript_(transcript),
        drawn_(drawn),
        program_(program),
        anchor_(anchor),
        marked_lane_(marked_lane),
        shape_(shape),
        program_slot_(shape.is_compact ? drawn.lanes.size() : (drawn.lanes.size() + 1) / 2) {
    const int gaps = std::max(1, static_cast<int>(drawn_.lanes.size()));
    const int room = shape_.graph_width - shape_.time_width - 2 * shape_.margin;
    column_width_ = std::clamp(room / gaps, shape_.narrowest_column, shape_.widest_column);
  }

  void write() const;

 private:
  int x_of_slot(std::size_t slot) const {
    return shape_.time_width + shape_.margin + static_cast<int>(slot) * column_width_;
  }
  int x_of_program() const { return x_of_slot(program_slot_); }
  int x_of_lane(std::size_t lane) const;
  int graph_end() const { return x_of_slot(drawn_.lanes.size()) + shape_.margin; }
  int width() const { return shape_.is_compact ? shape_.width : graph_end(); }
  int height() const {
    return shape_.head_height + static_cast<int>(drawn_.events.size()) * shape_.row_height + 12;
  }
  void write_head(int x, std::string_view css_class, const std::string& name,
                  const std::string& number) const;
  void write_event(std::size_t index, int y) const;
  void write_mark(const Entry& entry, int x, int y) const;
  void write_arrow(const Entry& entry, int x, int y) const;
  void write_label(const std::string& text, int x, int y) const;

  std::ostream& out_;
  const Transcript& transcript_;
  const Drawn& drawn_;
  const std::string_view program_;
  const std::string& anchor_;
  const std::size_t marked_lane_;
  const Shape& shape_;
  const std::size_t program_slot_;
  int column_width_ = 0;
};

int Diagram::x_of_lane(std::size_t lane) const {
  const auto slot =
      static_cast<std::size_t>(std::ranges::lower_bound(drawn_.lanes, lane) - drawn_.lanes.begin());
  return x_of_slot(slot < program_slot_ ? slot : slot + 1);
}

// "alice, sending" on two lines, or the lane's number.
void Diagram::write_head(int x, std::string_view css_class, const std::string& name,
                         const std::string& number) const {
  const std::size_t comma = name.find(", ");
  const auto characters = static_cast<std::size_t>(column_width_ / head_character_width);
  out_ << "<g class=\"head " << css_class << "\"><title>" << markup(name)
       << "</title><path class=\"life\" d=\"M" << x << ' ' << shape_.head_height - 8 << 'V' << height()
       << "\"/>";
  if (shape_.is_compact) {
    out_ << "<text x=\"" << x << "\" y=\"13\">" << number << "</text></g>\n";
    return;
  }
  out_ << "<text x=\"" << x << "\" y=\"" << (comma == std::string::npos ? 32 : 24) << "\">"
       << markup(cut(name.substr(0, comma), characters)) << "</text>";
  if (comma != std::string::npos)
    out_ << "<text class=\"part\" x=\"" << x << "\" y=\"40\">"
         << markup(cut(name.substr(comma + 2), characters)) << "</text>";
  out_ << "</g>\n";
}

// Beside its arrow, and over the lifelines beyond where there is room.
void Diagram::write_label(const std::string& text, int x, int y) const {
  const bool leftwards = !shape_.is_compact && x > x_of_program();
  const int room =
      leftwards ? x - 10 - shape_.time_width : width() - 4 - (shape_.is_compact ? graph_end() : x + 10);
  const auto characters =
      std::min(label_characters, static_cast<std::size_t>(std::max(room, 0) / character_width));
  const int label_x = shape_.is_compact ? graph_end() : leftwards ? x - 10 : x + 10;
  out_ << "<text class=\"label\" x=\"" << label_x << "\" y=\"" << (shape_.is_compact ? y + 4 : y - 5) << '"'
       << (leftwards ? " text-anchor=\"end\"" : "") << '>' << markup(cut(text, characters)) << "</text>";
}

void Diagram::write_arrow(const Entry& entry, int x, int y) const {
  const bool to_program = entry.happening == Happening::sent;
  const int from = to_program ? x : x_of_program();
  const int to = to_program ? x_of_program() : x;
  const int back = to > from ? -8 : 8;
  out_ << "<path class=\"shaft\" d=\"M" << from << ' ' << y << 'H' << to << "\"/><path class=\"tip\" d=\"M"
       << to << ' ' << y << 'l' << back << " -4v8z\"/>";
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
  const bool carries = carries_bytes(entry);
  const int x = x_of_lane(entry.lane);
  std::string label =
      carries ? escaped(entry.bytes, label_characters) : std::string(happening_text(entry.happening));
  if (entry.happening == Happening::note) label = shown(entry.bytes, label_characters);

  out_ << "<a tabindex=\"-1\" class=\"event " << happening_word(entry.happening) << "\" href=\"#" << anchor_
       << ':' << index << "\"><rect class=\"row\" x=\"0\" y=\"" << y - shape_.row_height / 2 - 4
       << "\" width=\"" << width() << "\" height=\"" << shape_.row_height << "\"/>";
  if (shape_.time_width > 0)
    out_ << "<text class=\"time\" x=\"" << shape_.time_width - 12 << "\" y=\"" << y + 4 << "\">"
         << milliseconds_text(entry.at) << "</text>";
  if (carries || is_by_program(entry)) write_arrow(entry, x, y);
  if (!carries) write_mark(entry, x, y);
  write_label(label, x, y);
  out_ << "</a>\n";
}

void Diagram::write() const {
  out_ << "<svg class=\"" << shape_.css_class << "\" width=\"" << width() << "\" height=\"" << height()
       << "\" viewBox=\"0 0 " << width() << ' ' << height()
       << "\" role=\"group\" aria-label=\"Sequence diagram\">\n";
  if (shape_.time_width > 0)
    out_ << "<text class=\"time\" x=\"" << shape_.time_width - 12 << "\" y=\"32\">ms</text>\n";
  for (std::size_t i = 0; i < drawn_.lanes.size(); ++i)
    write_head(x_of_lane(drawn_.lanes[i]), drawn_.lanes[i] == marked_lane_ ? "lane marked" : "lane",
               lane_name(transcript_, drawn_.lanes[i]), std::to_string(i + 1));
  write_head(x_of_program(), "program", std::string(program_), program_.starts_with('c') ? "C" : "S");
  int y = shape_.head_height + shape_.row_height / 2;
  for (const std::size_t event : drawn_.events) {
    write_event(event, y);
    y += shape_.row_height;
  }
  out_ << "</svg>";
}

// What the numbers of the narrow drawing stand for.
void write_lanes(std::ostream& out, const Transcript& transcript, const Drawn& drawn,
                 std::string_view program, std::size_t marked_lane) {
  out << "<p class=\"lanes\">";
  for (std::size_t i = 0; i < drawn.lanes.size(); ++i)
    out << "<span" << (drawn.lanes[i] == marked_lane ? " class=\"fail\"" : "") << "><b>" << i + 1 << "</b> "
        << markup(lane_name(transcript, drawn.lanes[i])) << "</span> ";
  out << "<span><b>" << (program.starts_with('c') ? 'C' : 'S') << "</b> the " << program << "</span></p>\n";
}

void write_left_out(std::ostream& out, const Transcript& transcript, const Drawn& drawn) {
  const std::size_t lanes = transcript.lanes().size() - drawn.lanes.size();
  const std::size_t events = transcript.entries().size() - drawn.events.size();
  if (events == 0) return;
  out << "<p class=\"left-out\">Not drawn: " << lanes << " of " << transcript.lanes().size() << " lanes, "
      << events << " of " << transcript.entries().size() << " events.</p>\n";
}

}  // namespace

void write_diagram(std::ostream& out, const Transcript& transcript, std::string_view program,
                   const std::string& anchor, std::size_t marked_lane) {
  const Drawn drawn = choose(transcript, marked_lane);
  if (drawn.events.empty()) return;
  out << "<div class=\"diagram\">";
  write_lanes(out, transcript, drawn, program, marked_lane);
  for (const Shape& shape : {wide, narrow})
    Diagram(out, transcript, drawn, program, anchor, marked_lane, shape).write();
  out << "</div>\n";
  write_left_out(out, transcript, drawn);
}

}  // namespace parley::conform
