"""One check for each clause that a mutant of the server breaks. Not the conformance suite: just enough to see that
the reference keeps the clause and that the mutant does not."""

import server_checks_delivery
import server_checks_framing
import server_checks_registration
from room import Chat

CHECKS = {
    name.upper().replace("_", "."): function
    for part in (server_checks_framing, server_checks_registration, server_checks_delivery)
    for name, function in vars(part).items()
    if name[1:2].isdigit()
}


def clauses():
    return list(CHECKS)


def check(clause, server, patience, see_out=False):
    """Raises AssertionError or OSError when the server breaks the clause."""
    chat = Chat(server, patience)
    with chat.cleanup:
        CHECKS[clause](chat)
        if see_out:
            chat.see_out()
