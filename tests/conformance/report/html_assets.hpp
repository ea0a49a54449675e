#pragma once

#include <span>
#include <string_view>

#include "base/embedded_file.hpp"

namespace parley::conform {

/// The style sheets and scripts of html/, which a page has within it.
std::span<const EmbeddedFile> html_files();

/// Empty when there is none of that name.
inline std::string_view html_file(std::string_view name) {
  const EmbeddedFile* const file = find_file(html_files(), name);
  return file == nullptr ? std::string_view() : file->bytes;
}

}  // namespace parley::conform
