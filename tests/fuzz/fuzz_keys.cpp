// Invariants: what a terminal sends means the same keys however it is cut; text holds no control characters;
// nothing of a sequence becomes text; no more is kept than promised.
#include <algorithm>
#include <clocale>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "client/key_decoder.hpp"
#include "client/terminal_charset.hpp"
#include "protocol/text.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/same_however_cut.hpp"

using namespace parley;
using client::Action;

namespace {

// A sequence as long as any may be, and the piece that made it longer.
constexpr std::size_t most_held_bytes = 16 * 1024;

/// UTF-8 without what a terminal obeys: C0, DEL and C1.
bool is_harmless(std::string_view text, bool is_paste) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    const std::string_view character = text.substr(0, length);
    if (length == 0 || (character >= "\xc2\x80" && character <= "\xc2\x9f")) return false;
    const bool is_blank = is_paste && (character == "\n" || character == "\t");
    if (length == 1 && !is_blank && (character < " " || character == "\x7f")) return false;
    text.remove_prefix(length);
  }
  return true;
}

/// The keys that mean something, in one string; text that is inserted is put together.
class Keys {
 public:
  void take_all(client::KeyDecoder& decoder) {
    while (const auto key = decoder.next()) take(*key);
  }

  const std::string& text() const { return text_; }
  std::string all() const { return all_; }

 private:
  void take(const client::Key& key) {
    require(key.text.empty() || key.action == Action::insert || key.action == Action::paste, "text");
    require(is_harmless(key.text, key.action == Action::paste), "no control characters in text");
    if (key.action == Action::ignore) return;
    if (key.action == Action::insert) {
      text_ += key.text;
      all_ += key.text;
      return;
    }
    all_ += "\x1b" + std::to_string(static_cast<int>(key.action)) + (key.too_long ? "..." : "") + "\x1b";
    all_ += key.text;
  }

  std::string text_;
  std::string all_;
};

Keys keys_of(std::string_view bytes, std::size_t first_cut, std::size_t piece_bytes) {
  client::TerminalCharset charset;
  client::KeyDecoder decoder;
  Keys keys;
  parley::test::for_each_piece(bytes, first_cut, piece_bytes, [&](std::string_view piece, bool) {
    decoder.feed(charset.decode(piece));
    keys.take_all(decoder);
    require(decoder.held_bytes() <= most_held_bytes + client::KeyDecoder::max_paste_bytes, "bounded memory");
    return true;
  });
  for (int i = 0; decoder.patience(); ++i) {
    require(i < 10, "an end of waiting");
    decoder.give_up();
    keys.take_all(decoder);
  }
  return keys;
}

/// The bytes as the inside of a sequence that begins in this way, and is whole.
std::string in_sequence(std::string_view begin, std::string_view bytes) {
  std::string sequence(begin);
  const bool is_string = begin.ends_with(']') || begin.ends_with('P');
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    sequence += static_cast<char>(is_string ? 0x20 + value % 0x5f : 0x20 + value % 0x20);
  }
  return sequence + (is_string ? "\x1b\\" : bytes.size() % 2 == 0 ? "~" : "D");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const bool is_utf8 = std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr;
  require(is_utf8, "a locale");
  if (size < 1) return 0;  // how the bytes are cut
  const std::string bytes(data + 1, data + size);
  (void)require_same_however_cut(bytes, data[0],
                                 [](std::string_view all, std::size_t first, std::size_t each) {
                                   return keys_of(all, first, each).all();
                                 });
  for (const auto* const begin : {"\x1b[", "\x1bO", "\x1b\x1b[", "\x1b]", "\x1bP"}) {
    const std::string sequence = in_sequence(begin, bytes);
    if (sequence.ends_with("[200~")) continue;  // a paste
    require(keys_of("<" + sequence + ">", data[0], 0).text() == "<>", "nothing of a sequence in the text");
  }
  return 0;
}
