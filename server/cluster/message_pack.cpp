#include "server/cluster/message_pack.hpp"

namespace parley::cluster::message_pack {
namespace {

using Type = Value::Type;

void append_big_endian(std::string& out, std::uint64_t number, unsigned width) {
  for (unsigned byte = width; byte-- > 0;) out.push_back(static_cast<char>(number >> (8 * byte) & 0xFFU));
}

/// A first byte, and the number behind it.
void append_head(std::string& out, unsigned first, std::uint64_t number, unsigned width) {
  out.push_back(static_cast<char>(first));
  append_big_endian(out, number, width);
}

}  // namespace

void append_unsigned(std::string& out, std::uint64_t number) {
  if (number < 0x80) return append_head(out, static_cast<unsigned>(number), 0, 0);
  if (number <= 0xFF) return append_head(out, 0xCC, number, 1);
  if (number <= 0xFFFF) return append_head(out, 0xCD, number, 2);
  if (number <= 0xFFFFFFFF) return append_head(out, 0xCE, number, 4);
  append_head(out, 0xCF, number, 8);
}

void append_signed(std::string& out, std::int64_t number) {
  const auto bits = static_cast<std::uint64_t>(number);
  if (number >= 0) return append_unsigned(out, bits);
  if (number >= -32) return append_head(out, static_cast<unsigned>(bits & 0xFFU), 0, 0);
  append_head(out, 0xD3, bits, 8);
}

void append_boolean(std::string& out, bool value) {
  append_head(out, value ? 0xC3 : 0xC2, 0, 0);
}

void append_string(std::string& out, std::string_view utf8) {
  if (utf8.size() < 32)
    append_head(out, 0xA0U | static_cast<unsigned>(utf8.size()), 0, 0);
  else if (utf8.size() <= 0xFF)
    append_head(out, 0xD9, utf8.size(), 1);
  else
    append_head(out, 0xDB, utf8.size(), 4);
  out += utf8;
}

void append_binary(std::string& out, std::string_view bytes) {
  if (bytes.size() <= 0xFF)
    append_head(out, 0xC4, bytes.size(), 1);
  else
    append_head(out, 0xC6, bytes.size(), 4);
  out += bytes;
}

void append_array_header(std::string& out, std::size_t count) {
  if (count < 16) return append_head(out, 0x90U | static_cast<unsigned>(count), 0, 0);
  append_head(out, 0xDD, count, 4);
}

MapWriter::MapWriter(std::string& out) : out_(out), header_(out.size()) {
  append_head(out_, 0x80, 0, 0);
}

std::string& MapWriter::key(char letter) {
  ++out_[header_];
  append_string(out_, {&letter, 1});
  return out_;
}

std::optional<std::uint64_t> Reader::big_endian(std::size_t width) {
  if (rest_.size() < width) return std::nullopt;
  std::uint64_t number = 0;
  for (const char byte : rest_.substr(0, width)) number = number << 8U | static_cast<unsigned char>(byte);
  rest_.remove_prefix(width);
  return number;
}

std::optional<Value> Reader::with_number(Type type, std::size_t width) {
  const auto number = big_endian(width);
  return number ? std::optional(Value{type, *number, {}}) : std::nullopt;
}

std::optional<Value> Reader::with_sign(std::size_t width) {
  const auto number = big_endian(width);
  if (!number) return std::nullopt;
  const std::uint64_t sign = std::uint64_t{1} << (8 * width - 1);
  if ((*number & sign) == 0) return Value{Type::not_negative, *number, {}};
  return Value{Type::negative, (*number ^ sign) - sign, {}};
}

std::optional<Value> Reader::with_bytes(Type type, std::optional<std::uint64_t> length) {
  if (!length || *length > rest_.size()) return std::nullopt;
  const Value value{type, 0, rest_.substr(0, *length)};
  rest_.remove_prefix(*length);
  return value;
}

std::optional<Value> Reader::next() {
  const auto first = big_endian(1);
  if (!first) return std::nullopt;
  const std::uint64_t byte = *first;
  // How wide the number is behind the formats that stand in a row: 1, 2, 4, 8.
  const auto width_from = [byte](std::uint64_t narrowest) { return std::size_t{1} << (byte - narrowest); };
  if (byte < 0x80) return Value{Type::not_negative, byte, {}};
  if (byte < 0x90) return Value{Type::map, byte & 0xFU, {}};
  if (byte < 0xA0) return Value{Type::array, byte & 0xFU, {}};
  if (byte < 0xC0) return with_bytes(Type::string, byte & 0x1FU);
  if (byte == 0xC0) return Value{};
  if (byte == 0xC1) return std::nullopt;
  if (byte < 0xC4) return Value{Type::boolean, byte & 1U, {}};
  if (byte < 0xC7) return with_bytes(Type::binary, big_endian(width_from(0xC4)));
  if (byte < 0xCA) {  // an extension: length, type, bytes
    const auto length = big_endian(width_from(0xC7));
    return length ? with_bytes(Type::other, *length + 1) : std::nullopt;
  }
  if (byte < 0xCC) return with_bytes(Type::other, 4 * width_from(0xCA));
  if (byte < 0xD0) return with_number(Type::not_negative, width_from(0xCC));
  if (byte < 0xD4) return with_sign(width_from(0xD0));
  if (byte < 0xD9) return with_bytes(Type::other, width_from(0xD4) + 1);
  if (byte < 0xDC) return with_bytes(Type::string, big_endian(width_from(0xD9)));
  if (byte < 0xDE) return with_number(Type::array, 2 * width_from(0xDC));
  if (byte < 0xE0) return with_number(Type::map, 2 * width_from(0xDE));
  return Value{Type::negative, byte | ~std::uint64_t{0xFF}, {}};
}

bool Reader::skip_inside(Value& value) {
  const std::string_view before = rest_;
  const auto values_in = [](const Value& outer) {
    if (outer.type == Type::array) return outer.number;
    return outer.type == Type::map ? 2 * outer.number : 0;
  };
  for (std::uint64_t to_come = values_in(value); to_come > 0; --to_come) {
    const auto inner = next();
    if (!inner) return false;
    to_come += values_in(*inner);
  }
  value.bytes = before.substr(0, before.size() - rest_.size());
  return true;
}

std::optional<Value> Reader::next_whole() {
  auto value = next();
  const bool is_outer = value && (value->type == Type::array || value->type == Type::map);
  return is_outer && !skip_inside(*value) ? std::nullopt : value;
}

}  // namespace parley::cluster::message_pack
