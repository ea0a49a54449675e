#pragma once

#include <string_view>
#include <vector>

#include "tests/conformance/bench/trial.hpp"

namespace parley::conform {

/// One thing to try, and what it shows of one clause.
struct Case {
  std::string_view id;     ///< the clause's id, a dash, and what is special: "D2.1-silent-recipient"
  std::string_view title;  ///< what is tried, a sentence part
  std::vector<std::string_view> needs;  ///< ids of cases without which this one can show nothing
  std::string_view hint;      ///< the likeliest mistake in the program when it fails, in plain words
  void (*run)(Trial&);        ///< throws CaseFailed
  bool is_broadcast = false;  ///< a user of an earlier case who is still there would be in its way
  bool leaves_early = false;  ///< some of its users end before it does, so that they may be still there

  std::string_view clause_id() const { return id.substr(0, id.find('-')); }

  /// About SERVER, which a server need not have (SV).
  bool is_optional() const { return id.starts_with("SV"); }
};

/// What every case about delivery builds on.
inline constexpr std::string_view signs_on = "R4.1-two-sockets";
inline constexpr std::string_view passes_on = "D1.1-forward";
inline constexpr std::string_view known_word = "M2.1-word";
inline constexpr std::string_view delivers = "D1.2-unicast";

/// Where one of these fails, those that need it would only wait for what never comes.
constexpr bool is_essential(std::string_view id) {
  return id == signs_on || id == passes_on || id == known_word || id == delivers;
}

/// A recipient's answer to a message that it cannot read.
inline constexpr std::string_view rejection = "ERROR 103 Header Incomplete\n\n";

}  // namespace parley::conform
