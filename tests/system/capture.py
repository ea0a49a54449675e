"""What both sides of every connection said, recorded by a relay between them and written as a capture with made-up headers.

Nothing is sniffed, so nobody need be root, and the segments can be cut as a test wants them.
"""

import contextlib
import socket
import struct
import threading

from programs import WAIT_S

RAW_IP = 101  # the link type of a capture whose packets begin with the IP header
FIN, SYN, PSH, ACK = 1, 2, 8, 16
MOST_SEGMENT_BYTES = 60000
CLIENT, SERVER = bytes([10, 0, 0, 1]), bytes([10, 0, 0, 2])


class Relay:
    """Stands between users and the server: .ports has a port for each of its own. What passes is kept in order in .said."""

    def __init__(self, ports):
        """`ports`: where each dialect's users are to be passed on to."""
        self.said = []  # (connection, dialect, from_client, bytes), the bytes empty at the end of a stream
        self.ports = {}
        self._lock = threading.Lock()
        self._connections = 0
        self._threads = []
        self._listeners = []
        for dialect, port in ports.items():
            listener = socket.create_server(("127.0.0.1", 0))
            self._listeners.append(listener)
            self.ports[dialect] = listener.getsockname()[1]
            self._start(self._accept, listener, dialect, port)

    def _start(self, function, *arguments):
        thread = threading.Thread(target=function, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener, dialect, port):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:  # shut down by __exit__()
                return
            self._connections += 1
            self._start(self._connect, client, port, self._connections, dialect)

    def _connect(self, client, port, number, dialect):
        with client, socket.create_connection(("127.0.0.1", port)) as server:
            back = threading.Thread(target=self._pass_on, args=(server, client, number, dialect, False), daemon=True)
            back.start()
            self._pass_on(client, server, number, dialect, True)
            back.join()

    def _pass_on(self, source, target, number, dialect, from_client):
        """To the end of the stream. Said before it is passed on: an answer comes later than what it answers."""
        piece = b"begin"
        while piece:
            try:
                piece = source.recv(65536)
            except ConnectionError:
                piece = b""
            with self._lock:
                self.said.append((number, dialect, from_client, piece))
            with contextlib.suppress(OSError):
                target.sendall(piece) if piece else target.shutdown(socket.SHUT_WR)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Waits for the ends of all streams: close every user before."""
        for listener in self._listeners:
            listener.shutdown(socket.SHUT_RDWR)  # what a thread in accept() notices
            listener.close()
        for thread in self._threads:
            thread.join(WAIT_S)


def merge(said):
    """What one side says in a connection before the other side says something, there or in another one of the dialect (a user
    may have two), in one piece."""
    merged, speaks, last = [], {}, {}
    for number, dialect, from_client, piece in said:
        if speaks.get(dialect) != from_client:
            speaks[dialect], last[dialect] = from_client, {}
        at = last[dialect].get(number)
        if at is not None and piece:
            merged[at] = (number, dialect, from_client, merged[at][3] + piece)
        else:
            last[dialect][number] = len(merged)
            merged.append((number, dialect, from_client, piece))
    return merged


def cut(said, most_bytes):
    """Each piece in pieces of at most so many bytes."""
    return [(number, dialect, from_client, piece[at:at + most_bytes])
            for number, dialect, from_client, piece in said for at in range(0, max(len(piece), 1), most_bytes)]


class _Stream:
    """One direction of a connection: where it comes from, and its next sequence number."""

    def __init__(self, address, port, sequence):
        self.address, self.port, self.sequence = address, port, sequence

    def packet(self, peer, flags, data=b""):
        tcp = struct.pack("!HHIIBBHHH", self.port, peer.port, self.sequence, peer.sequence if flags & ACK else 0, 5 << 4, flags,
                          65535, 0, 0)
        self.sequence += len(data) + bool(flags & (SYN | FIN))
        return struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40 + len(data), 0, 0, 64, socket.IPPROTO_TCP, 0, self.address,
                           peer.address) + tcp + data


def _packets(said, ports):
    streams = {}
    for number, dialect, from_client, piece in said:
        if number not in streams:
            client, server = _Stream(CLIENT, 40000 + number, 1000), _Stream(SERVER, ports[dialect], 5000)
            streams[number] = client, server
            yield client.packet(server, SYN)
            yield server.packet(client, SYN | ACK)
            yield client.packet(server, ACK)
        source, target = streams[number] if from_client else reversed(streams[number])
        yield source.packet(target, ACK | PSH if piece else ACK | FIN, piece)


def write(path, said, ports):
    """A capture of it, a packet each millisecond; `ports` are those that the servers of the dialects seem to have."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, RAW_IP))
        for at, packet in enumerate(_packets(cut(said, MOST_SEGMENT_BYTES), ports)):
            file.write(struct.pack("<IIII", 1700000000 + at // 1000, at % 1000 * 1000, len(packet), len(packet)))
            file.write(packet)
