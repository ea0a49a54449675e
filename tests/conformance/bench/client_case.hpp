#pragma once

#include <string_view>
#include <vector>

#include "tests/conformance/bench/client_trial.hpp"

namespace parley::conform {

/// One thing to try with a client, and what it shows of one clause. As Case.
struct ClientCase {
  std::string_view id;
  std::string_view title;
  std::vector<std::string_view> needs;
  std::string_view hint;
  void (*run)(ClientTrial&);  ///< throws CaseFailed

  std::string_view clause_id() const { return id.substr(0, id.find('-')); }
};

/// What most other cases build on.
namespace client_basics {
inline constexpr std::string_view registers = "C1.1-registers";
inline constexpr std::string_view sends = "C2.1-sends";
inline constexpr std::string_view tells_delivered = "C3.2-delivered";
inline constexpr std::string_view tells_failed = "C3.3-error-102";
inline constexpr std::string_view receives = "C4.2-received";
inline constexpr std::string_view shows = "C4.1-shown";

/// Where one of these fails, those that need it would only wait for what never comes.
constexpr bool is_essential(std::string_view id) {
  return id == registers || id == sends || id == tells_delivered || id == receives || id == shows;
}
}  // namespace client_basics

}  // namespace parley::conform
