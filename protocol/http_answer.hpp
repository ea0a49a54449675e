#pragma once

#include <string>
#include <string_view>

/// How answers of HTTP/1.1 are written, whoever gives them. Pure functions; safe from any thread.
namespace parley::http {

/// How an answer ends: another request may follow, the stream ends behind it.
enum class Then { next, end };

/// All up to the body. `fields`: each with its line's end.
std::string answer_head(int status, std::string_view fields, Then then);

/// A text of some type, as it is now: nobody is to keep it. `fields`: further ones.
std::string text_answer(int status, std::string_view type, std::string_view text, Then then,
                        bool is_head = false, std::string_view fields = {});

/// A status, and a sentence for whoever reads it.
std::string status_answer(int status, std::string_view sentence, Then then, bool is_head = false,
                          std::string_view fields = {});

/// Neither GET nor HEAD.
std::string method_answer(Then then);

}  // namespace parley::http
