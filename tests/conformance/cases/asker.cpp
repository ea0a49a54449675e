#include "tests/conformance/cases/asker.hpp"

#include <algorithm>
#include <charconv>

#include "protocol/text.hpp"
#include "protocol/user_name.hpp"

namespace parley::conform {
namespace {

Expected from_service(std::string_view what, const BodyTest& is_such) {
  return {"FORWARD SERVER with " + std::string(what),
          [&is_such](const two_socket::Event& event, std::string_view) {
            const auto* message = std::get_if<two_socket::Forward>(&event);
            return message != nullptr && message->sender == service_name && is_such(message->body);
          }};
}

std::string quoted(std::string_view answer) {
  return '"' + visible(answer.substr(0, described_body_bytes)) + '"';
}

}  // namespace

std::size_t to_count(std::string_view text) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Lines split_lines(std::string_view text) {
  Lines lines;
  for (;;) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    if (end == text.size()) return lines;
    text.remove_prefix(end + 1);
  }
}

bool is_something(std::string_view body) {
  return !body.empty();
}

bool is_unknown(std::string_view answer) {
  return answer.starts_with("unknown command");
}

void Asker::expect_taken() {
  const Expected report = delivered(trial_.settings(), service_name);
  const Frame frame = trial_.answering(user_).expect(
      {report.text + (is_answered_ ? "" : ", or ERROR 102 where there is no SERVER"),
       [&](const two_socket::Event& event, std::string_view bytes) {
         if (std::holds_alternative<two_socket::Error>(event)) return !is_answered_;
         const auto* message = std::get_if<two_socket::Delivered>(&event);
         return message != nullptr && equal_ignoring_case(message->recipient, service_name) &&
                report.matches(event, bytes);
       }});
  if (std::holds_alternative<two_socket::Error>(frame.event))
    throw CaseNotOffered{"It has no SERVER, who answers questions (SV)."};
  is_answered_ = true;
}

std::string Asker::take(std::string_view what, const BodyTest& is_such) {
  const Frame frame = user_.receiving->expect(from_service(what, is_such));
  return std::string(std::get<two_socket::Forward>(frame.event).body);
}

std::string Asker::ask(std::string_view question, std::string_view what, const BodyTest& is_such) {
  send(question);
  expect_taken();
  std::string body = take(std::string(what) + ", or that it does not know the question",
                          [&](std::string_view answer) { return is_unknown(answer) || is_such(answer); });
  if (is_unknown(body)) throw CaseNotOffered{"Its SERVER does not know \"" + std::string(question) + "\"."};
  acknowledge();
  return body;
}

void Asker::ask_for(std::string_view question, std::string_view answer) {
  ask(question, quoted(answer), [&](std::string_view body) { return body == answer; });
}

void Asker::ask_again(std::string_view question, std::string_view answer, std::string_view recipient) {
  send(question, recipient);
  expect_taken();
  expect_answer(answer);
}

void Asker::expect_answer(std::string_view answer) {
  take(quoted(answer), [&](std::string_view body) { return body == answer; });
  acknowledge();
}

}  // namespace parley::conform
