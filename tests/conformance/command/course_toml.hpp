#pragma once

#include <toml++/toml.h>

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

/// How a question is written. A submission's is no pattern: one can be made on which a search never ends.
enum class QuestionForm { pattern, text };

/// Tables with `question` and `answer`, where `key` has some.
std::vector<Answer> read_answers(const toml::table& table, std::string_view key, QuestionForm form);

}  // namespace parley::conform
