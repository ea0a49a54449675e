#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

namespace parley {

/// Writes the text beside the file and gives that its name once all is on the disk: whoever reads, and
/// whenever the power fails, there is the old file or the new one. Who owned the old one owns the new, where
/// the system lets us. A link at the path is replaced; follow_links() says where it leads. Waits for the
/// disk. Throws std::system_error. Any thread.
void write_whole_file(const std::string& path, std::string_view text, mode_t mode = 0600);

/// Whether that could be done, as far as the rights of its folder tell; changes nothing. Throws as it does.
void check_whole_file(const std::string& path);

}  // namespace parley
