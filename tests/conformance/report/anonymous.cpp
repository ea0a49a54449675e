#include "tests/conformance/report/anonymous.hpp"

#include <algorithm>
#include <string>

namespace parley::conform {
namespace {

constexpr std::size_t longest_number = 5;  // of a length or a code; those that people have are longer
constexpr std::string_view left_out = "[...]";
constexpr std::string_view own_words =
    " TOSEND TORECV REGISTER REGISTERED SEND SENT FORWARD RECEIVED ERROR ALL Content length "
    "Malformed username No user registered Unable to send Header incomplete "
    "the client exited with code was ended by signal the suite ends its side of the stream "
    "the suite resets the connection more than bytes the rest is not kept keys were not read of these taken ";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_of_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// What the suite itself has said.
std::string words_sent(const Transcript& transcript) {
  std::string sent;
  for (const std::string& lane : transcript.lanes()) sent.append(lane).push_back('\n');
  for (const Entry& entry : transcript.entries())
    if (entry.happening == Happening::sent) sent.append(entry.bytes).push_back('\n');
  return lowered(sent);
}

/// A part of what was sent may come back; of other words only those that are known as a whole.
bool is_harmless(std::string_view word, const std::string& sent) {
  static const std::string known = lowered(own_words);
  if (word.size() <= longest_number && std::ranges::all_of(word, is_digit)) return true;
  const std::string low = lowered(word);
  return sent.find(low) != std::string::npos || known.find(' ' + low + ' ') != std::string::npos;
}

std::string without_secrets(std::string_view bytes, const std::string& sent) {
  std::string out;
  while (!bytes.empty()) {
    const auto other = std::ranges::find_if_not(bytes, is_of_word);
    const std::string_view word = bytes.substr(0, static_cast<std::size_t>(other - bytes.begin()));
    out += is_harmless(word, sent) ? word : left_out;
    bytes.remove_prefix(word.size());
    if (bytes.empty()) break;
    out += bytes.front();
    bytes.remove_prefix(1);
  }
  return out;
}

/// What a program prints for itself is nobody's business; a client's terminal is what it is judged by.
bool is_output(const Transcript& transcript, std::size_t lane) {
  return lane >= transcript.lanes().size() || transcript.lanes()[lane].ends_with("output");
}

}  // namespace

Transcript anonymous(const Transcript& transcript) {
  const std::string sent = words_sent(transcript);
  std::vector<Entry> entries;
  for (Entry entry : transcript.entries()) {
    if (is_output(transcript, entry.lane)) continue;
    if (entry.happening != Happening::sent) entry.bytes = without_secrets(entry.bytes, sent);
    entries.push_back(std::move(entry));
  }
  return {transcript.lanes(), std::move(entries)};
}

}  // namespace parley::conform
