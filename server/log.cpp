#include "server/log.hpp"

#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <mutex>
#include <system_error>
#include <utility>

#include "base/output.hpp"

namespace parley {

namespace {

Output open_log(const std::string& file) {
  if (!file.empty()) return Output::to_end_of(file);
  try {
    return Output::to(STDERR_FILENO);
  } catch (const std::system_error&) {  // closed: nobody wants a log
    return {};
  }
}

class LogSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  /// Throws std::system_error when the file cannot be opened. An empty name is stderr.
  explicit LogSink(std::string file) : file_(std::move(file)), output_(open_log(file_)) {}

  /// Whatever the level: who has renamed the file waits for it.
  void reopen(spdlog::string_view_t logger_name) {
    if (file_.empty()) return;
    Output output = open_log(file_);
    const std::lock_guard lock(mutex_);
    std::swap(output_, output);
    is_torn_ = false;
    sink_it_(spdlog::details::log_msg(logger_name, spdlog::level::info, "the log goes on here"));
  }

  std::uint64_t dropped() const { return all_dropped_.load(std::memory_order_relaxed); }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (dropped_ > 0 && !put_count(message.logger_name)) return drop();
    dropped_ = 0;
    if (!put(message)) drop();
  }

  void flush_() override {}

 private:
  bool put_count(spdlog::string_view_t logger_name) {
    const std::string text = "(" + std::to_string(dropped_) + " log lines were dropped: there was no room)";
    return put(spdlog::details::log_msg(logger_name, spdlog::level::warn, text));
  }

  bool put(const spdlog::details::log_msg& message) {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    if (line.size() > max_log_line_bytes) {
      line.resize(max_log_line_bytes);
      line.data()[max_log_line_bytes - 1] = '\n';
    }
    return put(std::string_view(line.data(), line.size()));
  }

  void drop() {
    ++dropped_;
    all_dropped_.fetch_add(1, std::memory_order_relaxed);
  }

  /// Ends the line of which there was room only for a part.
  bool put(std::string_view text) {
    constexpr std::chrono::milliseconds at_once{0};
    if (is_torn_ && !output_.put("\n", at_once)) return false;
    const bool is_whole = output_.put(text, at_once);
    is_torn_ = !is_whole && errno == ENOSPC;
    return is_whole;
  }

  const std::string file_;
  Output output_;  // under the sink's mutex, as the next two
  bool is_torn_ = false;
  std::size_t dropped_ = 0;  // since the last that was written
  std::atomic<std::uint64_t> all_dropped_{0};
};

}  // namespace

std::shared_ptr<spdlog::logger> make_logger(const std::string& name, spdlog::level::level_enum level,
                                            const std::string& file, LogFormat format) {
  auto logger = std::make_shared<spdlog::logger>(name, std::make_shared<LogSink>(file));
  logger->set_formatter(make_log_formatter(format, file.empty() && leads_to_journal(STDERR_FILENO)));
  logger->set_level(level);
  logger->set_error_handler([](const std::string&) {});  // its own writes to stderr, and may wait there
  return logger;
}

std::uint64_t dropped_lines(const spdlog::logger& logger) {
  return static_cast<const LogSink&>(*logger.sinks().front()).dropped();
}

void reopen_log(spdlog::logger& logger) {
  try {
    static_cast<LogSink&>(*logger.sinks().front()).reopen(logger.name());
  } catch (const std::exception& error) {
    logger.error("the log goes on where it was: {}", error.what());
  }
}

}  // namespace parley
