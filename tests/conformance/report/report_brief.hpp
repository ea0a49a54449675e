#pragma once

#include <cstddef>
#include <string>

#include "tests/conformance/model/verdict.hpp"

/// A report in short, as plain text, for systems that show students a text. Pure; safe from any thread.
namespace parley::conform {

/// "Fix this first:" and a line for each of first_causes(); empty when there is none.
std::string causes_text(const Report& report);

/// The verdict, the totals, the causes, then each case that failed, explained but without a transcript. At
/// most `limit` bytes, of which the first few hundred always fit: as many cases as have room, and how many
/// have not.
std::string brief_text(const Report& report, std::size_t limit);

}  // namespace parley::conform
