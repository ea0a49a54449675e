"""Takes a missing Content-length for 0 and passes on an empty message."""

from student_server import Server

MISTAKES = [19]
BREAKS = "F2.2"


class NoLengthNoMessage(Server):
    def read_length(self, stream):
        length = 0
        while line := stream.readline().strip():
            if line.lower().startswith(b"content-length"):
                length = line.split(b":")[1].strip()
                if not length.isdigit() or int(length) > 65536:
                    return None
        return int(length)


NoLengthNoMessage().run()
