#pragma once

/// CLI11's own header takes seconds to compile; who only hands its objects on needs their names.
namespace CLI {
class App;
class Option;
}  // namespace CLI
