#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "tests/conformance/interop/interop_pair.hpp"

namespace parley::conform {

/// One half of a submission.
struct InteropHalf {
  std::string folder;
  std::string name;
  std::string problem;  ///< why it is not tried, a sentence; empty when it is
};

/// Who understands whom, as far as it is known.
struct InteropMatrix {
  std::vector<InteropHalf> clients;
  std::vector<InteropHalf> servers;
  std::vector<std::vector<std::optional<PairResult>>> pairs;  ///< by client, by server; none: not yet tried

  std::size_t understood_of_client(std::size_t client) const;
  std::size_t understood_of_server(std::size_t server) const;
  std::size_t understood() const;
  /// Those of which the outcome is known, and not that they were not tried.
  std::size_t tried() const;
};

/// A row for each client, a column for each server, those first that understand most: "yes", or the first
/// difference; the last row has how many clients each server understands. RFC 4180.
void write_interop_csv(std::ostream& out, const InteropMatrix& matrix);

/// The same as one page that needs nothing else, with what went over the wire.
void write_interop_html(std::ostream& out, const InteropMatrix& matrix);

}  // namespace parley::conform
