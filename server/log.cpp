#include "server/log.hpp"

#include <poll.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <climits>
#include <mutex>

namespace parley {
namespace {

class NonBlockingStderrSink : public spdlog::sinks::base_sink<std::mutex> {
 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    // poll() promises room for PIPE_BUF bytes, so a longer line could block.
    if (dropped_ > 0) {
      if (!is_ready()) return void(++dropped_);
      put("(" + std::to_string(std::exchange(dropped_, 0)) + " log lines were dropped: nobody read them)\n");
    }
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    if (line.size() > PIPE_BUF) {
      line.resize(PIPE_BUF);
      line.data()[PIPE_BUF - 1] = '\n';
    }
    if (is_ready())
      put({line.data(), line.size()});
    else
      ++dropped_;
  }

  void flush_() override {}

 private:
  static bool is_ready() {
    pollfd descriptor{STDERR_FILENO, POLLOUT, 0};
    return ::poll(&descriptor, 1, 0) == 1 && (descriptor.revents & POLLOUT) != 0;
  }

  static void put(std::string_view text) {
    // A log that cannot be written has nowhere to complain.
    if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;
  }

  std::size_t dropped_ = 0;  // under the sink's mutex
};

}  // namespace

std::shared_ptr<spdlog::logger> make_logger(const std::string& name, spdlog::level::level_enum level) {
  auto logger = std::make_shared<spdlog::logger>(name, std::make_shared<NonBlockingStderrSink>());
  logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
  logger->set_level(level);
  logger->set_error_handler([](const std::string&) {});  // its own writes to stderr, and may wait there
  return logger;
}

}  // namespace parley
