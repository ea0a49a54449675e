#include "tests/conformance/model/clause.hpp"

#include <algorithm>

namespace parley::conform {
namespace {

constexpr Clause clauses[] = {
#include "clauses.inc"
};

}  // namespace

std::span<const Clause> all_clauses() {
  return clauses;
}

const Clause* find_clause(std::string_view id) {
  const auto found = std::ranges::find(clauses, id, &Clause::id);
  return found == std::end(clauses) ? nullptr : found;
}

std::string_view to_text(Level level) {
  switch (level) {
    case Level::must:
      return "MUST";
    case Level::should:
      return "SHOULD";
    case Level::may:
      return "MAY";
  }
  return "";
}

}  // namespace parley::conform
