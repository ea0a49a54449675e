#!/usr/bin/env python3
"""The broker comes back without its memory, or is told to forget while it runs.

    forgetful_broker_test.py PARLEYD
"""

from cluster import LEASE_S, SIGN_ON, UNCHECKED, Bus, fill, main, wait_out
from outage import Outage


class ForgetfulBroker(Outage):
    def test_a_broker_that_forgets_everything(self):
        self.broker.kill()
        self.broker.forget()
        wait_out(LEASE_S + 1)
        self.broker.start()
        self.goes_on()
        for number, node in enumerate(self.nodes):
            self.assertFalse(self.gets_name(node, "names", ("eve", "ann", "BOB")[number]))

    def test_a_broker_that_forgets_everything_at_once(self):
        self.broker.kill()
        self.broker.forget()
        self.broker.start()
        self.goes_on()

    def test_a_broker_that_has_lost_its_JetStream_for_a_while(self):
        self.broker.stop()
        self.broker.use_jetstream(False)
        self.broker.start()
        wait_out(LEASE_S + 1)
        self.assert_talk(*self.users)  # which needs no store
        with self.visit(self.one, "two-socket") as visitor:
            visitor.send(fill(SIGN_ON, "two-socket", "fay"))
            self.assertIn(UNCHECKED, visitor.receive_until("\n\n").decode())
        self.broker.stop()
        self.broker.use_jetstream(True)
        self.broker.start()
        self.goes_on()

    def test_buckets_that_are_deleted(self):
        """By somebody who tidies up."""
        with Bus(self.broker) as bus:
            for bucket in ("names", "nodes"):
                self.assertIn(b'"success":true', bus.request(f"$JS.API.STREAM.DELETE.KV_parley-parley-{bucket}"))
        self.goes_on()


if __name__ == "__main__":
    main()
