"""One check for each clause that a mutant of the server breaks. Not the conformance suite: just enough to see that
the reference keeps the clause and that the mutant does not."""

import re

import server_checks_delivery
import server_checks_framing
import server_checks_registration
import server_checks_service
from room import Chat


def checks_of(*parts):
    return {name.upper().replace("_", "."): function for part in parts for name, function in vars(part).items()
            if re.fullmatch(r"(?:[a-z]|sv)\d_\d", name)}


OF_EVERY_SERVER = checks_of(server_checks_framing, server_checks_registration, server_checks_delivery)
OF_SERVICE = checks_of(server_checks_service)
CHECKS = OF_EVERY_SERVER | OF_SERVICE


def clauses():
    """Without those of SERVER, which not every server has."""
    return list(OF_EVERY_SERVER)


def check(clause, server, patience, see_out=False):
    """Raises AssertionError or OSError when the server breaks the clause."""
    chat = Chat(server, patience)
    with chat.cleanup:
        CHECKS[clause](chat)
        if see_out:
            chat.see_out()
