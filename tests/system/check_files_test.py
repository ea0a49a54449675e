"""parleyd --check-config reads the files that a start reads, says of them what that start would, and makes none."""

import os
import stat

from certificate_test import expire
from programs import ProgramTest, complaint, run, support
from tls_clients import make_certificate, openssl

RIGHT = b"parleyd: the configuration is right\n"


def everything_in(folder):
    """All paths, with what would tell that one was written or replaced."""
    return {path: (path.lstat().st_mtime_ns, path.lstat().st_ino) for path in (folder, *folder.rglob("*"))}


class CheckFilesTest(ProgramTest):
    def check_right(self, *options):
        before = everything_in(self.folder)
        ended = run("parleyd", "--check-config", *options)
        self.assertEqual((ended.returncode, ended.stdout, ended.stderr), (0, RIGHT, b""))
        self.assertEqual(everything_in(self.folder), before)

    def check_wrong(self, why, *options):
        """The same line as when it is to start."""
        before = everything_in(self.folder)
        said = complaint(run("parleyd", "--check-config", *options))
        self.assertIn(why, said)
        self.assertEqual(everything_in(self.folder), before)
        self.assertEqual(complaint(run("parleyd", "--port", "0", *options)), said)

    def file(self, name, text, mode=0o600):
        path = self.folder / name
        path.write_bytes(text)
        path.chmod(mode)
        return path

    def test_certificate_and_key(self):
        certificate, key = make_certificate(self.folder)
        _, other_key = make_certificate(self.folder, stem="other")
        pair = ("--tls-port", "0", "--tls-cert", certificate, "--tls-key")
        self.check_right(*pair, key)
        self.check_wrong(f"the key {other_key} does not belong to the certificate {certificate}", *pair, other_key)
        self.check_wrong("cannot read the key", *pair, self.folder / "none")
        self.check_wrong(f"{self.file('garbage', b'no PEM')} has no key in PEM", *pair, self.folder / "garbage")
        openssl("pkey", "-in", key, "-aes128", "-passout", "pass:secret", "-out", self.folder / "locked")
        self.check_wrong("has no key in PEM, or one with a passphrase", *pair, self.folder / "locked")

    def test_what_a_start_would_warn_of(self):
        certificate, key = make_certificate(self.folder)
        expire(certificate, key)
        key.chmod(0o644)
        ended = run("parleyd", "--check-config", "--tls-port", "0", "--tls-cert", certificate, "--tls-key", key,
                    "--log-file", self.folder / "log")
        self.assertEqual((ended.returncode, ended.stdout), (0, RIGHT))
        self.assertIn(f"warning the certificate {certificate} has expired", ended.stderr.decode())
        self.assertIn(f"warning the key {key} can be read by every user", ended.stderr.decode())
        self.assertFalse((self.folder / "log").exists())

    def test_a_certificate_of_its_own(self):
        own = self.folder / "own"
        options = ("--tls-port", "0", "--tls-self-signed")
        self.check_right(*options, own)  # the start will make it
        self.check_right(*options, f"{own}/")
        self.check_wrong("No such file or directory", *options, self.folder / "no" / "way")
        self.check_wrong("Not a directory", *options, self.file("file", b""))
        own.mkdir()
        self.check_right(*options, own)
        certificate, key = make_certificate(self.folder)
        key.rename(own / "key.pem")
        self.check_wrong("key.pem is there and", *options, own)
        certificate.rename(own / "certificate.pem")
        self.check_right(*options, own)
        (own / "key.pem").write_text("garbage")
        self.check_wrong("has no key in PEM", *options, own)

    def test_accounts(self):
        path = self.file("accounts", b"")
        self.check_right("--accounts", path)
        path.chmod(0o640)
        self.check_wrong("others than its owner can open it", "--accounts", path)
        path = self.file("wrong", b"\nann secret\n")
        self.check_wrong(f"cannot take the accounts of {path}: line 2: behind the name stands no hash", "--accounts", path)
        self.check_wrong("there is no such file", "--accounts", self.folder / "none")

    def test_bans(self):
        path = self.folder / "bans"
        self.check_right("--bans", path)
        path = self.file("bans", b'{"name": "bob"}\n')
        self.check_right("--bans", path)
        path = self.file("bans", b'{"name": "bob"}\n{"name": 7}\n')
        self.check_wrong(f"--bans: {path}, line 2: \"name\" is no text", "--bans", path)
        self.check_wrong("No such file or directory", "--bans", self.folder / "no" / "bans")
        if os.geteuid() != 0:  # whom no mode stops
            (self.folder / "locked").mkdir(mode=stat.S_IRUSR | stat.S_IXUSR)
            self.check_wrong("Permission denied", "--bans", self.folder / "locked" / "bans")


if __name__ == "__main__":
    support.main()
