#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace parley::client {

/// Where a row ends that is full.
enum class Wrap {
  anywhere,   ///< as the terminal does, so that what was written can be copied as it was
  at_blanks,  ///< between words
};

/// What lines are printed on, one below the other.
class Paper {
 public:
  /// Prints lines, parted by CR LF. The text must be harmless.
  virtual void print_above(std::string_view text, Wrap wrap = Wrap::anywhere) = 0;

  /// Grows with each line that is printed, by whomever.
  virtual std::uint64_t printed_lines() const = 0;

  /// Prints in place of the last lines, so many of them; false, and nothing is done, where that cannot be.
  virtual bool replace_last(std::size_t lines, std::string_view text) = 0;

 protected:
  ~Paper() = default;
};

}  // namespace parley::client
