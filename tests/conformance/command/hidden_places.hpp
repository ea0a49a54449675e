#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/conformance/model/verdict.hpp"

/// What a student reads names no place of the machine on which the suite ran.
namespace parley::conform {

/// A path, and what stands in its place.
struct HiddenPlace {
  std::string path;
  std::string shown;
};

/// Of a submission: its folder is ".", and so is the copy on which it works; what is beside it begins with
/// "..", and the home of who runs the suite is "~".
std::vector<HiddenPlace> places_of(const std::filesystem::path& submission,
                                   const std::filesystem::path& copy);

/// The text with each of the paths replaced where it stands as a whole or begins a longer path, and every
/// copy of a submission by ".", also as it is called in a sandbox. Pure but for what the environment says of
/// the folder for temporary files.
std::string without_places(std::string text, const std::vector<HiddenPlace>& places);

/// The same for all that a report says but for what went over the wire, which stays as it was.
void hide_places(Report& report, const std::vector<HiddenPlace>& places);

}  // namespace parley::conform
