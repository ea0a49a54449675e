"""Real nats-servers, and a NATS client of a few lines that says what no node would say."""

import contextlib
import functools
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from free_port import free_port  # noqa: E402
from support import Deadline, shorten, to_bytes  # noqa: E402

PROGRAM = shutil.which("nats-server", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
POLL_S = 0.02
ASKED_AGAIN_S = 0.5  # brokers that do not agree yet do not answer
numbers = itertools.count(1)


def until(condition, what, wait_s=None):
    """What the condition gives once that is something; asked again and again, for a bounded time."""
    deadline = Deadline(wait_s)
    while not (value := condition()):
        if not deadline.left_s():
            raise AssertionError(f"{what() if callable(what) else what}: not in {deadline.wait_s} s")
        time.sleep(POLL_S)
    return value


@functools.lru_cache
def own_address():
    """A loopback address that no other running test has: a port of it stays free while the broker is away."""
    pid = os.getpid()
    return f"127.{64 + (pid >> 16) % 64}.{pid >> 8 & 255}.{pid & 255}"


class Broker:
    """A nats-server with JetStream and its store in a folder of its own, until the `with` block ends."""

    def __init__(self, jetstream=True, user="", password="", routes=(), route_port=0):
        """With `routes`, the route ports of all, it is one of several."""
        self.port, self.name = free_port(own_address()), f"broker{next(numbers)}"
        self.user, self.password = user, password
        self._jetstream, self._routes, self._route_port = jetstream, routes, route_port
        self.process = None

    @property
    def url(self):
        login = f"{self.user}:{self.password}@" if self.user else ""
        return f"nats://{login}{own_address()}:{self.port}"

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
            stack.callback(self.kill)
            self.start()
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _configuration(self):
        lines = [f'server_name: {self.name}', f'listen: "{own_address()}:{self.port}"']
        if self._jetstream:
            lines.append(f'jetstream {{ store_dir: "{self.folder}/store" }}')
        if self.user:
            lines.append(f'authorization {{ user: "{self.user}", password: "{self.password}" }}')
        if self._routes:
            routes = ", ".join(f'"nats://{own_address()}:{port}"' for port in self._routes)
            lines.append(f'cluster {{ name: brokers, listen: "{own_address()}:{self._route_port}", routes: [{routes}] }}')
        return "\n".join(lines) + "\n"

    def begin(self):
        """Starts it; start() also waits for it."""
        (self.folder / "configuration").write_text(self._configuration(), encoding="utf-8")
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen([PROGRAM, "-c", self.folder / "configuration"], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)

    def start(self):
        self.begin()
        until(self._is_ready, lambda: f"a nats-server that answers; it wrote {self.log[-2000:]!r}")

    def _is_ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"nats-server has ended; it wrote {self.log[-2000:]!r}")
        try:
            with Bus(self, ASKED_AGAIN_S) as bus:
                return not self._jetstream or "error" not in json.loads(bus.request("$JS.API.INFO"))
        except (OSError, AssertionError):
            return False

    @property
    def log(self):
        return (self.folder / "log").read_text(encoding="utf-8", errors="replace")

    def stop(self):
        """In good order."""
        self._end(signal.SIGTERM)

    def kill(self):
        self._end(signal.SIGKILL)

    def _end(self, how):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait()

    def use_jetstream(self, does):
        """From its next start on."""
        self._jetstream = does

    def forget(self):
        """While it is away: its store is gone."""
        shutil.rmtree(self.folder / "store")


@contextlib.contextmanager
def three_brokers():
    """As one."""
    routes = [free_port(own_address()) for _ in range(3)]
    with contextlib.ExitStack() as stack:
        brokers = [Broker(routes=routes, route_port=port) for port in routes]
        for broker in brokers:
            broker.start = broker.begin  # none answers before the others are there
            stack.enter_context(broker)
            del broker.start
        for broker in brokers:
            until(broker._is_ready, lambda: f"three nats-servers that agree; one wrote {brokers[0].log[-2000:]!r}")
        yield brokers


class Bus:
    """A connection to a broker, with a socket of its own; nothing but the protocol's lines."""

    def __init__(self, broker, wait_s=None):
        """No wait for the broker takes longer than that."""
        self.socket = socket.create_connection((own_address(), broker.port), Deadline(wait_s).wait_s)
        self._came = b""
        self._line()  # INFO
        login = {"user": broker.user, "pass": broker.password} if broker.user else {}
        options = {"verbose": False, "pedantic": False, "headers": True, "no_responders": True, "name": "test", **login}
        self._send(f"CONNECT {json.dumps(options)}\r\n")
        self.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def _send(self, data):
        self.socket.sendall(to_bytes(data))

    def _more(self):
        piece = self.socket.recv(65536)
        if not piece:
            raise AssertionError("the broker has ended the connection")
        self._came += piece

    def _line(self):
        while b"\r\n" not in self._came:
            self._more()
        line, _, self._came = self._came.partition(b"\r\n")
        return line.decode(errors="replace")

    def _exactly(self, count):
        while len(self._came) < count:
            self._more()
        data, self._came = self._came[:count], self._came[count:]
        return data

    def _next(self):
        """("PONG", "", b""), or ("MSG", subject, payload)."""
        while True:
            word, _, rest = self._line().partition(" ")
            if word == "PING":
                self._send("PONG\r\n")
            elif word == "PONG":
                return word, "", b""
            elif word in ("MSG", "HMSG"):
                fields = rest.split()
                payload = self._exactly(int(fields[-1]) + 2)[:-2]
                return "MSG", fields[0], payload[int(fields[-2]) if word == "HMSG" else 0:]
            elif word == "-ERR":
                raise AssertionError(f"the broker says {rest}")

    def publish(self, subject, payload=b"", reply=""):
        payload = to_bytes(payload)
        self._send(b"PUB %s %d\r\n%s\r\n" % (f"{subject} {reply}".strip().encode(), len(payload), payload))

    def subscribe(self, subject):
        self._send(f"SUB {subject} {next(numbers)}\r\n")

    def flush(self):
        """The broker has had all of it; what it sent up to then: (subject, payload) of each message."""
        self._send("PING\r\n")
        came = []
        while (one := self._next())[0] != "PONG":
            came.append(one[1:])
        return came

    def request(self, subject, payload=b""):
        inbox = f"_INBOX.test.{next(numbers)}"
        self.subscribe(inbox)
        self.publish(subject, payload, inbox)
        word, _, answer = self._next()
        if word != "MSG":
            raise AssertionError(f"no answer, but {word} {shorten(answer)}")
        return answer
