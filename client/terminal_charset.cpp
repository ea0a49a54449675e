#include "client/terminal_charset.hpp"

#include <langinfo.h>

#include <algorithm>
#include <array>
#include <climits>
#include <clocale>
#include <cstdio>
#include <cstdlib>

#include "client/graphemes.hpp"
#include "protocol/text.hpp"

namespace parley::client {
namespace {

bool is_utf8_name(std::string_view codeset) {
  return codeset == "UTF-8" || codeset == "utf8" || codeset == "UTF8" || codeset == "utf-8";
}

/// The encoding that the environment names, such as "ISO-8859-1" of LANG=de_DE.ISO-8859-1; empty when it
/// names none.
std::string_view codeset_asked_for() {
  for (const auto* const variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* const value = std::getenv(variable);
    if (value == nullptr || *value == '\0') continue;
    const std::string_view name(value);
    const auto dot = name.find('.');
    return dot == std::string_view::npos ? std::string_view{}
                                         : name.substr(dot + 1, name.find('@') - dot - 1);
  }
  return {};
}

}  // namespace

void set_up_locale() {
  const bool is_there = std::setlocale(LC_CTYPE, "") != nullptr;
  // "C" is what is set where nobody has chosen one. A locale that is not installed is still a word on the
  // terminal: plain ASCII is in every encoding.
  const bool chosen = is_there ? std::string_view(std::setlocale(LC_CTYPE, nullptr)) != "C"
                               : !codeset_asked_for().empty() && !is_utf8_name(codeset_asked_for());
  if (!chosen) (void)std::setlocale(LC_CTYPE, "C.UTF-8");
}

TerminalCharset::TerminalCharset() : utf8_(is_utf8_name(::nl_langinfo(CODESET))) {}

std::string TerminalCharset::decode(std::string_view bytes) {
  std::string utf8;
  while (!bytes.empty()) {
    wchar_t character = 0;
    const bool has_begun = std::mbsinit(&typed_) == 0;
    const std::size_t length = std::mbrtowc(&character, bytes.data(), bytes.size(), &typed_);
    if (length == static_cast<std::size_t>(-2)) break;
    if (length == static_cast<std::size_t>(-1)) {
      typed_ = {};
      if (has_begun) continue;  // what came before was none, and this may be one
    } else {
      utf8 += to_utf8(static_cast<char32_t>(character));
    }
    const bool has_length = length != 0 && length != static_cast<std::size_t>(-1);
    bytes.remove_prefix(has_length ? length : 1);
  }
  return utf8;
}

std::string TerminalCharset::encode(std::string_view utf8) const {
  if (utf8_) return std::string(utf8);
  std::string bytes;
  while (!utf8.empty()) {
    const std::size_t length = std::max<std::size_t>(utf8_sequence_length(utf8), 1);
    const char32_t code_point = first_code_point(utf8);
    std::array<char, MB_LEN_MAX> room{};
    std::mbstate_t state{};
    const std::size_t size = std::wcrtomb(room.data(), static_cast<wchar_t>(code_point), &state);
    if (size != static_cast<std::size_t>(-1)) {
      bytes.append(room.data(), size);
    } else {
      std::array<char, 16> escape{};
      const int written =
          std::snprintf(escape.data(), escape.size(), "\\u{%04x}", static_cast<unsigned>(code_point));
      bytes.append(escape.data(), static_cast<std::size_t>(written));
    }
    utf8.remove_prefix(length);
  }
  return bytes;
}

}  // namespace parley::client
