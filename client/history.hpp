#pragma once

#include <cstddef>
#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace parley::client {

/// The lines that were typed, in this run and, once open() was called, in earlier ones. Belongs to one
/// thread.
class History {
 public:
  static constexpr std::size_t max_lines = 500;
  /// Of the file; it is written anew, with max_lines, when it has become longer.
  static constexpr std::size_t max_file_bytes = 1024 * 1024;
  /// Files in the folder; the one that was not written to for longest goes.
  static constexpr std::size_t max_files = 64;

  /// Reads the lines of that file, and adds those to come to it; makes it, and what is missing of its folder,
  /// for this user alone. Returns a sentence part for the user when it could not; then all but the file
  /// works.
  std::optional<std::string> open(const std::filesystem::path& file);

  /// The line typed last, unless the one before was the same.
  void add(const std::string& line);

  std::size_t size() const { return lines_.size(); }
  /// 0 is the oldest.
  const std::string& at(std::size_t index) const { return lines_[index]; }

  /// The last line older than `before` that has the text in it, in any case of ASCII letters.
  std::optional<std::size_t> find(std::string_view text, std::size_t before) const;

 private:
  std::optional<std::string> read(const std::filesystem::path& file);
  void remember(const std::string& line);
  void write_anew() const;

  std::deque<std::string> lines_;
  std::filesystem::path file_;  // empty: none
};

/// Where the history of a server is kept in parley's folder (state_folder()).
std::filesystem::path history_file(const std::filesystem::path& folder, std::string_view host,
                                   std::string_view port);

}  // namespace parley::client
