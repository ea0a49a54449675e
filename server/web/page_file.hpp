#pragma once

#include <span>
#include <string_view>

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

/// Null when the page has no such file.
const PageFile* find_page_file(std::string_view path);

}  // namespace parley::web
