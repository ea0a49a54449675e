#pragma once

#include <iosfwd>
#include <vector>

#include "tests/conformance/report/class_matrix.hpp"

namespace parley::conform {

/// How many of the commonest failures of each half the lecture has.
inline constexpr std::size_t most_lessons = 12;

/// One page to be shown to the class: the clauses of MUST and SHOULD that most programs fail, each with its
/// sentence, how many fail it, why, and one exchange. Nobody is named, and nothing is shown that a program
/// said in words of its own. Pure function; safe from any thread.
void write_lecture_html(std::ostream& out, const std::vector<ClassRow>& rows);

}  // namespace parley::conform
