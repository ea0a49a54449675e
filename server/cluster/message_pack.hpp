#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// MessagePack (msgpack.org), as much of it as the bus needs. Pure; any thread. By hand: nlohmann's reader
/// calls itself for each level, and copies bodies byte for byte; a line of 64 KiB took it ten times as long,
/// there and back.
namespace parley::cluster::message_pack {

// Each writes one value behind what is there. Lengths and counts are below 2^32.

void append_unsigned(std::string& out, std::uint64_t number);
void append_signed(std::string& out, std::int64_t number);
void append_boolean(std::string& out, bool value);
void append_string(std::string& out, std::string_view utf8);
void append_binary(std::string& out, std::string_view bytes);
/// So many values have to follow.
void append_array_header(std::string& out, std::size_t count);

/// A map whose keys are letters: the fields are written one by one, at most 15.
class MapWriter {
 public:
  /// `out` must outlive it; nothing else may be written to it meanwhile but the value behind key().
  explicit MapWriter(std::string& out);
  /// The value is written behind it, by the functions above.
  std::string& key(char letter);

 private:
  std::string& out_;
  std::size_t header_;
};

struct Value {
  /// `other`: nil, numbers with a point, extensions.
  enum class Type : std::uint8_t { other, boolean, not_negative, negative, string, binary, array, map };
  Type type = Type::other;
  /// A boolean's 0 or 1; a number, of a negative one the bits; how many elements or pairs.
  std::uint64_t number = 0;
  /// Of a string, a binary; of an array or map what is inside, once skip_inside() has been called.
  std::string_view bytes;
};

/// Takes any bytes apart, in linear time; allocates nothing, and is as good for ten thousand levels as for
/// one.
class Reader {
 public:
  /// The bytes must outlive what it returns.
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  /// The next value; of an array or map only its beginning, so that the first one in it is next. Nothing: the
  /// bytes end, or are no MessagePack.
  std::optional<Value> next();
  /// Goes behind the array or map that next() has just returned, and sets its `bytes`. False as above.
  bool skip_inside(Value& value);
  /// next() and, where needed, skip_inside().
  std::optional<Value> next_whole();
  bool is_at_end() const { return rest_.empty(); }

 private:
  std::optional<std::uint64_t> big_endian(std::size_t width);
  std::optional<Value> with_number(Value::Type type, std::size_t width);
  std::optional<Value> with_sign(std::size_t width);
  std::optional<Value> with_bytes(Value::Type type, std::optional<std::uint64_t> length);

  std::string_view rest_;
};

}  // namespace parley::cluster::message_pack
