"""How an operator ends a server: stop, and drain, which lets those who are there go on."""

import os

from control import ControlTest, support
from users import TelnetUser, TwoSocketUser


class LeavingTest(ControlTest):
    def ends_well(self):
        self.assertIn(b"parleyd: served", self.server.program.wait_for_end())
        self.assertFalse(os.path.lexists(self.path))

    def test_stop(self):
        (ann,) = self.gather((TwoSocketUser, "ann"))
        self.assertEqual(self.ctl("stop"), "the server stops\n")
        ann.socket.expect_end()
        self.ends_well()

    def test_drain_waits_for_who_is_there(self):
        """OD12.3"""
        ann, dave = self.gather((TwoSocketUser, "ann"), (TelnetUser, "dave"))
        waiting = self.connect("telnet")
        waiting.expect(TelnetUser.prompt)
        self.ctl("drain")
        waiting.expect("The server takes nobody new any more.\r\n")
        waiting.expect_end()
        self.connect("two-socket").expect("ERROR 102 The server takes nobody new any more\n\n")
        dave.tell("ann", "still here")
        ann.hears_private("dave", "still here")
        self.assertTrue(self.ctl_json("stats")[0]["draining"])
        ann.leave()
        dave.sees_departure("ann")
        dave.hears_nothing()
        dave.leave()
        self.ends_well()

    def test_drain_ends_an_empty_server(self):
        self.ctl("drain")
        self.ends_well()

    def test_nobody_answers_behind_it(self):
        self.ctl("stop")
        self.ends_well()
        self.assertIn("no server listens at", self.ctl("who", code=2))


support.main()
