"""Every signal that would end the server: which it waits for, and that no other one disturbs anybody."""

import signal
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor

from programs import WAIT_S, ProgramTest, exchange, support, wait_until

TO_STOP = {signal.SIGINT, signal.SIGTERM, signal.SIGXCPU}
# Those that tell of a fault in the program, and the two that nothing withstands.
TO_END = {signal.SIGQUIT, signal.SIGILL, signal.SIGTRAP, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGSEGV,
          signal.SIGSYS, signal.SIGKILL}
TO_PAUSE = {signal.SIGSTOP, signal.SIGTSTP, signal.SIGTTIN, signal.SIGTTOU}


def harmless_signals():
    """All that the system has: what is not named above must be harmless, also what a later system may add."""
    return sorted(set(range(1, signal.SIGRTMAX + 1)) & set(signal.valid_signals()) - TO_STOP - TO_END - TO_PAUSE)


class SignalsTest(ProgramTest):
    def setUp(self):
        super().setUp()
        self.process = self.start("--stop-timeout", "60")
        self.port = self.port_of(self.process)
        self.ann, self.bob = self.talk(self.port)

    def begin_drain(self, number):
        """The server waits for the answer that bob owes ann."""
        self.ann.tell("bob", "last words")
        self.bob.expect(self.bob.private_line("ann", "last words"))
        self.process.send_signal(number)

        def is_closed():
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except OSError:
                return True
            return False
        wait_until(is_closed, "nobody new is let in")

    def end_drain(self):
        self.bob.receiving.send("RECEIVED\n\n")
        self.ann.sees_told("bob", "last words")
        self.ann.socket.expect_end()
        self.assertIn(b"served 2 users, delivered", self.process.communicate(timeout=WAIT_S)[0])
        self.assertEqual(self.process.returncode, 0)

    def test_what_does_not_end_it_disturbs_nobody(self):
        self.assertGreater(len(harmless_signals()), 40)
        for number in harmless_signals():
            with self.subTest(signal=number):
                self.process.send_signal(number)
                exchange(self.ann, self.bob)
        self.stop(self.process)

    def test_it_goes_on_after_a_pause(self):
        for number in sorted(TO_PAUSE):
            self.ann.tell("bob", "before")
            self.process.send_signal(number)
            self.process.send_signal(signal.SIGCONT)
            self.bob.hears_private("ann", "before")
            self.ann.sees_told("bob", "before")
        self.stop(self.process)

    def test_a_flood_of_signals_loses_no_message(self):
        with ThreadPoolExecutor(1) as pool:
            messages = pool.submit(lambda: [exchange(self.ann, self.bob, f"{number} " * 1000) for number in range(50)])
            while not messages.done():
                for number in (signal.SIGURG, signal.SIGHUP, signal.SIGUSR1):
                    self.process.send_signal(number)
            messages.result()
        self.stop(self.process)

    def test_those_that_stop_it_let_the_last_answer_come_in(self):
        for number in sorted(TO_STOP):
            with self.subTest(signal=number):
                self.begin_drain(number)
                self.end_drain()
            self.doCleanups()
            self.setUp()

    def test_only_those_hurry_it(self):
        self.begin_drain(signal.SIGTERM)
        for number in harmless_signals():
            self.process.send_signal(number)
        self.end_drain()

    def test_a_second_one_hurries_it(self):
        self.begin_drain(signal.SIGTERM)
        self.stop(self.process, signal.SIGINT)

    def test_a_second_one_counts_for_peers_that_stay_open_too(self):
        for is_hurried in (False, True):
            self.doCleanups()
            super().setUp()
            self.process = self.start("--stop-timeout", str(20 * WAIT_S), "--linger-timeout", str(10 * WAIT_S))
            self.port = self.port_of(self.process)
            self.ann, self.bob = self.talk(self.port)
            self.begin_drain(signal.SIGTERM)
            if is_hurried:  # while the answer is still out; these two never close their ends
                self.stop(self.process)
                continue
            self.bob.receiving.send("RECEIVED\n\n")
            self.ann.sees_told("bob", "last words")
            self.ann.socket.expect_end()
            with self.assertRaises(subprocess.TimeoutExpired):
                self.process.wait(1)

    def test_what_the_caller_had_blocked_or_ignored_counts_no_more(self):
        before = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        handlers = {number: signal.signal(number, signal.SIG_IGN) for number in TO_STOP | {signal.SIGURG}}
        self.port_file.unlink()
        try:
            process = self.start("--stop-timeout", "60")
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        self.talk(self.port_of(process))
        self.stop(process)  # which has to wake every session, too


if __name__ == "__main__":
    support.main()
