#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "client/typed_line.hpp"

namespace parley::client {

/// A line that is typed and no message: blank, a command, a question to SERVER.
struct NoMessage {};

/// To whom the lines go that are typed at a terminal. Belongs to one thread.
class Addressing {
 public:
  /// Whom plain lines go to; empty: nobody is chosen.
  const std::string& recipient() const { return recipient_; }
  void choose(std::string_view recipient) { recipient_ = recipient; }

  /// This user has written in private, and is who "/r" answers.
  void note_writer(std::string_view name) { last_writer_ = name; }

  /// The message that the line is, or why nothing of it is sent. Points into the line, or to this object.
  std::variant<NoMessage, Outgoing, Invalid> address(const TypedLine& line) const;

 private:
  std::string recipient_;
  std::string last_writer_;
};

}  // namespace parley::client
