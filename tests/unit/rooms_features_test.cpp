#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/rooms_answers.hpp"
#include "protocol/rooms_request.hpp"
#include "protocol/text.hpp"

namespace parley::rooms {
namespace {

using nlohmann::json;

constexpr Features all{true, true, true};
constexpr Features none{};
constexpr std::string_view type_complaint = "The type of a request is connect, message or exit.";
constexpr std::string_view no_type_or_feature =
    "The type of a request is connect, message or exit, or one that a feature adds.";
constexpr std::string_view bad_id = "The id of a message is a string of 1 to 64 bytes.";

template <typename Kind>
Kind read(const std::string& object, const Features& features = all) {
  const Request request = read_request(object, features);
  CAPTURE(object);
  REQUIRE(std::holds_alternative<Kind>(request));
  return std::get<Kind>(request);
}

std::optional<Features> features_of(const std::string& payload) {
  return read<Connect>(R"({"type": "connect", "payload": )" + payload + '}', none).features;
}

std::string refusal(const std::string& object, const Features& features = all) {
  const auto refused = read<Refusal>(object, features);
  CHECK(refused.mistake == Mistake::type);
  return std::string(refused.sentence) + refused.id;
}

std::vector<service::Presence> users(std::size_t count) {
  std::vector<service::Presence> users;
  for (std::size_t i = 0; i < count; ++i) users.push_back({"user" + std::to_string(i), "telnet", "Den", 0});
  return users;
}

}  // namespace

TEST_CASE("WB5.2: sixteen levels are read, seventeen are refused, and the rest of them is not looked at") {
  const auto nested = [](std::size_t levels, const std::string& end) {
    return R"({"type": "exit", "x": )" + std::string(levels - 1, '[') + end;
  };
  read<Exit>(nested(16, std::string(15, ']') + '}'));
  for (const std::string& deep :
       {nested(17, std::string(16, ']') + '}'), nested(17, "no JSON"), nested(100'000, "")}) {
    const auto refused = read<Refusal>(deep);
    CHECK(refused.mistake == Mistake::json);
    CHECK(refused.sentence == "Your JSON object has too many levels.");
  }
  std::string objects = R"({"x": )";
  for (int level = 2; level <= 17; ++level) objects += R"({"x": )";
  CHECK(read<Refusal>(objects).sentence == "Your JSON object has too many levels.");
  CHECK(read<Refusal>("]").sentence == "That is not a JSON object in UTF-8.");
}

TEST_CASE("RM7.3: features that are known are taken from a list, others are not") {
  CHECK(features_of(R"({"name": "a"})") == std::nullopt);
  CHECK(features_of(R"({"name": "a", "features": []})") == none);
  CHECK(features_of(R"({"name": "a", "features": ["who", "private", "delivery"]})") == all);
  CHECK(features_of(R"({"features": ["delivery", "delivery", "video", "WHO", "", 7, null], "name": "a"})") ==
        Features{false, false, true});
  CHECK(features_of(R"({"name": "a", "features": [["who"], {"features": "private"}, "delivery"]})") ==
        Features{false, false, true});
  CHECK(features_of(R"({"name": "a", "features": ["who"], "features": ["private"]})") ==
        Features{false, true, false});
  CHECK(features_of(R"({"name": "a", "x": ["who"], "y": {"features": ["who"]}})") == std::nullopt);
  CHECK(read<Connect>(R"({"type": "connect", "features": ["who"], "payload": {"name": "a"}})").features ==
        std::nullopt);
  CHECK(read<Connect>(R"({"type": "connect", "payload": {"features": ["who"]}, "payload": {"name": "a"}})")
            .features == std::nullopt);
}

TEST_CASE("RM7.4: features that are no list") {
  for (const char* value : {"5", "null", "true", R"("who")", "{}", R"({"who": true})"})
    CHECK(refusal(R"({"type": "connect", "payload": {"name": "a", "features": )" + std::string(value) + "}}",
                  none) == "The features of a connect are a list of strings.");
  CHECK(refusal(R"({"type": "connect", "payload": {"name": "a", "features": ["who"], "features": 5}})") ==
        "The features of a connect are a list of strings.");
}

TEST_CASE("RM7.1: without a feature its types are unknown and no id is read") {
  const std::string who = R"({"type": "who"})";
  const std::string tell = R"({"type": "private", "payload": {"to": "bob", "text": "hi", "id": "8"}})";
  for (const std::string& object : {who, tell, std::string(R"({"type": "private"})")})
    CHECK(refusal(object, none) == type_complaint);
  CHECK(refusal(tell, {true, false, true}) == no_type_or_feature);
  CHECK(refusal(who, {false, true, true}) == no_type_or_feature);
  CHECK(read<Say>(R"({"type": "message", "payload": {"text": "hi", "id": 5}})", none).id.empty());
  CHECK(read<Tell>(tell, {false, true, false}).id.empty());
  (void)read<AskWho>(who, {true, false, false});
}

TEST_CASE("RM9.1 RM10.5: private lines and ids") {
  const auto told = read<Tell>(R"({"type": "private", "payload": {"to": "bob", "text": "hi", "id": "8"}})");
  CHECK(told.to == "bob");
  CHECK(told.text == "hi");
  CHECK(told.id == "8");
  const auto with_id = [](const std::string& id) {
    return R"({"type": "message", "payload": {"text": "hi", "id": )" + id + "}}";
  };
  CHECK(read<Say>(with_id("\"7\"")).id == "7");
  CHECK(read<Say>(with_id('"' + std::string(64, 'x') + '"')).id == std::string(64, 'x'));
  for (const std::string& id : {"\"" + std::string(65, 'x') + "\"", std::string("\"\""), std::string("7"),
                                std::string("null"), std::string("[]")})
    CHECK(refusal(with_id(id)) == bad_id);
  constexpr std::string_view bad_private =
      "A private message needs a name in its payload, as to, and a text; both are strings.";
  for (const char* payload : {"{}", R"({"to": "bob"})", R"({"text": "hi"})", R"({"to": 5, "text": "hi"})",
                              R"({"to": "bob", "text": null})"})
    CHECK(refusal(R"({"type": "private", "payload": )" + std::string(payload) + '}') == bad_private);
  CHECK(refusal(R"({"type": "message", "payload": {"id": "7"}})") ==
        "A message needs a text in its payload; it is a string.7");
}

TEST_CASE("RM7.2 RM8.3 RM10.1: the answers to who has asked for features, byte for byte") {
  CHECK(connect_ack("ann", "General", all) ==
        R"({"type": "connect_ack", "payload": {"message": "Connected to the room.", "name": "ann", )"
        R"("room": "General", "features": ["who", "private", "delivery"]}})");
  CHECK(connect_ack("\"", "\\", none) ==
        R"({"type": "connect_ack", "payload": {"message": "Connected to the room.", "name": "\"", )"
        R"("room": "\\", "features": []}})");
  CHECK(arrived("bob", "telnet", "Den") ==
        R"({"type": "arrived", "payload": {"name": "bob", "dialect": "telnet", "room": "Den"}})");
  CHECK(left("bob", "Den") == R"({"type": "left", "payload": {"name": "bob", "room": "Den"}})");
  CHECK(delivery("7", Delivery::delivered, 3) ==
        R"({"type": "delivery", "payload": {"id": "7", "result": "delivered", "recipients": 3}})");
  CHECK(delivery("\"\n", Delivery::failed, 1) ==
        R"({"type": "delivery", "payload": {"id": "\"\n", "result": "failed", "recipients": 1}})");
  CHECK(json::parse(delivery("x", Delivery::nobody, 0))["payload"]["result"] == "nobody");
  CHECK(error(Mistake::taken, "That name is taken.", {}) ==
        R"({"type": "error", "payload": {"code": "taken", "message": "That name is taken."}})");
  CHECK(error(Mistake::taken, "No.", "7") ==
        R"({"type": "error", "payload": {"code": "taken", "message": "No.", "id": "7"}})");
}

TEST_CASE("RM9.2 RM10.4: each object of a line has its marks, and none is over its size") {
  const ChatLine line{.sender = std::string_view("ann"),
                      .room = "General",
                      .text = std::string_view(),
                      .is_private = true,
                      .has_private_member = true,
                      .id = "7"};
  CHECK(messages(line, 1023) ==
        std::vector<std::string>{
            R"({"type": "message", "payload": {"sender": "ann", "room": "General", "text": "", )"
            R"("private": true, "id": "7"}})"});
  const std::string sender(32, '"');
  const std::string room(64, '\\');
  const std::string id(64, '\x01');
  const std::string text(3000, 'x');
  std::string again;
  for (const std::string& piece : messages({sender, room, text, true, true, id}, 1023)) {
    CHECK(piece.size() <= 1023);
    const auto payload = json::parse(piece)["payload"];
    CHECK(payload["private"] == true);
    CHECK(payload["id"] == id);
    again += payload["text"];
  }
  CHECK(again == text);
  CHECK(messages({sender, room, text, true, true, id}, SIZE_MAX).size() == 1);
  CHECK(messages({"ann", "General", "hi", false, true, {}}, 1023)[0].find("private") == std::string::npos);
}

TEST_CASE("RM8.1 RM8.2: who is there, in objects of at most so many bytes") {
  CHECK(who({}, 1023, 65536) ==
        std::vector<std::string>{R"({"type": "who", "payload": {"users": [], "more": false}})"});
  CHECK(who(users(2), 1023, 65536) ==
        std::vector<std::string>{
            R"({"type": "who", "payload": {"users": [{"name": "user0", "dialect": "telnet", "room": "Den"}, )"
            R"({"name": "user1", "dialect": "telnet", "room": "Den"}], "more": false}})"});
  const service::Presence longest{std::string(32, '"'), std::string(32, 'd'), std::string(64, '\\'), 0};
  for (const auto& everyone : {users(200), std::vector(200, longest)}) {
    std::size_t seen = 0;
    const auto pieces = who(everyone, 1023, SIZE_MAX);
    for (const std::string& piece : pieces) {
      CHECK(piece.size() <= 1023);
      const auto payload = json::parse(piece)["payload"];
      CHECK(payload["more"] == (&piece != &pieces.back()));
      CHECK_FALSE(payload["users"].empty());
      for (const auto& user : payload["users"]) CHECK(user["name"] == everyone[seen++].name);
    }
    CHECK(seen == everyone.size());
    CHECK(who(everyone, SIZE_MAX, SIZE_MAX).size() == 1);
  }
  const auto cut = json::parse(who(users(200), SIZE_MAX, 1000).back())["payload"];
  CHECK(cut["users"].size() + cut["others"].get<std::size_t>() == 200);
  CHECK(cut["users"].size() > 10);
  CHECK(cut["more"] == false);
}

}  // namespace parley::rooms
