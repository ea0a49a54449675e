#include "server/web/page_file.hpp"

#include <algorithm>
#include <memory>
#include <string>

namespace parley::web {

PageBodies::PageBodies() {
  const auto to_frame = [](std::string_view bytes) {
    return std::make_shared<const Frame>(std::string(bytes), Frame::Life::lasting);
  };
  for (const PageFile& file : page_files()) bodies_.push_back({to_frame(file.bytes), to_frame(file.gzip)});
}

const SharedFrame& PageBodies::get(const PageFile& file, bool is_packed) const {
  const Body& body = bodies_[static_cast<std::size_t>(&file - page_files().data())];
  return is_packed ? body.packed : body.plain;
}

const PageFile* find_page_file(std::string_view path) {
  const auto files = page_files();
  const auto found = std::ranges::find(files, path, &PageFile::path);
  return found == files.end() ? nullptr : &*found;
}

}  // namespace parley::web
