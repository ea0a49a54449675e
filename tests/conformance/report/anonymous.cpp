#include "tests/conformance/report/anonymous.hpp"

#include <algorithm>
#include <utility>

#include "protocol/words.hpp"

namespace parley::conform {
namespace {

constexpr std::size_t longest_number = 5;  // of a length or a code; those that people have are longer
constexpr std::size_t shortest_part = 4;   // bytes of a word of the suite's that was cut off
constexpr std::string_view left_out = "[...]";
constexpr std::string_view protocol_words =
    "TOSEND TORECV REGISTER REGISTERED SEND SENT FORWARD RECEIVED ERROR ALL Content length "
    "Malformed username No user registered Unable to send Header incomplete";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_of_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// Calls `use` with each word and with each byte between two.
template <typename Use>
void for_each_part(std::string_view text, const Use& use) {
  while (!text.empty()) {
    const auto end = std::ranges::find_if_not(text, is_of_word);
    const auto size = std::max<std::size_t>(1, static_cast<std::size_t>(end - text.begin()));
    use(text.substr(0, size));
    text.remove_prefix(size);
  }
}

const Words& words_of_protocol() {
  static const Words words = [] {
    Words all;
    add_words(all, protocol_words);
    return all;
  }();
  return words;
}

class Censor {
 public:
  Censor(const std::vector<std::string>& lanes, const Words& identities) : identities_(identities) {
    for (const std::string& lane : lanes) add_words(said_, lane);
  }

  /// Of the suite: what it has from the program is no more its own than it was the program's.
  std::string sent(std::string_view bytes) {
    return replaced(bytes, [this](const std::string& word, const std::string& /*before*/) {
      if (secrets_.contains(word)) return false;
      said_.insert(word);
      return true;
    });
  }

  std::string received(std::string_view bytes) {
    return replaced(bytes, [this](const std::string& word, const std::string& before) {
      const bool is_number = word.size() <= longest_number && std::ranges::all_of(word, is_digit);
      if (is_number && (before == "error" || before == "length")) return true;
      if (is_harmless(word)) return true;
      secrets_.insert(word);
      return false;
    });
  }

 private:
  template <typename IsLeft>
  static std::string replaced(std::string_view bytes, const IsLeft& is_left) {
    std::string out;
    std::string before;
    for_each_part(bytes, [&](std::string_view part) {
      if (!is_of_word(part.front())) return void(out += part);
      std::string word = lowered(part);
      out += is_left(word, before) ? part : left_out;
      before = std::move(word);
    });
    return out;
  }

  bool is_harmless(const std::string& word) const {
    if (words_of_protocol().contains(word)) return true;
    if (identities_.contains(word)) return false;
    const auto is_part = [&](const std::string& whole) {
      return whole.starts_with(word) || whole.ends_with(word);
    };
    return said_.contains(word) || (word.size() >= shortest_part && std::ranges::any_of(said_, is_part));
  }

  const Words& identities_;
  Words said_;     // by the suite
  Words secrets_;  // by the program, which had them from elsewhere
};

/// What a program prints for itself is nobody's business; a client's terminal is what it is judged by.
bool is_output(const Transcript& transcript, std::size_t lane) {
  return lane >= transcript.lanes().size() || transcript.lanes()[lane].ends_with("output");
}

}  // namespace

void add_words(Words& words, std::string_view text) {
  for_each_part(text, [&](std::string_view part) {
    if (is_of_word(part.front())) words.insert(lowered(part));
  });
}

Transcript anonymous(const Transcript& transcript, const Words& identities) {
  Censor censor(transcript.lanes(), identities);
  std::vector<Entry> entries;
  for (Entry entry : transcript.entries()) {
    if (is_output(transcript, entry.lane)) continue;
    if (entry.happening == Happening::sent) entry.bytes = censor.sent(entry.bytes);
    if (entry.happening == Happening::received) entry.bytes = censor.received(entry.bytes);
    entries.push_back(std::move(entry));  // a note is the suite's, in words of its own
  }
  return {transcript.lanes(), std::move(entries)};
}

}  // namespace parley::conform
