#pragma once

#include <string>

namespace parley::conform {

/// A field of RFC 4180; what a spreadsheet would take for a formula is defused, also behind a separator that
/// a spreadsheet of another country splits at. Pure; any thread.
std::string csv_field(const std::string& text);

}  // namespace parley::conform
