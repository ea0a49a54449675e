#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/embedded_file.hpp"
#include "server/frame.hpp"

namespace parley::web {

/// The page: the files of page/.
std::span<const EmbeddedFile> page_files();

/// The bytes of all files as they are sent, there once for all who ask at one port. Constant; any thread.
class PageBodies {
 public:
  PageBodies();

  /// Of a file of page_files(); packed only where it has that.
  const SharedFrame& get(const EmbeddedFile& file, bool is_packed) const;

 private:
  struct Body {
    SharedFrame plain;
    SharedFrame packed;
  };
  std::vector<Body> bodies_;  // in the order of the files
};

/// What is at a path, as "/app.js", or index.html at "/". Null when there is nothing.
const EmbeddedFile* find_page_file(std::string_view path);

}  // namespace parley::web
