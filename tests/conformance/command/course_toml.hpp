#pragma once

#include <toml++/toml.h>

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "tests/conformance/bench/questions.hpp"

/// What is read from the TOML of a course and of a submission alike. Throws BadInput.
namespace parley::conform {

/// "line 7: " of what stands there.
std::string line_of(const toml::node& node);

/// That each key is one of these; `place` is how people call the table.
void check_toml_keys(const toml::table& table, const std::string& place,
                     std::initializer_list<std::string_view> known);

/// In the file of a course.
inline constexpr std::size_t longest_text_bytes = 4'096;

/// A text under `key`, of at most so many bytes and without the byte 0, which no file or command can have.
std::string text_in(const toml::node& node, const std::string& key,
                    std::size_t most_bytes = longest_text_bytes);

/// How a question is written. A submission's is no pattern: one can be made on which a search never ends.
enum class QuestionForm { pattern, text };

/// Tables with `question` and `answer`, where `key` has some.
std::vector<Answer> read_answers(const toml::table& table, std::string_view key, QuestionForm form);

}  // namespace parley::conform
