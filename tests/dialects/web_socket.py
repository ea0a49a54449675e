"""A WebSocket on which every byte is the test's own, and what a browser asks before there is one."""

import os
import struct

from support import Socket, shorten, to_bytes

LAST, TEXT, BINARY, CLOSE, PING, PONG = 0x80, 1, 2, 8, 9, 10
KEY, ACCEPT = "dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # of RFC 6455, 1.3


def request(path="/", *fields, method="GET", host="localhost", version="1.1"):
    """A request of HTTP as bytes; a field is a line without its end."""
    lines = [f"{method} {path} HTTP/{version}", *([f"Host: {host}"] if host is not None else []), *fields]
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode()


def upgrade(*fields, path="/ws", key=KEY, version=13, **settings):
    """The request for a WebSocket; None leaves a field out."""
    return request(path, "Connection: Upgrade", "Upgrade: websocket",
                   *([f"Sec-WebSocket-Key: {key}"] if key is not None else []),
                   *([f"Sec-WebSocket-Version: {version}"] if version is not None else []), *fields, **settings)


SWITCHING = (f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
             f"Sec-WebSocket-Accept: {ACCEPT}\r\n\r\n")


def frame(first_byte, payload=b"", mask=None, is_masked=True):
    """A frame as a client writes it, or as none may."""
    payload = to_bytes(payload)
    mask = os.urandom(4) if mask is None else mask
    size, bit = len(payload), 0x80 if is_masked else 0
    head = bytes([first_byte]) + (struct.pack("!B", bit | size) if size < 126 else
                                  struct.pack("!BH", bit | 126, size) if size < 65536 else
                                  struct.pack("!BQ", bit | 127, size))
    if not is_masked:
        return head + payload
    key = mask * (size // 4 + 1)
    return head + mask + (int.from_bytes(payload, "big") ^ int.from_bytes(key[:size], "big")).to_bytes(size, "big")


def text_frame(payload):
    """A whole message as the server writes it."""
    return frame(LAST | TEXT, payload, is_masked=False)


def close_frame(code, reason=""):
    """As the server writes it."""
    return frame(LAST | CLOSE, struct.pack("!H", code) + reason.encode(), is_masked=False)


def on_web_socket(base):
    """A socket of that class on whose WebSocket each send() is a message; what comes is read as lines, the text of a message
    and LF each, and a close of the code 1000 as the end of the stream: as in the plain port of the JSON rooms."""

    class WebSocket(base):
        def __init__(self, *arguments, **settings):
            self._lines, self._is_closed = b"", True  # of HTTP
            self.close_code, self.close_reason = 0, b""
            super().__init__(*arguments, **settings)
            super().send(upgrade())
            self._is_raw = True
            self.expect(SWITCHING)
            self._is_raw = self._is_closed = False

        def send(self, data):
            super().send(frame(LAST | TEXT, data))

        def send_raw(self, data):
            super().send(data)

        def _read_exactly(self, count):
            came = b""
            while len(came) < count:
                piece = super().receive_once(count - len(came))
                if not piece:
                    raise AssertionError(f"the stream ended in a frame, after {shorten(came)}")
                came += piece
            return came

        def receive_frame(self):
            """The next one: its first byte and payload; None at the end of the stream."""
            first = super().receive_once(1)
            if not first:
                return None
            size = self._read_exactly(1)[0]
            if size > 125:
                size = int.from_bytes(self._read_exactly(2 if size == 126 else 8), "big")
            return first[0], self._read_exactly(size)

        def receive_once(self, most_bytes=65536):
            if getattr(self, "_is_raw", True):
                return super().receive_once(most_bytes)
            while not self._lines and not self._is_closed:
                self._take(self.receive_frame())
            piece, self._lines = self._lines[:most_bytes], self._lines[most_bytes:]
            return piece or super().receive_once(most_bytes)

        def _take(self, came):
            if came is None:
                raise AssertionError("the stream ended without a close")
            first_byte, payload = came
            if first_byte == LAST | PING:
                super().send(frame(LAST | PONG, payload))
            elif first_byte == LAST | CLOSE:
                code, self.close_reason, self._is_closed = int.from_bytes(payload[:2], "big"), payload[2:], True
                self.close_code = code
                if code not in (1000, 1001, 4001):
                    raise AssertionError(f"closed with {code}: {payload[2:]!r}")
                super().send(frame(LAST | CLOSE, payload))
            elif first_byte == LAST | TEXT:
                self._lines = payload + b"\n"
            else:
                raise AssertionError(f"a frame that begins with {first_byte:#x}, of {shorten(payload)}")

    return WebSocket
