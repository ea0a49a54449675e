#include "server/web/page_file.hpp"

#include <memory>
#include <string>

namespace parley::web {

PageBodies::PageBodies() {
  const auto to_frame = [](std::string_view bytes) {
    return std::make_shared<const Frame>(std::string(bytes), Frame::Life::lasting);
  };
  for (const EmbeddedFile& file : page_files())
    bodies_.push_back({to_frame(file.bytes), to_frame(file.gzip)});
}

const SharedFrame& PageBodies::get(const EmbeddedFile& file, bool is_packed) const {
  const Body& body = bodies_[static_cast<std::size_t>(&file - page_files().data())];
  return is_packed ? body.packed : body.plain;
}

const EmbeddedFile* find_page_file(std::string_view path) {
  constexpr std::string_view page = "index.html";
  if (path == "/") return find_file(page_files(), page);
  const std::string_view name = path.substr(path.empty() ? 0 : 1);
  return name == page ? nullptr : find_file(page_files(), name);
}

}  // namespace parley::web
