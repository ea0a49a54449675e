#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>

namespace parley::conform {

/// Writes a new file beside that path and puts it in its place: nobody ever reads half of it, and neither a
/// link nor a pipe that stands there leads anywhere. Returns why it could not be, "cannot write
/// reports/class.csv: Is a directory"; empty when it is there. Any thread, one at a time for a path.
std::string why_not_written(const std::filesystem::path& path,
                            const std::function<void(std::ostream&)>& write);

}  // namespace parley::conform
