#pragma once

#include <algorithm>
#include <span>
#include <string_view>

namespace parley {

/// A file that was built into a program, as it was then: of a folder that its CMakeLists.txt gives to
/// parley_embed_files(). Constant.
struct EmbeddedFile {
  std::string_view name;  ///< below its folder: "app.js"
  std::string_view type;  ///< its Content-Type
  std::string_view tag;   ///< its ETag, a weak one, W/"...": another one when the bytes are others
  std::string_view bytes;
  std::string_view gzip;  ///< the same bytes compressed; empty where that makes them no shorter
};

/// Null when there is none of that name.
inline const EmbeddedFile* find_file(std::span<const EmbeddedFile> files, std::string_view name) {
  const auto found = std::ranges::find(files, name, &EmbeddedFile::name);
  return found == files.end() ? nullptr : &*found;
}

}  // namespace parley
