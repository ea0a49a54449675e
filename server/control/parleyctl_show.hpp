#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/control/request.hpp"

namespace parley::control {

/// One answer of the server's, gathered line by line and told to a person. For one thread.
class Answer {
 public:
  explicit Answer(Action action) : action_(action) {}

  /// The next line. False: it was the last one. Throws std::runtime_error for what is none of ours.
  bool take(std::string_view line);

  /// Once complete: whether the request was done.
  bool is_done() const { return complaint_.empty(); }
  /// Why not.
  const std::string& complaint() const { return complaint_; }

  /// Once complete and done: lines for a person.
  std::string to_text() const;

 private:
  const Action action_;
  std::string complaint_;
  std::string summary_;                         // all but the table
  std::vector<std::vector<std::string>> rows_;  // of the table, without its heading
};

}  // namespace parley::control
