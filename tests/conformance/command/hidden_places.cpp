#include "tests/conformance/command/hidden_places.hpp"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <string_view>
#include <system_error>

#include "tests/conformance/process/sandbox.hpp"
#include "tests/conformance/process/temporary_folder.hpp"

namespace parley::conform {
namespace {

namespace fs = std::filesystem;

bool is_of_name(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' ||
         c == '-' || static_cast<unsigned char>(c) >= 0x80;
}

/// Whether a path that ends there is a whole one, or goes on with a slash. A full stop may be that of a
/// sentence.
bool is_end_of_name(const std::string& text, std::size_t end) {
  return end == text.size() || !is_of_name(text[end]) ||
         (text[end] == '.' && (end + 1 == text.size() || !is_of_name(text[end + 1])));
}

/// What is shown before the full stop of a sentence ends in a slash: "../." instead of "...".
void replace(std::string& text, std::size_t at, std::size_t length, std::string shown) {
  if (at + length < text.size() && text[at + length] == '.') shown += '/';
  text.replace(at, length, shown);
}

void replace_place(std::string& text, const HiddenPlace& place) {
  for (std::size_t at = 0; (at = text.find(place.path, at)) != std::string::npos; ++at)
    if (is_end_of_name(text, at + place.path.size())) replace(text, at, place.path.size(), place.shown);
}

/// Whether a path that begins there is a whole one. A name before it may end an escape, as in
/// "\\n/submission".
bool is_begin_of_path(const std::string& text, std::size_t begin) {
  if (begin == 0) return true;
  const char before = text[begin - 1];
  return (!is_of_name(before) && before != '~' && before != '/') || (begin > 1 && text[begin - 2] == '\\');
}

/// Others than that of the sandbox may have this name, in whatever folder.
void replace_sandbox_folder(std::string& text) {
  for (std::size_t at = 0; (at = text.find(sandbox_folder, at)) != std::string::npos; ++at)
    if (is_begin_of_path(text, at) && is_end_of_name(text, at + sandbox_folder.size()))
      replace(text, at, sandbox_folder.size(), ".");
}

/// Also of copies that could not be made, whose names nobody knows any more.
void replace_copies(std::string& text) {
  const std::string begin = begin_of_temporary_folders();
  for (std::size_t at = 0; (at = text.find(begin, at)) != std::string::npos; ++at) {
    std::size_t end = at + begin.size();
    while (end < text.size() && text[end] != '.' && is_of_name(text[end])) ++end;
    const std::string_view folder = "/submission";
    if (std::string_view(text).substr(end).starts_with(folder)) end += folder.size();
    replace(text, at, end - at, ".");
  }
}

/// The program's own output; the rest went over the wire.
bool is_printed(const std::string& lane) {
  return lane.ends_with("output") || lane.starts_with("terminal");
}

Transcript without_places(const Transcript& transcript, const std::vector<HiddenPlace>& places) {
  std::vector<Entry> entries = transcript.entries();
  for (Entry& entry : entries)
    if (entry.lane < transcript.lanes().size() && is_printed(transcript.lanes()[entry.lane]))
      entry.bytes = without_places(std::move(entry.bytes), places);
  return {transcript.lanes(), std::move(entries)};
}

}  // namespace

std::vector<HiddenPlace> places_of(const fs::path& submission, const fs::path& copy) {
  std::vector<HiddenPlace> places;
  const auto add = [&places](const fs::path& path, const char* shown) {
    if (path.has_relative_path()) places.push_back({path.string(), shown});
  };
  std::error_code error;
  for (const fs::path& folder : {submission, fs::canonical(submission, error)}) {
    add(folder, ".");
    add(folder.parent_path(), "..");
  }
  add(copy, ".");
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') add(home, "~");
  std::ranges::sort(places, std::greater{}, [](const HiddenPlace& place) { return place.path.size(); });
  return places;
}

std::string without_places(std::string text, const std::vector<HiddenPlace>& places) {
  for (const HiddenPlace& place : places) replace_place(text, place);
  replace_copies(text);
  replace_sandbox_folder(text);
  return text;
}

void hide_places(Report& report, const std::vector<HiddenPlace>& places) {
  const auto hide = [&places](std::string& text) { text = without_places(std::move(text), places); };
  hide(report.subject);
  hide(report.problem);
  for (Result& result : report.results) {
    for (std::string* text : {&result.reason, &result.tries, &result.hint, &result.repeat_command})
      hide(*text);
    if (result.failure) hide(result.failure->crash);
    result.transcript = without_places(result.transcript, places);
  }
}

}  // namespace parley::conform
