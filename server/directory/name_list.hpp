#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/thread_annotations.hpp"
#include "server/frame.hpp"

namespace parley {

/// Who was there at one moment, in order of arrival, and how that is written. Any thread.
class NameList {
 public:
  explicit NameList(std::vector<std::string> names) : names_(std::move(names)) {}

  const std::vector<std::string>& names() const { return names_; }

  /// The list in a format: made once, however many ask.
  Frames rendered(const Format& format, FunctionRef<Frames()> render) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return renderings_.get(format, render);
  }

 private:
  const std::vector<std::string> names_;

  Mutex mutex_;  // taken alone: rendering only computes
  Renderings renderings_ GUARDED_BY(mutex_);
};

}  // namespace parley
