#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/file_descriptor.hpp"

namespace parley {

/// Writes the text beside the file and gives that its name once all is on the disk: whoever reads, and
/// whenever the power fails, there is the old file or the new one. Who owned the old one owns the new, where
/// the system lets us. A link at the path is replaced; follow_links() says where it leads. Waits for the
/// disk. Throws std::system_error, and nothing has changed then. Any thread.
void write_whole_file(const std::string& path, std::string_view text, mode_t mode = 0600);

/// The same for what others read while this goes on, and nobody misses after a loss of power: it is ours,
/// with the rights that the umask leaves, and the disk is not waited for. Returns the file, open.
FileDescriptor put_whole_file(const std::string& path, std::string_view text);

/// Whether that could be done, as far as the rights of its folder tell; changes nothing. Throws as it does.
void check_whole_file(const std::string& path);

}  // namespace parley
