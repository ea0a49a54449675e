"""The LiveCode dialect: signing on and off, and the time for it."""

import sys

import name_faults as why
from livecode_clients import (
    DISCONNECTED, INVALID_LENGTH, NOT_VERIFIED, TAKEN, UNKNOWN, VERIFIED, LiveCodeTest, message)
from support import ROOT, Program, main
from users import LiveCodeUser


class SigningOnAndOff(LiveCodeTest):
    def test_LC2_everyone_is_told_of_everyone(self):
        ann, bob, carl = self.gather(*((LiveCodeUser, name) for name in ("ann", "bob", "carl")))
        bob.say("hello")
        for user in (ann, bob, carl):
            user.expect(message("bob: hello"))
        bob.request("DCNX", "bob")
        bob.expect(DISCONNECTED + message("bob disconnected"))
        for user in (ann, carl):
            user.sees_departure("bob")
        ann.say("who is here?")
        for user in (ann, carl):
            user.expect(message("ann: who is here?"))
        bob.hears_nothing()  # signed off

    def test_LC2_1_a_taken_name(self):
        ann = self.add("ann")
        visitor = self.connect("livecode")
        for name in ("ann", "ANN"):
            visitor.ask(f"AUTH,3\n{name}\n", TAKEN)
        visitor.ask("AUTH,3\nbob\n", VERIFIED + message("bob connected"))
        ann.sees_arrival("bob")

    def test_LC2_2_names_that_cannot_be(self):
        visitor = self.connect("livecode")
        for body, fault in ((b"", why.REQUIRED), (b"two words", why.BLANK), (b"x" * 33, why.TOO_LONG),
                            (b"tab\tbed", why.CONTROL), (b"\x1b[2J", why.CONTROL), (b"\x81", why.CONTROL),
                            (b"ALL", why.RESERVED), (b"broadcast", why.RESERVED), (b"Server", why.RESERVED)):
            with self.subTest(body=body):
                visitor.ask(b"AUTH,%d\n%s\n" % (len(body), body), f"ERRO,{len(fault) + 1}\n{fault}\n")
        visitor.ask("AUTH,32\n" + "x" * 32 + "\n", VERIFIED + message("x" * 32 + " connected"))

    def test_LC2_3_only_the_own_name_signs_off(self):
        ann, bob = self.pair()
        for command in ("DCNX", "STOP"):
            for name in ("ann", "eve", ""):
                bob.request(command, name)
                bob.expect(NOT_VERIFIED)
        bob.say("still here")
        ann.hears("bob", "still here")

    def test_LC2_3_who_is_not_signed_on(self):
        ann = self.add("ann")
        visitor = self.connect("livecode")
        for command in ("MESG", "DCNX", "STOP"):
            visitor.ask(f"{command},3\nann\n", NOT_VERIFIED)
        self.expect_fresh(visitor)
        ann.hears_nothing()

    def test_LC2_3_a_name_is_the_same_in_any_case_and_as_it_came(self):
        bob = self.add("Bob")
        bob.request("DCNX", "bob")
        bob.expect(DISCONNECTED + message("Bob disconnected"))
        bob.request("AUTH", "bob\n")  # a client that counts its return
        bob.expect(VERIFIED + message("bob connected"))
        bob.request("STOP", "BOB")
        bob.expect(DISCONNECTED + message("bob disconnected"))
        bob.socket.expect_end()
        zoe = self.add("Zo\u00eb")
        zoe.request("DCNX", "ZOE\u0308")  # in two code points
        zoe.expect(DISCONNECTED + message("Zo\u00eb disconnected"))

    def test_LC2_4_a_name_is_free_before_its_user_is_told(self):
        first, second = self.connect("livecode"), self.connect("livecode")
        for former, next_ in ((first, second), (second, first)) * 20:
            former.ask("AUTH,3\nbob\n", VERIFIED + message("bob connected"))
            former.ask("DCNX,3\nbob\n", DISCONNECTED)
            next_.send("AUTH,3\nbob\nDCNX,3\nbob\n")
            next_.expect(VERIFIED + message("bob connected") + DISCONNECTED + message("bob disconnected"))
            former.expect(message("bob disconnected"))

    def test_LC2_4_of_many_who_want_a_name_one_gets_it(self):
        visitors = [self.connect("livecode") for _ in range(16)]
        for visitor in visitors:
            visitor.send("AUTH,3\nbob\n")
        answers = [visitor.receive_until("\n") for visitor in visitors]
        self.assertEqual(sorted(answers), [b"ERRO,23\n"] * 15 + [VERIFIED])
        for visitor, answer in zip(visitors, answers):
            visitor.expect(message("bob connected") if answer == VERIFIED else TAKEN.partition(b"\n")[2])
            self.expect_fresh(visitor)

    def test_LC2_6_a_lost_connection_is_announced_and_its_name_free(self):
        ann = self.add("ann")
        for end in (LiveCodeUser.end, LiveCodeUser.kill):
            bob = self.add("bob")
            ann.sees_arrival("bob")
            end(bob)
            ann.sees_departure("bob")
            again = self.add("bob")
            ann.sees_arrival("bob")
            again.leave()
            ann.sees_departure("bob")
        ann.hears_nothing()

    def test_LC2_6_a_killed_program_is_announced_and_its_name_free(self):
        ann = self.add("ann")
        with Program(sys.executable, ROOT / "examples" / "livecode_client.py", "bob", "127.0.0.1",
                     self.server.ports["livecode"]) as program:
            program.wait_for("bob connected\n")
            ann.sees_arrival("bob")
            program.kill()
            ann.sees_departure("bob")
        self.add("bob")
        ann.sees_arrival("bob")

    def test_LC2_7_a_server_that_stops_closes_every_socket(self):
        bob, visitor, half = self.add("bob"), self.connect("livecode"), self.connect("livecode")
        half.ask("WHAT,0\nAUTH,3\nb", UNKNOWN)
        self.expect_fresh(visitor)
        self.server.program.process.terminate()
        for socket in (bob.socket, visitor, half):
            socket.expect_end()
            socket.close()

    def test_LC5_1_the_time_to_sign_on(self):
        self.server = self.start_server("--sign-on-timeout", "0.5")
        ann, sentence = self.add("ann"), b"ERRO,31\nNo name has come for too long.\n"
        visitor = self.connect("livecode")
        visitor.expect(sentence)
        visitor.expect_end()
        bob = self.add("bob")
        ann.sees_arrival("bob")
        bob.request("DCNX", "bob")
        bob.expect(DISCONNECTED + message("bob disconnected") + sentence)
        bob.socket.expect_end()
        ann.sees_departure("bob")
        ann.hears_nothing()  # signed on, and so in no hurry

    def test_LC5_2_the_time_for_a_request(self):
        self.server = self.start_server("--frame-timeout", "0.5")
        ann, bob = self.pair()
        for unfinished in ("MES", "MESG,5\nhell", "x" * 100):
            with self.subTest(unfinished=unfinished):
                carl = self.add("carl")
                for user in (ann, bob):
                    user.sees_arrival("carl")
                carl.send(unfinished)
                if len(unfinished) > 64:
                    carl.expect(INVALID_LENGTH)
                carl.expect(b"ERRO,47\nA request was begun and not completed in time.\n")
                carl.socket.expect_end()
                for user in (ann, bob):
                    user.sees_departure("carl")
        ann.hears_nothing()


if __name__ == "__main__":
    main()
