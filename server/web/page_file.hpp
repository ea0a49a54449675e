#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "server/frame.hpp"

namespace parley::web {

/// A file of the page, as it was when the server was built (server/web/page/). Constant.
struct PageFile {
  std::string_view path;  ///< "/app.js"; "/" for index.html
  std::string_view type;  ///< its Content-Type
  std::string_view tag;   ///< its ETag, a weak one, W/"...": another one when the bytes are others
  std::string_view bytes;
  std::string_view gzip;  ///< the same bytes compressed; empty where that makes them no shorter
};

std::span<const PageFile> page_files();

/// The bytes of all files as they are sent, there once for all who ask for them. Constant; any thread.
class PageBodies {
 public:
  PageBodies();

  /// Of a file of page_files(); packed only where it has that.
  const SharedFrame& get(const PageFile& file, bool is_packed) const;

 private:
  struct Body {
    SharedFrame plain;
    SharedFrame packed;
  };
  std::vector<Body> bodies_;  // in the order of the files
};

/// Null when the page has no such file.
const PageFile* find_page_file(std::string_view path);

}  // namespace parley::web
