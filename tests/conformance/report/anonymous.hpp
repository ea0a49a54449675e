#pragma once

#include <set>
#include <string>
#include <string_view>

#include "tests/conformance/model/transcript.hpp"

namespace parley::conform {

/// Words in small letters.
using Words = std::set<std::string, std::less<>>;

/// Adds the words of a text.
void add_words(Words& words, std::string_view text);

/// The transcript without what could tell whose program it was. Of what a program said those words are left
/// that the protocol knows or that the suite had said before, as a whole or but for an end of them, and the
/// numbers of codes and lengths; every other one is "[...]", also where the suite repeats it, and so are the
/// `identities`, whoever else uses them. What it printed beside the protocol is left out. Lanes keep their
/// numbers. Pure function; safe from any thread.
Transcript anonymous(const Transcript& transcript, const Words& identities);

}  // namespace parley::conform
