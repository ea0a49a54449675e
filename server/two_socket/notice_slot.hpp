#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "server/directory/message.hpp"

namespace parley {

/// Who has come and who has left since one user was last told: a few names of each and a number, however many
/// they are. Not safe from several threads.
class NoticeSlot {
 public:
  NoticeSlot() {
    came_.names.reserve(most_names);
    left_.names.reserve(most_names);
  }

  bool is_empty() const { return came_.count + left_.count == 0; }

  /// Who comes and leaves again meanwhile, or the other way round, is not told of, while all are known by
  /// name.
  void add(const Notice& notice);

  /// "bob came", "bob, carol and 118 others left", or both with a line end between them. Empty afterwards.
  std::string take();

  void clear();

 private:
  /// "A, B and C" needs three; with more, the third is one of the others.
  static constexpr std::size_t most_names = 3;

  struct Names {
    std::vector<std::string> names;
    std::size_t count = 0;  // of all
    void add(std::string_view name);
    bool take_out(std::string_view name);
    std::string to_text() const;
  };

  Names came_;
  Names left_;
};

}  // namespace parley
