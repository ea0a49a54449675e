#pragma once

#include <string>

#include "tests/conformance/model/verdict.hpp"

/// Reports made by hand, for the tests of the writers and for looking at.
namespace parley::test {

/// One result of every kind in several sections, as a run against a faulty server could leave them.
conform::Report sample_report();

/// Every status once, and in every field what others could have put there: NUL, ESC, broken UTF-8, quotes,
/// markup, the end of a CDATA section, # and backslashes, line ends; 64 KiB on one line; numbers that point
/// nowhere.
conform::Report hostile_report();

/// Everything that the fields of a hostile report hold.
std::string hostile_text();

}  // namespace parley::test
