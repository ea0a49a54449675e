#pragma once

#include <filesystem>
#include <string_view>

/// The servers whose SERVER has answered, remembered between runs. Whatever goes wrong with the file, nothing
/// is known then, and nothing is asked at sign-on.
namespace parley::client {

/// The user's folder for what programs remember, as XDG has it, with parley's own in it; empty when the
/// environment names none.
std::filesystem::path state_folder();

/// The file of known servers, a line "HOST:PORT" for each. Reads and writes it whole. Belongs to one thread.
class KnownServices {
 public:
  /// More servers than anyone talks to; the one that was remembered first is forgotten.
  static constexpr std::size_t max_servers = 256;
  static constexpr std::size_t max_file_bytes = 64 * 1024;

  /// `folder` may be empty: then nothing is remembered.
  explicit KnownServices(std::filesystem::path folder) : folder_(std::move(folder)) {}

  bool has(std::string_view server) const;

  /// Errors are passed over: the next run asks again.
  void set(std::string_view server, bool works) const;

 private:
  std::filesystem::path file() const { return folder_ / "services"; }

  const std::filesystem::path folder_;
};

}  // namespace parley::client
