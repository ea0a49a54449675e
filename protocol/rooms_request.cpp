#include "protocol/rooms_request.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <initializer_list>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "protocol/json_text.hpp"

namespace parley::rooms {
namespace {

using nlohmann::json;

constexpr std::string_view features_key = "features";

constexpr std::string_view no_type = "The type of a request is connect, message or exit.";
constexpr std::string_view bad_connect = "A connect needs a name in its payload; name and room are strings.";
constexpr std::string_view no_type_or_feature =
    "The type of a request is connect, message or exit, or one that a feature adds.";
constexpr std::string_view bad_features = "The features of a connect are a list of strings.";
constexpr std::string_view bad_private =
    "A private message needs a name in its payload, as to, and a text; both are strings.";
constexpr std::string_view bad_id = "The id of a message is a string of 1 to 64 bytes.";
constexpr std::string_view bad_password = "A password is a string.";
constexpr std::string_view too_many_levels = "Your JSON object has too many levels.";
constexpr std::string_view bad_message = "A message needs a text in its payload; it is a string.";

/// What is read of an object, of which nobody wants to know more. (A nlohmann::json of several levels takes
/// memory to be destroyed, and ends the program when there is none.) Of two values under one key the later
/// counts.
class ObjectReader {
 public:
  using Value = std::optional<std::string>;  // nullopt: there, and no string

  ObjectReader() = default;
  ~ObjectReader() {
    const auto password = payload_.find("password");
    if (password != payload_.end() && password->second) wipe(*password->second);
  }
  ObjectReader(const ObjectReader&) = delete;
  ObjectReader& operator=(const ObjectReader&) = delete;

  /// It has more than most_levels; nothing was read behind them.
  bool is_too_deep() const { return depth_ > most_levels; }

  const Value& type() const { return type_; }
  /// The payload's value under the first of the keys that it has; null when it has none, or is no object.
  const Value* find(std::initializer_list<std::string_view> keys) const {
    for (const std::string_view key : keys)
      if (const auto found = payload_.find(key); found != payload_.end()) return &found->second;
    return nullptr;
  }

  /// Those of the payload that are known; nothing when it has no list of them.
  const std::optional<Features>& features() const { return features_; }

  // What nlohmann::json::sax_parse() calls.
  bool null() { return take({}); }
  bool boolean(bool) { return take({}); }
  bool number_integer(json::number_integer_t) { return take({}); }
  bool number_unsigned(json::number_unsigned_t) { return take({}); }
  bool number_float(json::number_float_t, const std::string&) { return take({}); }
  bool string(std::string& text) {
    if (depth_ == 3 && is_in_features_) take_feature(text);
    return take(std::move(text));
  }
  bool binary(json::binary_t&) { return take({}); }
  bool key(std::string& name) {
    if (depth_ == 1 || is_field()) key_ = std::move(name);
    return true;
  }
  bool start_object(std::size_t) { return begin(true); }
  bool start_array(std::size_t) { return begin(false); }
  bool end_object() { return end(); }
  bool end_array() { return end(); }
  bool parse_error(std::size_t, const std::string&, const json::exception&) { return false; }

 private:
  bool is_field() const { return depth_ == 2 && is_in_payload_; }

  bool take(Value value) {
    if (is_field() && key_ == features_key) features_.reset();
    if (is_field()) {
      payload_.insert_or_assign(key_, std::move(value));
    } else if (depth_ == 1 && key_ == "type") {
      type_ = std::move(value);
    } else if (depth_ == 1 && key_ == "payload") {
      payload_.clear();
      features_.reset();
    }
    return true;
  }

  /// One that nobody here knows is left out.
  void take_feature(std::string_view word) {
    for (const FeatureWord& feature : feature_words)
      if (feature.word == word) *features_.*feature.is_on = true;
  }

  bool begin(bool is_object) {
    take({});
    if (is_field()) is_in_features_ = !is_object && key_ == features_key;
    if (is_field() && is_in_features_) features_.emplace();
    if (depth_ == 1) is_in_payload_ = is_object && key_ == "payload";
    ++depth_;
    return !is_too_deep();
  }

  bool end() {
    --depth_;
    return true;
  }

  std::size_t depth_ = 0;
  bool is_in_payload_ = false;
  bool is_in_features_ = false;
  std::string key_;
  Value type_;
  std::optional<Features> features_;
  std::map<std::string, Value, std::less<>> payload_;
};

Request read_connect(const ObjectReader& object, const Features&) {
  const auto* const name = object.find({"name", "nickname", "sender"});
  const auto* const room = object.find({"room", "room_name"});
  const auto* const password = object.find({"password"});
  const auto is_wrong = [](const ObjectReader::Value* value) { return value != nullptr && !*value; };
  if (name == nullptr || is_wrong(name) || is_wrong(room)) return Refusal{Mistake::type, bad_connect};
  if (is_wrong(password)) return Refusal{Mistake::type, bad_password};
  if (object.find({features_key}) != nullptr && !object.features())
    return Refusal{Mistake::type, bad_features};
  return Connect{**name, room != nullptr ? **room : "", Secret(password != nullptr ? **password : ""),
                 object.features()};
}

/// Empty: there is none. Nothing: it is no id.
std::optional<std::string> read_id(const ObjectReader& object, const Features& features) {
  const auto* const id = features.delivery ? object.find({"id"}) : nullptr;
  if (id == nullptr) return std::string();
  if (!*id || (*id)->empty() || (*id)->size() > max_id_bytes) return std::nullopt;
  return **id;
}

Request read_message(const ObjectReader& object, const Features& features) {
  const auto* const text = object.find({"text"});
  auto id = read_id(object, features);
  if (!id) return Refusal{Mistake::type, bad_id};
  if (text == nullptr || !*text) return Refusal{Mistake::type, bad_message, std::move(*id)};
  return Say{**text, std::move(*id)};
}

Request read_private(const ObjectReader& object, const Features& features) {
  const auto* const name = object.find({"to"});
  const auto* const text = object.find({"text"});
  auto id = read_id(object, features);
  if (!id) return Refusal{Mistake::type, bad_id};
  if (name == nullptr || !*name || text == nullptr || !*text)
    return Refusal{Mistake::type, bad_private, std::move(*id)};
  return Tell{**name, **text, std::move(*id)};
}

Request read_who(const ObjectReader&, const Features&) {
  return AskWho{};
}

Request read_exit(const ObjectReader&, const Features&) {
  return Exit{};
}

struct Kind {
  std::string_view type;
  bool Features::*feature;  // that it needs; null: none
  Request (*read)(const ObjectReader& object, const Features& features);
};

}  // namespace

std::string_view to_word(Mistake mistake) {
  static constexpr std::array<std::string_view, 11> words = {
      "json",     "type",   "name",      "room",          "taken",  "banned",
      "password", "locked", "unchecked", "not_connected", "renamed"};
  return words[static_cast<std::size_t>(mistake)];
}

Refusal not_an_object() {
  return {Mistake::json, "That is not a JSON object in UTF-8."};
}

Request read_request(std::string_view bytes, const Features& features) {
  static constexpr Kind kinds[] = {{"connect", nullptr, read_connect},
                                   {"message", nullptr, read_message},
                                   {"exit", nullptr, read_exit},
                                   {"private", &Features::privately, read_private},
                                   {"who", &Features::who, read_who}};
  ObjectReader object;
  if (!json::sax_parse(to_readable_json(bytes), &object))
    return object.is_too_deep() ? Refusal{Mistake::json, too_many_levels} : not_an_object();
  const auto kind = std::ranges::find_if(kinds, [&](const Kind& one) {
    return object.type() == one.type && (one.feature == nullptr || features.*one.feature);
  });
  if (kind != std::end(kinds)) return kind->read(object, features);
  return Refusal{Mistake::type, features.is_any() ? no_type_or_feature : no_type};
}

}  // namespace parley::rooms
