"""What a newcomer of each dialect writes to have a name, and what it reads."""

from users import TelnetUser, error, notification, two_digits

# What a newcomer writes to be called {name}, of {n} bytes; its frame in the names dialect has {n_name}.
SIGN_ON = {
    "two-socket": "REGISTER TOSEND {name}\n\n",
    "livecode": "AUTH,{n}\n{name}\n",
    "names": "{n_name:02}NAME {name}",
    "telnet": "{name}\r\n",
    "rooms": '{{"type": "connect", "payload": {{"name": "{name}", "room": "General"}}}}',
}
SIGN_ON["web"] = SIGN_ON["rooms"]

# What it reads once the name is its own; in telnet the names of {online} users follow.
ACCEPTED = {
    "two-socket": "REGISTERED TOSEND {name}\n\n",
    "livecode": "VERI,0\n",
    "names": "{n_hello:02}Hello {name}",
    "telnet": "{online} user(s) online: ",
    "rooms": '{{"type": "connect_ack", "payload": {{"message": "Connected to the room."}}}}\n',
}
ACCEPTED["web"] = ACCEPTED["rooms"]

# What it reads when somebody has that name, nobody may have it, or it is no name; it may try another one then.
TAKEN = {
    "two-socket": b"ERROR 100 Username already taken\n\n",
    "livecode": b"ERRO,23\nUsername already taken\n",
    "names": two_digits("That name is taken. Please take another one."),
    "telnet": b"Name already registered. Please enter your name: ",
    "rooms": notification("That name is taken. Please connect with another one."),
    "web": error("taken", "That name is taken. Please connect with another one."),
}
# Nobody may have it, because of this fault.
REFUSED = {
    "two-socket": lambda fault: b"ERROR 100 Malformed username\n\n",
    "livecode": lambda fault: f"ERRO,{len(fault) + 1}\n{fault}\n".encode(),
    "names": lambda fault: two_digits(f"{fault} Please take another one."),
    "telnet": lambda fault: f"{fault} Please enter your name: ".encode(),
    "rooms": lambda fault: notification(f"{fault} Please connect with another one."),
    "web": lambda fault: error("name", f"{fault} Please connect with another one."),
}


def fill(table, dialect, name, online=1):
    """The bytes of a table's row for this name."""
    n = len(name.encode())
    return table[dialect].format(name=name, n=n, n_name=n + len("NAME "), n_hello=n + len("Hello "), online=online)


def has_name(newcomer, dialect, name):
    """Reads the answer to SIGN_ON: whether the name is the newcomer's own; otherwise it is taken."""
    if dialect != "telnet":
        return newcomer.expect_one_of(TAKEN[dialect], fill(ACCEPTED, dialect, name)) == 1
    is_accepted = newcomer.receive_exactly(1).isdigit()  # how many are online
    newcomer.receive_until("\r\n" if is_accepted else TelnetUser.prompt)
    return is_accepted
