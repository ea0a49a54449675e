#pragma once

#include <span>
#include <string_view>

/// The clauses of protocol/PROTOCOL.md, read from the page when this program is built: a quote can not differ
/// from it. Constants; safe from any thread.
namespace parley::conform {

enum class Level { must, should, may };

/// Whom a clause binds.
enum class Bound { server, client, both };

struct Clause {
  std::string_view id;  ///< "D2.1"
  Level level;
  Bound bound;
  std::string_view sentence;
};

std::span<const Clause> all_clauses();

/// nullptr when the page has none of that id.
const Clause* find_clause(std::string_view id);

/// "MUST", "SHOULD", "MAY".
std::string_view to_text(Level level);

}  // namespace parley::conform
