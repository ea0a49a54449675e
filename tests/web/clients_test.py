#!/usr/bin/env python3
"""Clients that others have written, python3-websockets and Node's ws, in one conversation with a terminal; and many at once.

    clients_test.py PARLEYD
"""

import asyncio
import contextlib
import json
import os
import shutil
import sys
import unittest
from pathlib import Path

from web import WebTest, main, support  # first: it knows where the others are

from users import TelnetUser

try:
    import websockets
except ImportError:
    print("skipped: python3-websockets is not installed for this python3")
    sys.exit(77)

NODE = shutil.which("node") or shutil.which("nodejs")
NODE_PATH = "/usr/share/nodejs"
MANY = 100


def to_json(type_, **payload):
    return json.dumps({"type": type_, "payload": payload})


class ClientsTest(WebTest):
    def url(self, host="127.0.0.1"):
        return f"ws://{host}:{self.server.ports['web']}/ws"

    def play(self, conversation):
        asyncio.run(asyncio.wait_for(conversation, support.WAIT_S))

    async def receive(self, client):
        told = json.loads(await client.recv())
        return told["type"], told["payload"]

    async def sign_on(self, client, name):
        await client.send(to_json("connect", name=name))
        self.assertEqual(await self.receive(client), ("connect_ack", {"message": "Connected to the room."}))


class Python(ClientsTest):
    def test_a_conversation(self):
        tom = self.add_user(TelnetUser, "tom")

        async def conversation():
            async with websockets.connect(self.url()) as ann, websockets.connect(self.url("localhost")) as bob:
                await self.sign_on(ann, "ann")
                tom.sees_arrival("ann")
                await self.sign_on(bob, "bob")
                self.assertEqual(await self.receive(ann), ("notification", {"message": "bob has joined the room."}))
                await ann.send(to_json("message", text="h\u00e9llo \U0001f600"))
                line = ("message", {"sender": "ann", "room": "General", "text": "h\u00e9llo \U0001f600"})
                self.assertEqual([await self.receive(client) for client in (ann, bob)], [line, line])
                await (await ann.ping(b"still there?"))
                await bob.send(to_json("exit"))
                self.assertEqual(await self.receive(bob), ("exit_ack", {"message": "Disconnected from the room."}))
                with self.assertRaises(websockets.ConnectionClosedOK) as closed:
                    await bob.recv()
                self.assertEqual(closed.exception.rcvd.code, 1000)

        self.play(conversation())
        for seen in (tom.arrival_notice("bob"), "ann> h\u00e9llo \U0001f600\r\n",
                     tom.departure_notice("bob"), tom.departure_notice("ann")):
            tom.expect(seen)

    def test_messages_in_fragments_and_long_ones(self):
        async def conversation():
            async with websockets.connect(self.url(), compression=None) as ann:
                await self.sign_on(ann, "ann")
                text = "x" * 60000
                whole = to_json("message", text=text)
                await ann.send([whole[i:i + 999] for i in range(0, len(whole), 999)])
                self.assertEqual((await self.receive(ann))[1]["text"], text)

        self.play(conversation())

    def test_mistakes_close_with_their_code(self):
        async def check(code, data):
            async with websockets.connect(self.url(), max_size=None) as ann:
                await ann.send(data)
                with self.assertRaises(websockets.ConnectionClosed) as closed:
                    await ann.recv()
                self.assertEqual(closed.exception.rcvd.code, code)

        self.play(check(1003, b"binary"))
        self.play(check(1009, "x" * 70000))

    def test_a_page_of_somebody_else_is_kept_out(self):
        async def conversation(origin):
            async with websockets.connect(self.url(), origin=origin):
                pass

        self.play(conversation(f"http://127.0.0.1:{self.server.ports['web']}"))
        with self.assertRaises(websockets.WebSocketException) as refused:
            self.play(conversation("http://evil.example"))
        self.assertIn("403", str(refused.exception))

    def test_the_server_stops(self):
        async def conversation():
            async with websockets.connect(self.url()) as ann:
                await self.sign_on(ann, "ann")
                stopped = asyncio.get_running_loop().run_in_executor(None, self.server.stop)
                with self.assertRaises(websockets.ConnectionClosed) as closed:
                    await ann.recv()
                self.assertEqual((closed.exception.rcvd.code, closed.exception.rcvd.reason), (1001, "the server stops"))
                await stopped

        self.play(conversation())

    def test_many_at_once(self):
        """Everybody's line is heard by everybody."""
        texts = {f"I am {number}" for number in range(MANY)}

        async def one(number, here, all_are_here):
            async with websockets.connect(self.url(), compression=None) as client:
                await client.send(to_json("connect", name=f"user{number}"))
                while (await self.receive(client))[0] != "connect_ack":
                    pass
                here.add(number)
                if len(here) == MANY:
                    all_are_here.set()
                await all_are_here.wait()
                await client.send(to_json("message", text=f"I am {number}"))
                heard = set()
                while heard != texts:
                    type_, payload = await self.receive(client)
                    if type_ == "message":
                        heard.add(payload["text"])
                await client.send(to_json("exit"))
                with contextlib.suppress(websockets.ConnectionClosedOK):
                    while True:  # what it does not read would hide the close from it
                        await client.recv()

        async def conversation():
            here, all_are_here = set(), asyncio.Event()
            await asyncio.gather(*(one(number, here, all_are_here) for number in range(MANY)))

        self.play(conversation())


@unittest.skipUnless(NODE and Path(NODE_PATH, "ws").exists(), "node or its ws (Debian's node-ws) is not installed")
class Node(ClientsTest):
    def start(self, name, text, count, host="127.0.0.1"):
        env = {**os.environ, "NODE_PATH": NODE_PATH}
        words = (NODE, Path(__file__).with_name("client.mjs"), self.url(host), name, text, count)
        return self.enterContext(support.Program(*words, env=env))

    def test_a_conversation(self):
        tom = self.add_user(TelnetUser, "tom")
        node = self.start("nod", "hello from Node", 2)
        tom.expect("+++ nod arrived +++\r\nnod> hello from Node\r\n")
        for text in ("one", "<two>\u202e"):
            tom.say(text)
        tom.expect("--- nod left ---\r\n")
        told = node.wait_for_end().decode().splitlines()
        self.assertIn('message false {"sender":"nod","room":"General","text":"hello from Node"}', told)
        self.assertIn('message false {"sender":"tom","room":"General","text":"one"}', told)
        self.assertEqual(told[-1], 'close 1000  1 ""')

    def test_the_server_stops(self):
        node = self.start("nod", "hello", 99)
        node.wait_for("hello")
        self.server.stop()
        self.assertIn("close 1001 the server stops", node.wait_for_end().decode())


if __name__ == "__main__":
    main()
