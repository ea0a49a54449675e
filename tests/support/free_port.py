"""A port for programs that must be told one."""

import secrets
import socket


def free_port(host=""):
    """One of the host's where nobody listens, below those that the system gives away, which may be somebody's a moment later."""
    while True:
        try:
            with socket.create_server((host, 10_000 + secrets.randbelow(20_000))) as listener:
                return listener.getsockname()[1]
        except OSError:
            pass  # somebody has it
