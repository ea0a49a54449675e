#include "server/log_layout.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/details/log_msg.h>
#include <spdlog/pattern_formatter.h>
#include <sys/stat.h>

#include <array>
#include <cstdlib>
#include <iterator>
#include <string_view>

#include "base/environment.hpp"
#include "protocol/text.hpp"

namespace parley {
namespace {

constexpr const char* text_pattern = "%Y-%m-%d %H:%M:%S.%e %l %v";

int priority(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::critical:
      return 2;
    case spdlog::level::err:
      return 3;
    case spdlog::level::warn:
      return 4;
    case spdlog::level::info:
      return 6;
    default:
      return 7;
  }
}

std::string_view to_view(spdlog::string_view_t text) {
  return {text.data(), text.size()};
}

void append(std::string_view text, spdlog::memory_buf_t& line) {
  line.append(text.data(), text.data() + text.size());
}

/// One character between the quotes of a string, as JSON has it; logfmt's readers know the same.
void append_escaped(std::string_view character, spdlog::memory_buf_t& line) {
  constexpr unsigned char first_printable = 0x20;
  constexpr unsigned char del = 0x7f;
  const auto byte = static_cast<unsigned char>(character.front());
  if (byte < first_printable || byte == del)
    fmt::format_to(std::back_inserter(line), "\\u{:04x}", byte);
  else if (byte == '"' || byte == '\\')
    append({std::array{'\\', character.front()}.data(), 2}, line);
  else
    append(character, line);
}

/// As much of the text as leaves room in the line for so many bytes behind it.
void append_text(std::string_view text, std::size_t bytes_behind, spdlog::memory_buf_t& line) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    const std::size_t before = line.size();
    append_escaped(length > 0 ? text.substr(0, length) : replacement_character, line);
    if (line.size() + bytes_behind > max_log_line_bytes) return line.resize(before);
    text.remove_prefix(length > 0 ? length : 1);
  }
}

class LineFormatter final : public spdlog::formatter {
 public:
  LineFormatter(LogFormat format, bool is_journal) : format_(format), is_journal_(is_journal) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    const bool is_json = format_ == LogFormat::json;
    if (is_journal_) fmt::format_to(std::back_inserter(line), "<{}>", priority(message.level));
    if (is_json) append("{", line);
    if (!is_journal_) {
      append(is_json ? R"("time":")" : "time=", line);
      append_time(message.time, line);
      append(is_json ? R"(",)" : " ", line);
    }
    append(is_json ? R"("level":")" : "level=", line);
    append(to_view(spdlog::level::to_string_view(message.level)), line);
    append(is_json ? R"(","message":")" : R"( msg=")", line);
    const std::string_view behind = is_json ? "\"}\n" : "\"\n";
    append_text(to_view(message.payload), behind.size(), line);
    append(behind, line);
  }

  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<LineFormatter>(*this); }

 private:
  /// In UTC, as RFC 3339 writes it.
  static void append_time(spdlog::log_clock::time_point time, spdlog::memory_buf_t& line) {
    const auto time_ms = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
    const auto time_s = std::chrono::floor<std::chrono::seconds>(time_ms);
    fmt::format_to(std::back_inserter(line), "{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                   fmt::gmtime(static_cast<std::time_t>(time_s.count())), (time_ms - time_s).count());
  }

  const LogFormat format_;
  const bool is_journal_;
};

/// In the words of a person, for a journal, which tells the time and the level by itself.
class PriorityFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
    fmt::format_to(std::back_inserter(line), "<{}>{}\n", priority(message.level), to_view(message.payload));
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<PriorityFormatter>(); }
};

}  // namespace

std::unique_ptr<spdlog::formatter> make_log_formatter(LogFormat format, bool is_journal) {
  if (format != LogFormat::text) return std::make_unique<LineFormatter>(format, is_journal);
  if (is_journal) return std::make_unique<PriorityFormatter>();
  return std::make_unique<spdlog::pattern_formatter>(text_pattern);
}

bool leads_to_journal(int descriptor) {
  const std::string stream = environment_variable("JOURNAL_STREAM");
  struct stat file {};
  if (stream.empty() || ::fstat(descriptor, &file) != 0) return false;
  return fmt::format("{}:{}", file.st_dev, file.st_ino) == stream;
}

}  // namespace parley
