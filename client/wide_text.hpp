#pragma once

#include <string>
#include <string_view>

/// Text as libedit has it, whose wchar_t holds a code point, and as everything else has it. Pure functions;
/// safe from any thread.
namespace parley::client {

std::string to_utf8(std::wstring_view text);

/// Bytes that are not UTF-8 become U+FFFD.
std::wstring to_wide(std::string_view utf8);

}  // namespace parley::client
