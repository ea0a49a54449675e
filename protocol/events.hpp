#pragma once

#include <string_view>

/// The events that parsers of several dialects have.
namespace parley {

/// More bytes are needed before anything can be said.
struct NeedMore {};

/// What cannot be acted on: it is answered with the sentence, and the next request may be right.
struct Refusal {
  std::string_view sentence;
};

/// As a Refusal, but nothing more is read.
struct Violation {
  std::string_view sentence;
};

}  // namespace parley
