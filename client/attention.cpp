#include "client/attention.hpp"

#include <string_view>
#include <utility>

namespace parley::client {
namespace {

// xterm's stack of titles. Where there is none, "parley" is what stays.
constexpr std::string_view keep_title = "\x1b[22;2t";
constexpr std::string_view title_back = "\x1b]2;parley\a\x1b[23;2t";

}  // namespace

bool Attention::is_away(Deadline now) const {
  return has_focus_ ? !*has_focus_ : now - typed_at_ >= idle_time;
}

std::string Attention::on_sign(UserSign sign, Deadline now) {
  if (sign == UserSign::suspended) return leave();
  if (sign == UserSign::key) typed_at_ = now;
  // Whoever types is here, whatever the terminal has told.
  if (sign != UserSign::key || has_focus_) has_focus_ = sign != UserSign::focus_lost;
  return sign == UserSign::focus_lost ? std::string() : leave();
}

std::string Attention::leave() {
  rang_at_.reset();
  const bool has_count = std::exchange(unread_, 0) > 0;
  return has_count && means_.title ? std::string(title_back) : std::string();
}

std::string Attention::on_message(Message::Audience audience, Deadline now) {
  if (audience == Message::Audience::all || !is_away(now)) return {};
  std::string out;
  const bool may_ring = !rang_at_ || (audience == Message::Audience::you && now - *rang_at_ >= bell_pause);
  if (means_.bell && may_ring) {
    rang_at_ = now;
    out += '\a';
  }
  ++unread_;
  if (!means_.title) return out;
  if (unread_ == 1) out += keep_title;
  return out.append("\x1b]2;(").append(std::to_string(unread_)).append(") parley\a");
}

}  // namespace parley::client
