#pragma once

#include <optional>
#include <string>
#include <variant>

#include "client/appearance.hpp"
#include "client/conversation.hpp"
#include "client/line_editor.hpp"
#include "client/options.hpp"
#include "client/transcript.hpp"

namespace parley::client {

/// Registers at a terminal: asks for a name where there is none, or the server does not want it, and says
/// what hinders. Returns the name that the server has taken; an ExitCode: there is no chat, and parley ends
/// with it. Outside of the editor's sessions; the usual Ctrl-C ends the waiting.
std::variant<std::string, ExitCode> sign_on(Conversation& conversation, LineEditor& editor,
                                            Transcript& transcript, const Options& options,
                                            const Display& display);

/// Waits until the conversation may have an event, at most until `end`.
void wait_for_event(const Conversation& conversation, std::optional<Deadline> end = std::nullopt);

}  // namespace parley::client
