#pragma once

#include <string>
#include <vector>

namespace parley::conform {

/// For each folder what the names of its reports begin with: its own name where any file system takes that,
/// otherwise one that is like it. No two are the same, also where capitals do not count. Pure; any thread.
std::vector<std::string> report_names(const std::vector<std::string>& folders);

}  // namespace parley::conform
