"""Users of every dialect over TLS, with every byte of TLS under the test's hand, and certificates for the server."""

import socket
import ssl
import subprocess

from support import DIALECTS, WAIT_S, Socket, to_bytes
from users import USERS, WebUser
from web_socket import on_web_socket

TLS_DIALECTS = tuple(f"{dialect}-tls" for dialect in DIALECTS)
# In the order in which the server says where it listens.
ALL_DIALECTS = tuple(name for dialect in DIALECTS for name in (dialect, f"{dialect}-tls"))


def port_options(names=ALL_DIALECTS):
    """To listen for these at free ports."""
    words = {"two-socket": "--port", "two-socket-tls": "--tls-port"}
    return [word for name in names for word in (words.get(name, f"--{name}"), "0")]


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, timeout=WAIT_S)


def make_certificate(folder, name="localhost", stem="own"):
    """A new key and a certificate of its own for it: their two paths."""
    certificate, key = folder / f"{stem}.pem", folder / f"{stem}.key"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
            "-out", certificate, "-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-days", "3")
    return certificate, key


def any_context(version=None):
    """Of a client that takes any certificate; with this version of TLS alone, if one is given."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context


class TlsSocket(Socket):
    """As its base, over TLS. What leaves is cut into segments of `piece_bytes`, when that is set."""

    context = any_context()
    piece_bytes = None

    def __init__(self, port, receive_buffer_bytes=None, context=None):
        super().__init__(port, receive_buffer_bytes)
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = (context or self.context).wrap_bio(self.incoming, self.outgoing, server_hostname="localhost")
        self._until_done(self.tls.do_handshake)

    def _until_done(self, step):
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                self._send_ciphertext()
                self._receive_ciphertext()
            finally:
                self._send_ciphertext()

    def _send_ciphertext(self):
        data = self.outgoing.read()
        piece = self.piece_bytes or max(1, len(data))
        for begin in range(0, len(data), piece):
            self.socket.sendall(data[begin:begin + piece])

    def _receive_ciphertext(self):
        data = super().receive_once()
        if not data:
            raise AssertionError("the stream ended without TLS's own end")
        self.incoming.write(data)

    def send(self, data):
        view = memoryview(to_bytes(data))
        while view:
            view = view[self.tls.write(view):]
        self._send_ciphertext()

    def send_byte_by_byte(self, data):
        for byte in to_bytes(data):
            self.send(bytes([byte]))

    def receive_once(self, most_bytes=65536):
        try:
            return self._until_done(lambda: self.tls.read(most_bytes))
        except ssl.SSLZeroReturnError:
            return b""

    def half_close(self):
        """TLS's own end, and TCP's."""
        try:
            self.tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        self._send_ciphertext()
        super().half_close()

    def cut_off(self):
        """TCP's end alone."""
        self.socket.shutdown(socket.SHUT_WR)


def over_tls(user_class, socket_class=TlsSocket):
    """The same user, over TLS."""
    if user_class is WebUser:
        socket_class = on_web_socket(socket_class)
    return type(f"Tls{user_class.__name__}", (user_class,),
                {"dialect": f"{user_class.dialect}-tls", "make_socket": socket_class})


TLS_USERS = tuple(map(over_tls, USERS))
