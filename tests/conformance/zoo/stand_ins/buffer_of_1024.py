"""Has a buffer of 1024 bytes: a longer body ends the whole program."""

import os
import sys

from student_server import Server

MISTAKES = [6]
BREAKS = "L2.1"


class BufferOf1024(Server):
    def read_body(self, stream, length):
        buffer = bytearray(1024)
        try:
            memoryview(buffer)[:length] = stream.read(length)
        except ValueError:
            print("Segmentation fault", file=sys.stderr)
            os._exit(139)
        return bytes(buffer[:length])


BufferOf1024().run()
