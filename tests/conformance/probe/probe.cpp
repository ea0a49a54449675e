#include "tests/conformance/probe/probe.hpp"

#include <ostream>

namespace parley::conform {

bool print_probed(std::ostream& out, const Probed& probed, const Dialect& base) {
  for (const auto& line : probed.lines) out << line << '\n';
  if (!probed.chats) {
    out << "No dialect that is known was understood; `parley-conform server` or `client` says more.\n";
    return false;
  }
  const auto keys = differing_keys(probed.dialect, base);
  if (keys.empty())
    out << (base == Dialect{} ? "It speaks as PROTOCOL.md says" : "It speaks as the course says")
        << ": there is nothing to write.\n\n";
  else
    out << "It differs in " << keys.size() << (keys.size() == 1 ? " way" : " ways")
        << ". For a grade.toml, or --course FILE:\n\n";
  out << to_toml(probed.dialect);
  return true;
}

}  // namespace parley::conform
