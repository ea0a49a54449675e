"""parleyd's file of options: what is in it counts, the command line wins, and what is wrong in it is told in one line."""

import os
import random
import socket

from options_test import VALID, options_of
from programs import ProgramTest, complaint, run, support
from tls_clients import make_certificate

RIGHT = b"parleyd: the configuration is right\n"
LISTS = "[,...]"


def toml_line(index, option, files):
    """The option with a value that it takes, its own default where it has one. `files`: those that are read."""
    if option.kind is None:
        return f"{option.name[2:]} = true"
    if option.name in files:
        return f'{option.name[2:]} = "{files[option.name]}"'
    value = option.default or VALID.get(option.kind, "60").replace("x", f"x{index}")
    if option.kind == "PORT":
        value = str(1000 + index)
    elif option.kind.endswith(LISTS):
        value = str(value.split(","))
    elif option.kind not in ("COUNT", "BYTES", "SECONDS"):
        value = f'"{value}"'
    return f"{option.name[2:]} = {value}"


class ConfigTest(ProgramTest):
    def file(self, text):
        path = self.folder / "parleyd.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def check(self, text, *options):
        return run("parleyd", "--config", self.file(text), "--check-config", *options)

    def check_right(self, *arguments):
        ended = self.check(*arguments)
        self.assertEqual((ended.returncode, ended.stdout, ended.stderr), (0, RIGHT, b""))

    def check_wrong(self, text, why, *options):
        """Both when it is only looked at and when it is to start."""
        said = complaint(self.check(text, *options))
        self.assertIn(why, said)
        self.assertEqual(complaint(run("parleyd", "--config", self.file(text), *options)), said)

    def test_what_is_in_the_file_counts(self):
        hosts = [f"127.{random.randint(2, 250)}.{random.randint(2, 250)}.{i}" for i in (7, 8)]
        process = self.start("--config", self.file(f"""
            # a comment
            host = ["{hosts[0]}", '{hosts[1]}']
            telnet = 0
            telnet-host = "127.0.0.1"
            log-file = "{self.folder}/caf\\u00E9"
            log-level = "debug"
            max-body-bytes = 16_384
            idle-exit = 86400.5
            no-service = false
            port = 1  # not with the command line's --port 0
            """))
        ports = dict(line.split() for line in self.port_lines(process))
        lines = [process.stdout.readline().decode() for _ in range(3)]
        self.assertEqual(lines, [*(f"parleyd: listening on {host}:{ports['two-socket']}\n" for host in hosts),
                                 f"parleyd: listening on 127.0.0.1:{ports['telnet']} (telnet)\n"])
        with support.Socket(int(ports["telnet"])) as telnet:
            telnet.receive_until("name")
        self.stop(process)
        self.assertIn(" debug ", (self.folder / "café").read_text())

    def test_every_option_can_be_in_the_file(self):
        options = [option for option in options_of("parleyd") if option.name not in ("--config", "--check-config")]
        self.assertGreater(len(options), 40)
        accounts = self.folder / "accounts"
        accounts.touch(0o600)
        files = dict(zip(("--tls-cert", "--tls-key"), make_certificate(self.folder))) | {"--accounts": accounts}
        for other in (("--tls-self-signed",), ("--tls-cert", "--tls-key")):  # the one stands in place of the others
            self.check_right("\n".join(toml_line(index, option, files) for index, option in enumerate(options)
                                       if option.name not in other))

    def test_looking_at_it_opens_no_port_and_writes_no_file(self):
        before = set(os.listdir(self.folder)) | {"parleyd.toml"}
        with socket.create_server(("127.0.0.1", 0)) as owner:
            port = owner.getsockname()[1]
            self.check_right(f'port = {port}\nlog-file = "{self.folder}/log"\nport-file = "{self.folder}/port"')
        self.assertEqual(set(os.listdir(self.folder)), before)
        self.assertEqual(run("parleyd", "--check-config").stdout, RIGHT)
        self.assertIn("--port", complaint(run("parleyd", "--check-config", "--port", "x")))

    def test_a_list_is_also_a_text(self):
        self.check_right('host = "127.0.0.1,127.0.0.2"\nflood-exempt = "none"')

    def test_no_network_is_exempt_beside_some_that_are(self):
        for value in ('"none,::1"', '["10.0.0.0/8", "none"]'):
            self.check_wrong(f"flood-exempt = {value}", "line 1: flood-exempt: 'none' stands alone: give it, or networks")

    def test_the_command_line_wins_but_the_file_must_be_right(self):
        self.check_right('host = "127.0.0.1"\nport = 7000\ntelnet = 7000', "--port", "7001")
        self.check_wrong("port = 70000", "line 1: port: '70000' is not a whole number from 0 to 65535", "--port", "0")

    def test_an_unknown_key_is_told_with_the_nearest(self):
        for key, nearest in (("prot", "port"), ("max-bodybytes", "max-body-bytes"), ("max_body_bytes", "max-body-bytes"),
                             ("Telnet", "telnet"), ("hosts", "host"), ("--lobby", "lobby"), ("a\\nb", "")):
            self.check_wrong(f'\n"{key}" = 1', f"line 2: there is no '{key}'; the nearest is '{nearest}")

    def test_wrong_values(self):
        for text, why in (('port = "5050"', "line 1: 'port' takes a number"), ("port = true", "'port' takes a number"),
                          ("port = [1]", "'port' takes a number"), ("port = 1.5", "port: '1.5' is not a whole number"),
                          ("port = -1", "port: '-1' is not"), ("idle-exit = nan", "idle-exit: 'nan' is not a number of seconds"),
                          ("idle-exit = 2026-01-01", "'idle-exit' takes a number"), ("lobby = 1", "'lobby' takes a text"),
                          ('lobby = ["a"]', "'lobby' takes a text"), ('lobby = "a\\u0000"', "the character 0"),
                          ("host = []", "'host' takes a text in quotes, or a list"), ('host = ["::1", 1]', "or a list"),
                          ('host = ""', "host: is empty"), ('host = ["::1", "::1"]', "--host has ::1 twice"),
                          ('no-service = "yes"', "'no-service' takes true or false"), ("all-dialects = 1", "takes true or false"),
                          ('log-level = "loud"', "log-level: loud"), ("[limits]\nport = 1", "'limits' is a table"),
                          ("a.b = 1", "'a' is a table"), ('config = "other.toml"', "'config' is for the command line only"),
                          ("check-config = true", "command line only"), ("help = true", "command line only"),
                          ('node = "a"', "--node means nothing without --cluster")):
            with self.subTest(text=text):
                self.check_wrong(text, why)

    def test_what_is_no_toml(self):
        for text in ("port = 1\nport = 2", "port = 1\nport", "port = 1\nhost = ["):
            with self.subTest(text=text):
                self.check_wrong(text, f"{self.folder}/parleyd.toml, line 2: ")
        self.check_wrong(b'lobby = "caf\xe9"', "parleyd.toml is no UTF-8 text")

    def test_a_file_that_cannot_be_read(self):
        os.mkfifo(self.folder / "fifo")
        for path, why in ((self.folder, "Is a directory"), (self.folder / "none", "No such file or directory"),
                          ("/dev/zero", "it is over 1 MiB"), (self.folder / "fifo", "nobody writes to it")):
            self.assertIn(f"cannot read {path}: {why}", complaint(run("parleyd", "--config", path)))


if __name__ == "__main__":
    support.main()
