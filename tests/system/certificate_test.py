"""The server's certificate: what may be named, what cannot be used, and what a new one changes."""

import shutil
import signal
import ssl
import stat
import subprocess

from programs import ProgramTest, complaint, run, support, wait_until
from tls_clients import TlsSocket, make_certificate, openssl, over_tls
from users import TwoSocketUser

TlsUser = over_tls(TwoSocketUser)


def fingerprint_of(certificate):
    said = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-fingerprint", "-sha256"], check=True,
                          capture_output=True, text=True, timeout=support.WAIT_S).stdout
    return said.strip().split("=")[1]


def expire(certificate, key):
    """The certificate ends before today."""
    try:
        openssl("x509", "-in", certificate, "-signkey", key, "-days", "-1", "-out", certificate)
    except subprocess.CalledProcessError:  # newer ones take no such number
        openssl("req", "-x509", "-key", key, "-subj", "/CN=localhost", "-not_before", "20200101000000Z",
                "-not_after", "20200201000000Z", "-out", certificate)


class TlsTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.certificate, self.key = make_certificate(self.folder)

    def start_tls(self, *options, **settings):
        """parleyd with a port for TLS, and that port."""
        process = self.start("--tls-port", "0", *options, **settings)
        return process, int(dict(line.split() for line in self.port_lines(process))["two-socket-tls"])

    def start_own(self):
        """The same with the test's own certificate, and its log."""
        log = self.folder / "log"
        with log.open("w") as file:
            return *self.start_tls("--tls-cert", self.certificate, "--tls-key", self.key, stderr=file), log

    def shown_at(self, port):
        """The fingerprint of what a client sees there."""
        with TlsSocket(port) as client:
            shown = self.folder / "shown.pem"
            shown.write_text(ssl.DER_cert_to_PEM_cert(client.tls.getpeercert(binary_form=True)))
            return fingerprint_of(shown)


class Options(TlsTest):
    def check_refused(self, why, *options):
        self.assertIn(why, complaint(run("parleyd", "--port", "0", *options)))

    def test_what_does_not_go_together(self):
        pair = ("--tls-cert", self.certificate, "--tls-key", self.key)
        self.check_refused("a port for TLS needs a certificate", "--tls-port", "0")
        self.check_refused("a port for TLS needs a certificate", "--rooms-tls", "0")
        self.check_refused("a certificate means nothing without a port for TLS", *pair)
        self.check_refused("--tls-cert and --tls-key belong together", "--tls-port", "0", *pair[:2])
        self.check_refused("--tls-cert and --tls-key belong together", "--tls-port", "0", *pair[2:])
        self.check_refused("--tls-self-signed stands in place", "--tls-port", "0", *pair, "--tls-self-signed", "x")
        self.check_refused("--tls-host means nothing without a port for TLS", "--tls-host", "127.0.0.1")
        self.check_refused("--names and --telnet-tls are the same port, 7777", "--names", "7777", "--telnet-tls", "7777",
                           *pair)

    def test_files_that_cannot_be_used(self):
        other, other_key = make_certificate(self.folder, stem="other")
        empty, locked, cut = self.folder / "empty", self.folder / "locked", self.folder / "cut"
        cut.write_bytes(self.certificate.read_bytes() + other.read_bytes()[:300])
        empty.touch()
        openssl("pkey", "-in", self.key, "-aes128", "-passout", "pass:secret", "-out", locked)
        for certificate, key, why in (
                (self.certificate, other_key, f"the key {other_key} does not belong to the certificate {self.certificate}"),
                (self.key, self.key, f"{self.key} has no certificate"),
                (self.certificate, self.certificate, f"{self.certificate} has no key"),
                (self.certificate, locked, f"{locked} has no key in PEM, or one with a passphrase"),
                (empty, self.key, f"{empty} has no certificate"),
                (cut, self.key, f"{cut} has a certificate behind the first that cannot be read"),
                (self.certificate, self.folder / "none", "cannot read the key"),
                (self.folder, self.key, "cannot read the certificate")):
            self.check_refused(why, "--tls-port", "0", "--tls-cert", certificate, "--tls-key", key)

    def test_a_key_that_is_too_short(self):
        openssl("req", "-x509", "-newkey", "rsa:1024", "-nodes", "-keyout", self.key, "-out", self.certificate,
                "-subj", "/CN=localhost")
        self.check_refused("too small", "--tls-port", "0", "--tls-cert", self.certificate, "--tls-key", self.key)

    def test_hosts_of_tls_alone(self):
        process, port = self.start_tls("--tls-self-signed", self.folder / "own", "--tls-host", "127.0.0.7")
        plain = int(dict(line.split() for line in self.port_lines(process))["two-socket"])
        lines = [process.stdout.readline().decode() for _ in range(2)]
        self.assertEqual(lines, [f"parleyd: listening on 127.0.0.1:{plain}\n",
                                 f"parleyd: listening on 127.0.0.7:{port} (two-socket-tls)\n"])
        self.stop(process)


class OwnCertificate(TlsTest):
    def test_is_made_once(self):
        folder = self.folder / "own"
        seen = []
        for _ in range(2):
            process, port = self.start_tls("--tls-self-signed", folder)
            seen.append(self.shown_at(port))
            for _ in range(2):
                process.stdout.readline()
            self.assertEqual(process.stdout.readline().decode(), f"parleyd: the certificate's SHA-256 is {seen[-1]}\n")
            self.stop(process)
        self.assertEqual(seen[0], seen[1])
        self.assertEqual(seen[0], fingerprint_of(folder / "certificate.pem"))
        self.assertEqual(stat.S_IMODE((folder / "key.pem").stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(folder.stat().st_mode), 0o700)
        self.assertEqual(sorted(path.name for path in folder.iterdir()), ["certificate.pem", "key.pem"])

    def test_convinces_who_trusts_it(self):
        folder = self.folder / "own"
        process, port = self.start_tls("--tls-self-signed", folder)
        TlsSocket(port, context=ssl.create_default_context(cafile=folder / "certificate.pem")).close()
        self.stop(process)

    def test_of_which_half_is_gone(self):
        folder = self.folder / "own"
        folder.mkdir()
        shutil.copy(self.key, folder / "key.pem")
        said = complaint(run("parleyd", "--port", "0", "--tls-port", "0", "--tls-self-signed", folder))
        self.assertIn("key.pem is there and", said)
        said = complaint(run("parleyd", "--port", "0", "--tls-port", "0", "--tls-self-signed", self.folder / "no" / "way"))
        self.assertIn("No such file or directory", said)


class Renewal(TlsTest):
    def replace(self, certificate, key):
        """As who renews it does: each file at once."""
        certificate.rename(self.certificate)
        key.rename(self.key)

    def reload(self, process, log, line):
        """SIGHUP, and the server has said this."""
        process.send_signal(signal.SIGHUP)
        wait_until(lambda: line in log.read_text(), line)

    def test_a_new_certificate_is_for_new_connections(self):
        process, port, log = self.start_own()
        ann = TlsUser(port, "ann").sign_on()
        self.addCleanup(ann.close)
        old = self.shown_at(port)
        self.replace(*make_certificate(self.folder, stem="new"))
        self.reload(process, log, f"SHA-256 {fingerprint_of(self.certificate)}")
        self.assertEqual(self.shown_at(port), fingerprint_of(self.certificate))
        self.assertNotEqual(self.shown_at(port), old)
        bob = TlsUser(port, "bob").sign_on()
        self.addCleanup(bob.close)
        ann.tell("bob", "still here")
        bob.hears_private("ann", "still here")
        ann.sees_told("bob", "still here")
        self.stop(process)

    def test_a_bad_one_is_refused_and_the_old_stays(self):
        process, port, log = self.start_own()
        old = self.shown_at(port)
        _, other_key = make_certificate(self.folder, stem="other")
        shutil.copy(other_key, self.key)
        self.reload(process, log, f"the certificate stays as it was: the key {self.key} does not belong")
        self.certificate.unlink()
        self.reload(process, log, f"the certificate stays as it was: cannot read the certificate {self.certificate}")
        self.assertEqual(self.shown_at(port), old)
        self.stop(process)

    def test_a_key_that_everybody_can_read_is_told_of(self):
        self.key.chmod(0o640)
        process, _, log = self.start_own()
        self.assertEqual(log.read_text(), "")
        self.key.chmod(0o644)
        self.reload(process, log, f"warning the key {self.key} can be read by every user")
        self.stop(process)

    def test_an_expired_one_is_told_of(self):
        expire(self.certificate, self.key)
        process, port, log = self.start_own()
        self.assertRegex(log.read_text(), r"warning the certificate \S+ has expired on 20\d\d-\d\d-\d\d")
        TlsUser(port, "ann").sign_on().close()
        self.stop(process)


if __name__ == "__main__":
    support.main()
