#include "tests/conformance/model/crash_text.hpp"

#include <algorithm>
#include <array>

#include "protocol/text.hpp"

namespace parley::conform {
namespace {

constexpr std::size_t longest_line = 200;

/// Takes the first line off.
std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

std::string_view between(std::string_view text, std::string_view begin, std::string_view end) {
  const auto from = text.find(begin);
  if (from == std::string_view::npos) return {};
  text.remove_prefix(from + begin.size());
  return text.substr(0, text.find(end));
}

std::string_view file_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string at(std::string_view what, std::string_view where) {
  std::string text = visible(what.substr(0, longest_line));
  if (!where.empty()) text += " (" + visible(where.substr(0, longest_line)) + ')';
  return text;
}

/// Behind "Traceback (most recent call last):" come indented lines, then the exception's. The place is the
/// last of the program's own: not in the language's library.
std::string python(std::string_view, std::string_view rest) {
  std::string where;
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    if (!line.empty() && line.front() != ' ') return at(line, where);
    const auto file = between(line, "File \"", "\"");
    if (file.empty() || file.find("/lib/python") != std::string_view::npos || file.front() == '<') continue;
    where = std::string(file_name(file)) + ", line " + std::string(between(line, ", line ", ","));
  }
  return {};
}

/// "Exception in thread "main" java.lang.X: text", then "\tat Class.method(File.java:12)".
std::string java(std::string_view line, std::string_view rest) {
  const auto quote = line.find("\" ");
  if (quote == std::string_view::npos) return {};  // Python says so, too, and then more
  for (std::string_view next = take_line(rest); next.starts_with("\tat "); next = take_line(rest)) {
    const bool is_library = next.starts_with("\tat java") || next.starts_with("\tat sun.");
    if (!is_library) return at(line.substr(quote + 2), between(next, "(", ")"));
  }
  return at(line.substr(quote + 2), {});
}

/// "terminate called after throwing an instance of 'std::X'", then "  what():  text".
std::string cpp(std::string_view line, std::string_view rest) {
  const auto type = between(line, "instance of '", "'");
  const auto what = between(take_line(rest), "what():  ", "\n");
  return at(std::string(type) + (what.empty() ? "" : ": ") + std::string(what), {});
}

std::string whole_line(std::string_view line, std::string_view) {
  return at(line, {});
}

struct Form {
  std::string_view beginning;  ///< of the line that tells a crash
  std::string (*read)(std::string_view line, std::string_view rest);
};

constexpr std::array forms{Form{"Traceback (most recent call last):", python},
                           Form{"Exception in thread \"", java},
                           Form{"terminate called after throwing an instance of", cpp},
                           Form{"terminate called without an active exception", whole_line},
                           Form{"panic: ", whole_line},
                           Form{"thread '", whole_line},
                           Form{"*** stack smashing detected", whole_line},
                           Form{"free(): ", whole_line},
                           Form{"malloc(): ", whole_line},
                           Form{"double free", whole_line}};

}  // namespace

std::string crash_in(std::string_view output) {
  while (!output.empty()) {
    const std::string_view line = take_line(output);
    for (const Form& form : forms)
      if (line.starts_with(form.beginning))
        if (std::string text = form.read(line, output); !text.empty()) return text;
  }
  return {};
}

}  // namespace parley::conform
