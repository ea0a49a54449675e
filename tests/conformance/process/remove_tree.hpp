#pragma once

#include <filesystem>

namespace parley::conform {

/// Removes a folder with all that is in it, however deep that is and whatever its owner has closed: at most
/// four descriptors are open at a time, and no path gets long. No link is followed, and nobody else may move
/// folders there meanwhile. False when something is left. Any thread.
bool remove_tree(const std::filesystem::path& folder);

}  // namespace parley::conform
