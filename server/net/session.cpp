#include "server/net/session.hpp"

#include <array>
#include <asio/error.hpp>
#include <string>

namespace parley {
namespace {

std::string to_reason(const Connection& connection, std::error_code error) {
  if (std::string failure = connection.failure(); !failure.empty()) return failure;
  return error == asio::error::eof ? "closed the connection" : error.message();
}

/// After finish(): what still comes is thrown away, so that closing does not reset the stream under the last
/// words.
void discard_input(Connection& connection, std::error_code& error) {
  std::array<char, 4096> scratch;
  while (!error) connection.read_some(scratch, error);
}

}  // namespace

void Session::run() noexcept {
  std::string reason;
  try {
    begin();
    std::error_code error;
    while (!error && !connection_->is_finishing()) {
      const std::size_t count = connection_->read_some(prepare(), error);
      if (!error && !connection_->is_finishing()) receive(count);
    }
    if (connection_->is_finishing())
      discard_input(*connection_, error);
    else if (error == asio::error::eof && connection_->failure().empty())
      input_ended();
    reason = to_reason(*connection_, error);
  } catch (const std::exception& exception) {
    reason = exception.what();  // out of memory, most likely
  }
  end(reason);
  connection_->close();
}

}  // namespace parley
