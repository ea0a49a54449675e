#include "tests/conformance/bench/expected.hpp"

#include <algorithm>

#include "protocol/text.hpp"
#include "protocol/user_name.hpp"

namespace parley::conform {

Expected registered(two_socket::Channel channel, std::string_view name) {
  const std::string word = channel == two_socket::Channel::to_send ? "TOSEND" : "TORECV";
  return {"REGISTERED " + word + ' ' + std::string(name),
          [channel, name = std::string(name)](const two_socket::Event& event, std::string_view) {
            const auto* message = std::get_if<two_socket::Registered>(&event);
            return message != nullptr && message->channel == channel &&
                   equal_ignoring_case(message->name, name);
          }};
}

Expected forward(std::string_view sender, std::string_view body) {
  return {"FORWARD " + std::string(sender) + " with a body of " + std::to_string(body.size()) + " bytes: \"" +
              visible(body.substr(0, described_body_bytes)) +
              (body.size() > described_body_bytes ? "...\"" : "\""),
          [sender = std::string(sender), body = std::string(body)](const two_socket::Event& event,
                                                                   std::string_view) {
            const auto* message = std::get_if<two_socket::Forward>(&event);
            return message != nullptr && equal_ignoring_case(message->sender, sender) &&
                   message->body == body;
          }};
}

Expected delivered(const Settings& settings, std::string_view recipient) {
  const auto& words = settings.dialect.delivered_words;
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " or ") + word;
  return {text + ' ' + std::string(recipient),
          [&words, &lacking = settings.lacking](const two_socket::Event& event, std::string_view bytes) {
            const std::string word(bytes.substr(0, bytes.find_first_of(" \t\r\n")));
            return std::holds_alternative<two_socket::Delivered>(event) &&
                   (lacking.word || std::ranges::find(words, word) != words.end());
          },
          true};
}

Expected any_answer() {
  return {"an answer", [](const two_socket::Event& event, std::string_view) {
            return std::holds_alternative<two_socket::Error>(event) ||
                   std::holds_alternative<two_socket::Delivered>(event);
          }};
}

Expected any_error() {
  return {"an ERROR", [](const two_socket::Event& event, std::string_view) {
            return std::holds_alternative<two_socket::Error>(event);
          }};
}

Expected error(const Settings& settings, two_socket::ErrorCode code) {
  const int number = static_cast<int>(code);
  return {"ERROR " + std::to_string(number) + ' ' + std::string(phrase(code)),
          [&settings, number](const two_socket::Event& event, std::string_view) {
            const Dialect& dialect = settings.dialect;
            const auto* message = std::get_if<two_socket::Error>(&event);
            if (message == nullptr || (message->code != number && message->code != dialect.code_for(number)))
              return false;
            const auto phrases = dialect.phrases.find(number);
            return phrases == dialect.phrases.end() ||
                   std::ranges::find(phrases->second, message->phrase) != phrases->second.end();
          }};
}

}  // namespace parley::conform
