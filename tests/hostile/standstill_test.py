#!/usr/bin/env python3
"""A server that stands still, as one that was stopped or whose virtual machine was: the time is not its users' fault.

    standstill_test.py PARLEYD
"""

import os
import signal
import time

from hostile import TIME_FACTOR, UNABLE, HostileTest, TwoSocketUser, main

LIMIT_S = 1 * TIME_FACTOR
USERS = 60  # below what one sender may have without an answer
STILL_S = LIMIT_S + 2  # over every limit, and late by more than the second in which a server may just be busy


class Standstill(HostileTest):
    dialects = ("two-socket",)
    options = ("--receipt-timeout", str(LIMIT_S), "--frame-timeout", str(LIMIT_S))

    def setUp(self):
        super().setUp()
        self.ann = self.add_user(TwoSocketUser, "ann")

    def stand_still(self, meanwhile):
        os.kill(self.server.pid, signal.SIGSTOP)
        try:
            os.waitid(os.P_PID, self.server.pid, os.WSTOPPED)
            meanwhile()
            time.sleep(STILL_S)
        finally:
            os.kill(self.server.pid, signal.SIGCONT)

    def asked(self):
        """Many: threads that begin at once do not all read before the server looks at the time."""
        users = [self.add_user(TwoSocketUser, f"user{number}") for number in range(USERS)]
        for user in users:
            self.ann.tell(user.name, "are you there?")
        for user in users:
            user.expect(user.private_line("ann", "are you there?"))
        return users

    def test_who_has_answered_meanwhile_stays(self):
        users = self.asked()

        def answer():
            for user in users:
                user.receiving.send("RECEIVED\n\n")

        self.stand_still(answer)
        for user in users:
            self.ann.sees_told(user.name, "are you there?")
            user.hears_nothing()

    def test_who_has_ended_a_frame_meanwhile_stays(self):
        users = [self.add_user(TwoSocketUser, f"user{number}") for number in range(USERS)]
        for user in users:
            user.send("SEND nobody\nContent-")
        self.ann.hears_nothing()

        def end_frames():
            for user in users:
                user.send("length: 2\n\nhi")

        self.stand_still(end_frames)
        for user in users:
            user.socket.expect(UNABLE)
            user.hears_nothing()

    def test_who_has_not_answered_is_ended_all_the_same(self):
        users = self.asked()
        self.stand_still(lambda: None)
        for user in users:
            user.receiving.expect_end()


if __name__ == "__main__":
    main()
