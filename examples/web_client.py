#!/usr/bin/env python3
"""What a browser's page does, in a few lines: web_client.py NAME [HOST [PORT]]

"@name text" goes to one user, anything else to the room; the end of the input leaves. Needs python3-websockets.
"""

import asyncio
import json
import sys

import websockets


async def type_lines(send):
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := (await lines.readline()).decode():
        to, _, text = line.rstrip("\n").partition(" ")
        if to.startswith("@"):
            await send("private", to=to[1:], text=text, id=to)
        else:
            await send("message", text=line.rstrip("\n"), id="the room")
    await send("exit")


async def main(name, host="127.0.0.1", port="8080"):
    async with websockets.connect(f"ws://{host}:{port}/ws") as socket:
        async def send(kind, **payload):
            await socket.send(json.dumps({"type": kind, "payload": payload}))
        await send("connect", name=name, features=["private", "delivery"])
        typing = asyncio.ensure_future(type_lines(send))
        async for text in socket:
            payload = json.loads(text)["payload"]
            form = "{sender}: {text}" if "text" in payload else "{result}: {id}" if "result" in payload else "{message}"
            print("(private) " * payload.get("private", False) + form.format_map(payload), flush=True)
        typing.cancel()


asyncio.run(main(*sys.argv[1:]))
