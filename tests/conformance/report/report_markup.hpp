#pragma once

#include <string>
#include <string_view>

namespace parley::conform {

/// The text as content of an element, or of an attribute in double quotes, in XML 1.0 and HTML alike. LF is
/// kept; every other byte that is no legal character there is made visible, so that any bytes may be given.
std::string markup(std::string_view text);

/// A relative link to a file beside the page: every byte that means something in an address is encoded.
std::string link_to(std::string_view file);

/// ` name="value"`
std::string attribute(std::string_view name, std::string_view value);
std::string attribute(std::string_view name, int value);

}  // namespace parley::conform
