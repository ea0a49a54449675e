#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/command/options.hpp"

namespace parley::conform {

/// Tells whether something is still the same. Two that differ have different ones but for an accident in
/// 2^64; whoever wants two alike can make them, and has nothing from it: what was judged was theirs, too.
struct Fingerprint {
  std::string digits;

  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

/// Takes one, part by part. Belongs to one thread.
class FingerprintTaker {
 public:
  /// A part; that two parts follow each other is not the same as that they are one.
  void add(std::string_view part);

  /// What is in a file, up to a limit, and only its size and time beyond. What is no regular file, or cannot
  /// be read, is a part too. Never blocks.
  void add_file(const std::filesystem::path& path);

  Fingerprint fingerprint() const;

 private:
  void mix(std::string_view bytes);

  std::uint64_t hash_ = 14695981039346656037U;  // FNV-1a
};

/// Of the names, kinds and contents of all that is in a folder.
Fingerprint fingerprint_of_folder(const std::filesystem::path& folder);

/// Of the suite and of all that the command line says but what changes no verdict, with what is in the files
/// that it names, and in those that lie beside the submissions.
Fingerprint fingerprint_of_run(const Options& options);

/// Of files: their names, and what is in them. One that is a link, or is not there, is known as that.
Fingerprint fingerprint_of_files(const std::filesystem::path& folder, const std::vector<std::string>& names);

}  // namespace parley::conform
