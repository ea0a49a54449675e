#pragma once

#include <filesystem>
#include <string>

namespace parley::conform {

/// Whether what is in a class is what its owner has handed in, and not a link to somebody else's work.

/// Why a link among the submissions is not judged, a sentence; empty for what is no link.
std::string why_not_handed_in(const std::filesystem::path& submission);

/// Why what is in a submission's folder is not its own, a sentence: a link in it leads to another folder of
/// the class, or there is too much in it to tell. Empty when that is not so. Links to what the system has are
/// fine.
std::string why_not_its_own(const std::filesystem::path& submission);

}  // namespace parley::conform
