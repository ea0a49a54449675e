#pragma once

#include <array>
#include <string_view>

namespace parley::rooms {

/// What a client may ask for in its first connect, beyond what the dialect's family knows (PROTOCOL.md, RM7).
struct Features {
  bool who = false;        ///< asks who is there, and is told of comings and goings with more than a sentence
  bool privately = false;  ///< sends private lines, and has those that come marked as such
  bool delivery = false;   ///< is told what became of each of its messages that has an id

  bool is_any() const { return who || privately || delivery; }
  bool operator==(const Features&) const = default;
};

struct FeatureWord {
  std::string_view word;
  bool Features::*is_on;
};

/// Their words on the wire.
inline constexpr std::array feature_words = {FeatureWord{"who", &Features::who},
                                             FeatureWord{"private", &Features::privately},
                                             FeatureWord{"delivery", &Features::delivery}};

}  // namespace parley::rooms
